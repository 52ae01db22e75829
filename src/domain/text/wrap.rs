//! Lines for a given width. Words of alphabets stay whole where they can; Japanese breaks between
//! any two letters, but for a small kinsoku table (JIS X 4051 has the full one).

use super::cells::cluster_cells;
use unicode_segmentation::UnicodeSegmentation;

/// Never the first of a line: closing brackets, stops, small kana, marks that lengthen or repeat.
const NO_START: &str = "、。，．・：；？！‥…ー々ゝゞヽヾ゛゜’”）〕］｝〉》」』】〟％\
    ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ,.:;?!)]}%";

/// Never the last of a line: opening brackets.
const NO_END: &str = "‘“（〔［｛〈《「『【〝￥＄([{";

/// Breaks `text` at its line ends and wherever a line would take more than `width` cells. Lines
/// lose the spaces at a break. Never breaks inside a grapheme cluster; a cluster wider than `width`
/// is a line by itself. A text of nothing is one empty line.
pub fn wrap(text: &str, width: usize) -> Vec<&str> {
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        wrap_paragraph(paragraph, width.max(1), &mut lines);
    }
    lines
}

fn wrap_paragraph<'a>(paragraph: &'a str, width: usize, lines: &mut Vec<&'a str>) {
    if paragraph.is_ascii() && paragraph.len() <= width {
        lines.push(paragraph.trim_end());
        return;
    }
    let clusters: Vec<(usize, &str)> = paragraph.grapheme_indices(true).collect();
    let mut line_start = 0;
    let mut taken = 0;
    let mut best_break = None;
    let mut at = 0;
    while at < clusters.len() {
        let cluster = clusters[at].1;
        let needs = cluster_cells(cluster);
        if at > line_start && may_break(clusters[at - 1].1, cluster) {
            best_break = Some(at);
        }
        // A space that does not fit hangs over the edge, where it is not seen.
        if taken + needs > width && at > line_start && cluster != " " {
            let next = best_break.unwrap_or(at);
            lines.push(paragraph[clusters[line_start].0..clusters[next].0].trim_end());
            line_start = next;
            best_break = None;
            taken = 0;
            at = next;
            continue;
        }
        taken += needs;
        at += 1;
    }
    let rest = clusters
        .get(line_start)
        .map_or("", |(from, _)| &paragraph[*from..]);
    lines.push(rest.trim_end());
}

fn may_break(before: &str, after: &str) -> bool {
    if after == " " || NO_START.contains(after) || NO_END.contains(before) {
        return false;
    }
    before == " " || breaks_anywhere(before) || breaks_anywhere(after)
}

/// Letters of scripts without spaces between words.
fn breaks_anywhere(cluster: &str) -> bool {
    !cluster.is_ascii() && cluster_cells(cluster) == 2
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::text::{cells, clean};
    use proptest::prelude::*;

    #[test]
    fn words_stay_whole_and_spaces_at_a_break_go() {
        assert_eq!(
            wrap("card payments failed from 13:45", 13),
            ["card payments", "failed from", "13:45"]
        );
        assert_eq!(wrap("abcdefgh ij", 3), ["abc", "def", "gh", "ij"]);
        assert_eq!(wrap("a\n\nb", 5), ["a", "", "b"]);
        assert_eq!(wrap("", 5), [""]);
    }

    #[test]
    fn stops_never_start_a_line_and_brackets_never_end_one() {
        assert_eq!(wrap("復旧した。次は", 8), ["復旧し", "た。次は"]);
        assert_eq!(wrap("状況は「調査中」", 8), ["状況は", "「調査", "中」"]);
        assert_eq!(wrap("サーバー", 6), ["サー", "バー"]);
        assert_eq!(wrap("build 812を戻す", 9), ["build 812", "を戻す"]);
    }

    #[test]
    fn a_line_of_nothing_but_stops_still_breaks() {
        assert_eq!(wrap("。。。。", 4), ["。。", "。。"]);
        assert_eq!(wrap("日本", 1), ["日", "本"]);
    }

    proptest! {
        #[test]
        fn nothing_but_spaces_is_lost_and_no_line_is_too_wide(
            text in "[ a-z0-9、。「」あ-んア-ン一-龠ー\n]{0,80}",
            width in 2usize..30,
        ) {
            let text = clean(&text);
            let lines = wrap(&text, width);
            let solid = |t: &str| t.replace([' ', '\n'], "");
            prop_assert_eq!(solid(&lines.concat()), solid(&text));
            for line in lines {
                prop_assert!(cells(line) <= width, "{:?} in {}", line, width);
            }
        }

        #[test]
        fn any_text_at_any_width_ends(text in any::<String>(), width in 0usize..20) {
            prop_assert!(!wrap(&text, width).is_empty());
        }
    }
}
