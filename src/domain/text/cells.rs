//! How many cells text takes, and making it take a given number.

use std::borrow::Cow;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// What stands where text was cut. Not an ellipsis: its width is ambiguous, two cells in half of
/// the terminals set up for Japanese.
const CUT: &str = "..";

/// Cells of the letters that most text consists of: each a cluster by itself whatever plain letter
/// stands beside it, each of the same width everywhere. `None` for any other code point.
pub const fn plain_cells(c: char) -> Option<usize> {
    match c {
        ' '..='~' => Some(1),
        '\u{3000}'..='\u{3029}'
        | '\u{3041}'..='\u{3096}'
        | '\u{30A1}'..='\u{30FE}'
        | '\u{4E00}'..='\u{9FFF}'
        | '\u{FF01}'..='\u{FF60}' => Some(2),
        _ => None,
    }
}

/// Cells of one grapheme cluster: 0, 1 or 2 for clean text.
pub(super) fn cluster_cells(cluster: &str) -> usize {
    let mut chars = cluster.chars();
    if let (Some(c), None) = (chars.next(), chars.next())
        && let Some(plain) = plain_cells(c)
    {
        return plain;
    }
    // Half-width voiced marks extend their cluster but take a cell of their own in terminals; the
    // drawing library counts them, the width tables do not. Clean text has none.
    let marks = cluster
        .chars()
        .filter(|c| matches!(c, '\u{FF9E}' | '\u{FF9F}'))
        .count();
    cluster.width() + marks
}

/// Cells of a text without line ends.
pub fn cells(text: &str) -> usize {
    let plain = text
        .chars()
        .try_fold(0, |sum, c| Some(sum + plain_cells(c)?));
    plain.unwrap_or_else(|| text.graphemes(true).map(cluster_cells).sum())
}

/// The longest start of `text` that takes at most `max` cells, and what follows it.
pub fn split_at_cells(text: &str, max: usize) -> (&str, &str) {
    if text.is_ascii() {
        return text.split_at(max.min(text.len()));
    }
    let mut taken = 0;
    for (at, cluster) in text.grapheme_indices(true) {
        taken += cluster_cells(cluster);
        if taken > max {
            return text.split_at(at);
        }
    }
    (text, "")
}

/// `text` if it takes at most `max` cells, otherwise its start followed by `..`. Below four cells
/// every letter counts more than knowing that there are others: only the start.
pub fn fit(text: &str, max: usize) -> Cow<'_, str> {
    let (start, rest) = split_at_cells(text, max);
    if rest.is_empty() {
        return Cow::Borrowed(text);
    }
    if max < 4 {
        return Cow::Borrowed(start);
    }
    let (start, _) = split_at_cells(text, max - CUT.len());
    Cow::Owned(format!("{}{CUT}", start.trim_end()))
}

/// Exactly `width` cells: cut as [`fit`] does, filled up with spaces on the right.
pub fn pad_right(text: &str, width: usize) -> String {
    let mut out = fit(text, width).into_owned();
    out.extend(std::iter::repeat_n(' ', width - cells(&out).min(width)));
    out
}

/// Exactly `width` cells, filled up on the left: for numbers and what stands at a right edge.
pub fn pad_left(text: &str, width: usize) -> String {
    let text = fit(text, width);
    let mut out = " ".repeat(width - cells(&text).min(width));
    out.push_str(&text);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use unicode_width::UnicodeWidthChar;

    #[test]
    fn cells_are_counted_by_cluster() {
        assert_eq!(cells("abc"), 3);
        assert_eq!(cells("決済ABC"), 7);
        assert_eq!(cells("が"), 2);
        assert_eq!(cells("e\u{301}"), 1);
        assert_eq!(cells("👍🏽"), 2);
    }

    #[test]
    fn what_is_cut_says_so_and_never_splits_a_wide_letter() {
        assert_eq!(fit("カード決済", 10), "カード決済");
        assert_eq!(fit("カード決済", 9), "カード..");
        assert_eq!(fit("カード決済", 8), "カード..");
        assert_eq!(fit("カード決済", 3), "カ");
        assert_eq!(fit("カード", 1), "");
        assert_eq!(pad_right("カード決済", 9), "カード.. ");
        assert_eq!(pad_left("7", 3), "  7");
        assert_eq!(pad_left("カード", 0), "");
    }

    #[test]
    fn plain_letters_are_as_wide_as_the_tables_say() {
        for c in (0..=0x10FFFF).filter_map(char::from_u32) {
            if let Some(plain) = plain_cells(c) {
                assert_eq!(Some(plain), UnicodeWidthChar::width(c), "{c:?}");
                let between = format!("決{c}a{c}");
                assert_eq!(between.graphemes(true).count(), 4, "{c:?}");
            }
        }
    }

    proptest! {
        #[test]
        fn padded_text_takes_exactly_its_width(text in any::<String>(), width in 0usize..40) {
            let text = super::super::clean_line(&text);
            prop_assert_eq!(cells(&pad_right(&text, width)), width);
            prop_assert_eq!(cells(&pad_left(&text, width)), width);
            prop_assert!(cells(&fit(&text, width)) <= width);
        }

        #[test]
        fn a_split_loses_nothing(text in any::<String>(), width in 0usize..40) {
            let (start, rest) = split_at_cells(&text, width);
            prop_assert_eq!(format!("{start}{rest}"), text);
        }
    }
}
