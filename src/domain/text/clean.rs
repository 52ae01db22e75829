//! What may enter, and in which form.

use super::cells::plain_cells;
use std::borrow::Cow;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_segmentation::UnicodeSegmentation;

/// No script in daily use stacks more on one letter (Tibetan comes close); more is decoration that
/// runs over the neighbouring lines.
const MARKS_PER_LETTER: usize = 8;

/// A grapheme cluster of more code points than this is not a letter of any language.
const CODE_POINTS_PER_CLUSTER: usize = 16;

const TAB: &str = "    ";

/// Text that may stand on several lines. Line ends of every kind become `\n`; tabs become spaces;
/// escape sequences, control and bidirectional characters and invisible code points go; half-width
/// kana become full-width, voiced marks joined; the rest is NFC. Cleaning twice changes nothing.
pub fn clean(text: &str) -> Cow<'_, str> {
    if text.chars().all(is_inert) {
        return Cow::Borrowed(text);
    }
    let composed: String = fold(text).nfc().collect();
    Cow::Owned(settle(&composed))
}

/// As [`clean`], on one line: every run of line ends and the spaces around it is one space.
pub fn clean_line(text: &str) -> Cow<'_, str> {
    let clean = clean(text);
    if !clean.contains('\n') {
        return clean;
    }
    let mut line = String::with_capacity(clean.len());
    for part in clean.split('\n').map(str::trim).filter(|p| !p.is_empty()) {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(part);
    }
    Cow::Owned(line)
}

/// The letters that most messages consist of, none of which any rule here touches, alone or side
/// by side.
fn is_inert(c: char) -> bool {
    c == '\n' || plain_cells(c).is_some()
}

/// Whether `c` must never be part of what is written to a terminal: controls (C0, DEL, C1), the
/// twelve bidirectional controls, line and paragraph separators, and code points that show nothing
/// and only make two texts look alike.
pub fn never_shown(c: char) -> bool {
    matches!(c,
        '\u{00}'..='\u{1F}' | '\u{7F}'..='\u{9F}'
        // Soft hyphen, grapheme joiner, Arabic letter mark.
        | '\u{AD}' | '\u{34F}' | '\u{61C}'
        // Fillers that show nothing (Hangul, Khmer) and Mongolian selectors.
        | '\u{115F}' | '\u{1160}' | '\u{3164}' | '\u{FFA0}' | '\u{17B4}' | '\u{17B5}'
        | '\u{180B}'..='\u{180F}'
        // Zero-width space; direction marks; separators; embeddings and overrides.
        | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}'
        // Word joiner, invisible operators, isolates, deprecated format characters.
        | '\u{2060}'..='\u{206F}'
        // Emoji and text selectors: terminals disagree about the width of what they select.
        | '\u{FE00}'..='\u{FE0F}'
        | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}'
        // Format characters of shorthand, music and hieroglyphs; tags.
        | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}' | '\u{13430}'..='\u{1343F}'
        | '\u{E0000}'..='\u{E00FF}' | '\u{E01F0}'..='\u{E0FFF}')
        || is_noncharacter(c)
}

fn is_noncharacter(c: char) -> bool {
    let code = u32::from(c);
    (0xFDD0..=0xFDEF).contains(&code) || code & 0xFFFE == 0xFFFE
}

fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200C}' | '\u{200D}')
}

/// The selectors by which Japanese names choose the shape of an ideograph.
fn is_ideographic_selector(c: char) -> bool {
    matches!(c, '\u{E0100}'..='\u{E01EF}')
}

fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}'
        | '\u{20000}'..='\u{3FFFF}')
}

/// Joiners shape letters from Arabic to Tibetan; elsewhere they hide differences, or glue emoji
/// together that half of the terminals draw apart.
fn joins_after(previous: Option<char>) -> bool {
    previous.is_some_and(|p| matches!(p, '\u{600}'..='\u{FFF}'))
}

/// Code point by code point: drops, replaces, unifies.
fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if let Some(length) = escape_sequence(rest) {
            rest = &rest[length..];
            continue;
        }
        rest = &rest[c.len_utf8()..];
        match c {
            '\r' if rest.starts_with('\n') => {}
            '\r' | '\n' | '\u{0B}' | '\u{0C}' | '\u{85}' | '\u{2028}' | '\u{2029}' => {
                out.push('\n');
            }
            '\t' => out.push_str(TAB),
            '\u{A0}' | '\u{1680}' | '\u{2000}'..='\u{200A}' | '\u{202F}' | '\u{205F}' => {
                out.push(' ');
            }
            _ if is_joiner(c) => {
                if joins_after(out.chars().next_back()) {
                    out.push(c);
                }
            }
            _ if is_ideographic_selector(c) => {
                if out.chars().next_back().is_some_and(is_ideograph) {
                    out.push(c);
                }
            }
            _ if never_shown(c) => {}
            _ => out.push(full_width_kana(c)),
        }
    }
    out
}

/// After composing: marks that found no letter, towers of marks, clusters that are no letters.
fn settle(composed: &str) -> String {
    let mut out = String::with_capacity(composed.len());
    for cluster in composed.graphemes(true) {
        let mut marks = 0;
        let mut length = 0;
        let start = out.len();
        for c in cluster.chars() {
            match c {
                // A voiced mark beside a letter that has no voiced form stands by itself.
                '\u{3099}' => out.push('\u{309B}'),
                '\u{309A}' => out.push('\u{309C}'),
                _ if is_combining_mark(c) => {
                    marks += 1;
                    let orphan = out.is_empty() || out.ends_with(char::is_whitespace);
                    if orphan || marks > MARKS_PER_LETTER {
                        continue;
                    }
                    out.push(c);
                }
                // What it joined may have gone just now.
                _ if is_joiner(c) && !joins_after(out.chars().next_back()) => continue,
                _ => out.push(c),
            }
            length += 1;
        }
        if length > CODE_POINTS_PER_CLUSTER {
            out.truncate(start);
            out.push(char::REPLACEMENT_CHARACTER);
        }
    }
    out
}

/// Length in bytes of the escape sequence (ECMA-48: CSI, OSC and other strings, two-character
/// escapes) at the start of `text`, in its 7-bit or its C1 form. A string that is never closed
/// loses only its opening, so that nothing can hide the rest of a message.
fn escape_sequence(text: &str) -> Option<usize> {
    let mut chars = text.char_indices();
    let (_, first) = chars.next()?;
    let kind = match first {
        '\u{1B}' => match chars.next() {
            Some((_, c @ ('[' | ']' | 'P' | 'X' | '^' | '_'))) => c,
            Some((_, ' '..='/')) => '(',
            Some((at, c @ '0'..='~')) => return Some(at + c.len_utf8()),
            _ => return Some(first.len_utf8()),
        },
        '\u{9B}' => '[',
        '\u{9D}' => ']',
        '\u{90}' | '\u{98}' | '\u{9E}' | '\u{9F}' => 'P',
        _ => return None,
    };
    let opening = chars.offset();
    let body = &text[opening..];
    let closed = match kind {
        '[' => end_of(body, |c| matches!(c, ' '..='?'), |c| matches!(c, '@'..='~')),
        '(' => end_of(body, |c| matches!(c, ' '..='/'), |c| matches!(c, '0'..='~')),
        _ => end_of_string(body),
    };
    Some(opening + closed.unwrap_or(0))
}

fn end_of(body: &str, inner: impl Fn(char) -> bool, last: impl Fn(char) -> bool) -> Option<usize> {
    body.char_indices()
        .find(|(_, c)| !inner(*c))
        .filter(|(_, c)| last(*c))
        .map(|(at, c)| at + c.len_utf8())
}

/// A string ends at BEL or ST, and never runs over a line end.
fn end_of_string(body: &str) -> Option<usize> {
    for (at, c) in body.char_indices() {
        match c {
            '\u{07}' | '\u{9C}' => return Some(at + c.len_utf8()),
            '\u{1B}' if body[at..].starts_with("\u{1B}\\") => return Some(at + 2),
            '\n' | '\r' => return None,
            _ => {}
        }
    }
    None
}

/// U+FF61 to U+FF9F. The two voiced marks become combining ones, which composition joins with the
/// letter before them.
const HALF_WIDTH_KANA: [char; 63] = [
    '。', '「', '」', '、', '・', 'ヲ', 'ァ', 'ィ', 'ゥ', 'ェ', 'ォ', 'ャ', 'ュ', 'ョ', 'ッ', 'ー',
    'ア', 'イ', 'ウ', 'エ', 'オ', 'カ', 'キ', 'ク', 'ケ', 'コ', 'サ', 'シ', 'ス', 'セ', 'ソ', 'タ',
    'チ', 'ツ', 'テ', 'ト', 'ナ', 'ニ', 'ヌ', 'ネ', 'ノ', 'ハ', 'ヒ', 'フ', 'ヘ', 'ホ', 'マ', 'ミ',
    'ム', 'メ', 'モ', 'ヤ', 'ユ', 'ヨ', 'ラ', 'リ', 'ル', 'レ', 'ロ', 'ワ', 'ン', '\u{3099}',
    '\u{309A}',
];

fn full_width_kana(c: char) -> char {
    u32::from(c)
        .checked_sub(0xFF61)
        .and_then(|at| HALF_WIDTH_KANA.get(at as usize))
        .copied()
        .unwrap_or(c)
}

/// In command mode a key typed with the input method left on still means what it says:
/// `ｍ` is `m`, `：` is `:`, the ideographic space is a space.
pub fn fold_command_key(c: char) -> char {
    match c {
        '\u{FF01}'..='\u{FF5E}' => {
            char::from_u32(u32::from(c) - 0xFF01 + u32::from('!')).unwrap_or(c)
        }
        '\u{3000}' => ' ',
        _ => c,
    }
}

/// Whether `c` can only have come from a Japanese input method; not a command, even folded.
pub fn is_japanese_input(c: char) -> bool {
    is_ideograph(c)
        || matches!(c, '\u{3001}'..='\u{3029}' | '\u{3041}'..='\u{30FF}' | '\u{FF61}'..='\u{FF9F}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn half_width_kana_becomes_full_width_with_its_marks_joined() {
        assert_eq!(clean("ｶﾞｿﾘﾝ ﾊﾟﾝ｡ ｳﾞ ﾜﾞ ｱﾞ"), "ガソリン パン。 ヴ ヷ ア\u{309B}");
        assert_eq!(clean("か\u{3099}"), "が");
    }

    #[test]
    fn whole_escape_sequences_go_and_the_text_between_them_stays() {
        assert_eq!(clean("\u{1b}[1;31mred\u{1b}[0m"), "red");
        assert_eq!(clean("\u{9b}31mred"), "red");
        assert_eq!(
            clean("a\u{1b}]8;;https://x.test\u{1b}\\b\u{1b}]8;;\u{7}c"),
            "abc"
        );
        assert_eq!(clean("a\u{1b}(Bb\u{1b}7c\u{1b}"), "abc");
        assert_eq!(clean("\u{1b}P1$r0m\u{9c}x"), "x");
    }

    #[test]
    fn an_unclosed_string_hides_nothing() {
        assert_eq!(
            clean("\u{1b}]0;the rest is\nvisible"),
            "0;the rest is\nvisible"
        );
        assert_eq!(clean("\u{1b}[12日本"), "12日本");
    }

    #[test]
    fn lines_end_in_one_way() {
        assert_eq!(clean("a\r\nb\rc\u{2028}d\u{85}e\u{b}f"), "a\nb\nc\nd\ne\nf");
        assert_eq!(clean("a\tb"), "a    b");
        assert_eq!(clean_line(" a \r\n\n  b\u{2029}"), "a b");
    }

    #[test]
    fn what_only_hides_goes_and_what_shapes_letters_stays() {
        for c in [
            '\u{61C}',
            '\u{200E}',
            '\u{200F}',
            '\u{202A}',
            '\u{202B}',
            '\u{202C}',
            '\u{202D}',
            '\u{202E}',
            '\u{2066}',
            '\u{2067}',
            '\u{2068}',
            '\u{2069}',
            '\u{200B}',
            '\u{2060}',
            '\u{FEFF}',
            '\u{AD}',
            '\u{E0041}',
            '\u{3164}',
        ] {
            assert_eq!(clean(&format!("ad{c}min")), "admin", "{c:?}");
        }
        assert_eq!(clean("ad\u{200D}min"), "admin");
        assert_eq!(clean("क\u{94D}\u{200D}ष"), "क\u{94D}\u{200D}ष");
        assert_eq!(
            clean("葛\u{E0100}城\u{E0100}\u{E0101}"),
            "葛\u{E0100}城\u{E0100}"
        );
        assert_eq!(clean("👩\u{200D}💻 ❤\u{FE0F}"), "👩💻 ❤");
        assert_eq!(clean("100\u{202F}%\u{A0}"), "100 % ");
    }

    #[test]
    fn towers_of_marks_are_cut_and_marks_without_a_letter_go() {
        let tower = format!("a{}b", "\u{321}".repeat(500));
        assert_eq!(clean(&tower), format!("a{}b", "\u{321}".repeat(8)));
        assert_eq!(clean("\u{301}x\n\u{301}y \u{301}"), "x\ny ");
        let jamo = "\u{1100}".repeat(100);
        assert_eq!(clean(&jamo), "\u{FFFD}");
    }

    #[test]
    fn the_usual_text_is_not_copied() {
        for usual in [
            "plain, 100 %\n",
            "決済が失敗、「調査中」ー",
            "ＡＢＣ　１２３",
        ] {
            assert!(matches!(clean(usual), Cow::Borrowed(_)), "{usual}");
        }
    }

    #[test]
    fn command_keys_are_what_they_say() {
        assert_eq!(fold_command_key('ｍ'), 'm');
        assert_eq!(fold_command_key('：'), ':');
        assert_eq!(fold_command_key('　'), ' ');
        assert_eq!(fold_command_key('あ'), 'あ');
        assert!(is_japanese_input('あ') && is_japanese_input('。') && is_japanese_input('ｱ'));
        assert!(!is_japanese_input('m') && !is_japanese_input('ｍ'));
    }

    #[test]
    fn no_code_point_survives_that_must_never_be_shown() {
        for c in (0..=0x10FFFF).filter_map(char::from_u32) {
            let around = format!("a{c}b");
            let clean = clean(&around);
            assert!(
                !clean.chars().any(|c| c != '\n' && never_shown(c)),
                "{:04X} became {clean:?}",
                u32::from(c)
            );
        }
    }

    /// Letters that take part in some rule, far likelier than chance would have them.
    fn nasty() -> impl Strategy<Value = String> {
        let letter = prop_oneof![
            4 => any::<char>(),
            2 => proptest::sample::select(vec![
                '\u{1b}', '[', ']', '\u{7}', '\u{9b}', '\\', '\r', '\n', '\t', 'ｶ', 'ﾞ', 'ﾟ', 'か',
                '\u{3099}', '\u{309A}', '\u{200D}', '\u{200C}', '\u{301}', '\u{202E}', '葛',
                '\u{E0100}', '\u{FE0F}', 'क', '\u{94D}', '\u{1100}', '\u{1161}', '\u{11A8}', '🏽',
                '👍', '\u{1F1EF}', '\u{FEFF}', 'a',
            ]),
        ];
        proptest::collection::vec(letter, 0..40).prop_map(|letters| letters.into_iter().collect())
    }

    proptest! {
        #[test]
        fn cleaning_twice_changes_nothing(text in nasty()) {
            let once = clean(&text).into_owned();
            prop_assert_eq!(clean(&once).into_owned(), once.clone());
            let line = clean_line(&text).into_owned();
            prop_assert!(!line.contains('\n'));
            prop_assert_eq!(clean_line(&line).into_owned(), line);
        }

        #[test]
        fn nothing_that_must_not_be_shown_survives(text in nasty()) {
            prop_assert!(!clean(&text).chars().any(|c| c != '\n' && never_shown(c)));
        }
    }
}
