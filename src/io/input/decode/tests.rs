use super::*;
use proptest::prelude::*;

const NONE: KeyModifiers = KeyModifiers::NONE;
const ALT: KeyModifiers = KeyModifiers::ALT;
const CTRL: KeyModifiers = KeyModifiers::CONTROL;
const SHIFT: KeyModifiers = KeyModifiers::SHIFT;

fn decoded(bytes: &[u8]) -> Vec<Event> {
    let mut decoder = Decoder::default();
    let mut events = Vec::new();
    decoder.feed(bytes, &mut events);
    if decoder.is_waiting() {
        decoder.time_is_up(&mut events);
    }
    assert!(!decoder.is_waiting(), "{bytes:?}");
    events
}

#[test]
fn keys_of_every_encoding() {
    use KeyCode::*;
    let table: &[(&[u8], KeyCode, KeyModifiers)] = &[
        (b"m", Char('m'), NONE),
        (b"M", Char('M'), NONE),
        ("あ".as_bytes(), Char('あ'), NONE),
        ("😀".as_bytes(), Char('😀'), NONE),
        (b"\r", Enter, NONE),
        (b"\n", Char('j'), CTRL),
        (b"\t", Tab, NONE),
        (b"\x1b[Z", BackTab, NONE),
        (b"\x7f", Backspace, NONE),
        (b"\x03", Char('c'), CTRL),
        (b"\x1a", Char('z'), CTRL),
        (b"\x00", Char(' '), CTRL),
        (b"\x1c", Char('\\'), CTRL),
        (b"\x1f", Char('_'), CTRL),
        (b"\x1b", Esc, NONE),
        (b"\x1bx", Char('x'), ALT),
        ("\x1bé".as_bytes(), Char('é'), ALT),
        (b"\x1b\r", Enter, ALT),
        (b"\x1b[", Char('['), ALT),
        (b"\x1bO", Char('O'), ALT),
        (b"\x1b]", Char(']'), ALT),
        (b"\x1b[A", Up, NONE),
        (b"\x1bOB", Down, NONE),
        (b"\x1b[1;5C", Right, CTRL),
        (b"\x1b[1;2D", Left, SHIFT),
        (b"\x1b[1~", Home, NONE),
        (b"\x1b[F", End, NONE),
        (b"\x1b[3;3~", Delete, ALT),
        (b"\x1b[5~", PageUp, NONE),
        (b"\x1bOP", F(1), NONE),
        (b"\x1b[[B", F(2), NONE),
        (b"\x1b[1;5R", F(3), CTRL),
        (b"\x1b[15~", F(5), NONE),
        (b"\x1b[24;2~", F(12), SHIFT),
        (b"\x1b[25~", F(13), NONE),
        (b"\x1b[34~", F(20), NONE),
        // kitty, first level; xterm's modifyOtherKeys.
        (b"\x1b[27u", Esc, NONE),
        (b"\x1b[97;5u", Char('a'), CTRL),
        (b"\x1b[97;6u", Char('A'), CTRL),
        (b"\x1b[97;4u", Char('A'), ALT),
        (b"\x1b[13;5u", Enter, CTRL),
        (b"\x1b[9;2u", BackTab, NONE),
        (b"\x1b[97;69u", Char('a'), CTRL),
        (b"\x1b[57400u", Char('1'), NONE),
        (b"\x1b[27;5;109~", Char('m'), CTRL),
    ];
    for (bytes, code, modifiers) in table {
        let expected = Event::Key(KeyEvent::new(*code, *modifiers));
        assert_eq!(decoded(bytes), [expected], "{}", bytes.escape_ascii());
    }
}

#[test]
fn a_paste_is_one_event_whatever_it_holds() {
    assert_eq!(
        decoded(b"a\x1b[200~rm -rf\r\x03\x1b[A\x1b[201b\x1b[201~z"),
        [
            Event::Key(KeyEvent::new(KeyCode::Char('a'), NONE)),
            Event::Paste("rm -rf\r\x03\x1b[A\x1b[201b".into()),
            Event::Key(KeyEvent::new(KeyCode::Char('z'), NONE)),
        ]
    );
}

#[test]
fn a_paste_without_an_end_gives_the_keyboard_back_to_escape() {
    let mut decoder = Decoder::default();
    let mut events = Vec::new();
    decoder.feed(b"\x1b[200~abc", &mut events);
    decoder.time_is_up(&mut events);
    decoder.feed(b"q", &mut events);
    // Half of an end is not waited for for ever either.
    decoder.feed(b"\x1b[20", &mut events);
    decoder.time_is_up(&mut events);
    assert!(!decoder.is_waiting());
    assert_eq!(events, []);
    decoder.feed(b"\x1b", &mut events);
    assert!(decoder.is_waiting());
    decoder.time_is_up(&mut events);
    decoder.feed(b"q", &mut events);
    assert_eq!(
        events,
        [
            Event::Paste("abcq\x1b[20".into()),
            Event::Key(KeyEvent::new(KeyCode::Char('q'), NONE)),
        ]
    );
}

#[test]
fn a_paste_is_bounded() {
    let mut bytes = b"\x1b[200~".to_vec();
    bytes.extend(std::iter::repeat_n(b'x', PASTE_LIMIT + 5));
    bytes.extend(PASTE_END);
    match decoded(&bytes).as_slice() {
        [Event::Paste(text)] => assert_eq!(text.len(), PASTE_LIMIT),
        other => unreachable!("{} events", other.len()),
    }
}

#[test]
fn what_is_no_key_is_never_typed() {
    for bytes in [
        &b"\x1b[?62;4c"[..],
        b"\x1b[24;80R",
        b"\x1b]11;rgb:0000/0000/0000\x1b\\",
        b"\x1b]11;rgb:0000/0000/0000\x07",
        b"\x1bP1$r0m\x1b\\",
        b"\x1bP>|xterm(390)\x1b\\",
        b"\x1b_Gi=1;OK\x1b\\",
        b"\x1b[?1u",
        b"\x1b[97;1:3u",
        b"\x1b[57441;2u",
        b"\x1b[99~",
        b"\x1b[M !!",
        b"\x1b[1;5",
        b"\x1b]11;rgb",
        b"\xff\xc0\x80",
        b"\xe3\x81",
    ] {
        assert_eq!(decoded(bytes), [], "{}", bytes.escape_ascii());
    }
}

#[test]
fn a_broken_sequence_does_not_take_the_next_key_along() {
    let up = [Event::Key(KeyEvent::new(KeyCode::Up, NONE))];
    assert_eq!(decoded(b"\x1b[12\x1b[A"), up);
    assert_eq!(decoded(b"\x1b]0;x\x1b[A"), up);
}

#[test]
fn focus_and_mouse() {
    assert_eq!(
        decoded(b"\x1b[I\x1b[O"),
        [Event::Focus(true), Event::Focus(false)]
    );
    let mouse = |kind, modifiers| {
        Event::Mouse(MouseEvent {
            kind,
            column: 9,
            row: 4,
            modifiers,
        })
    };
    assert_eq!(
        decoded(b"\x1b[<0;10;5M\x1b[<0;10;5m\x1b[<65;10;5M\x1b[<22;10;5M\x1b[<0;0;0M"),
        [
            mouse(MouseEventKind::Down(MouseButton::Left), NONE),
            mouse(MouseEventKind::Up(MouseButton::Left), NONE),
            mouse(MouseEventKind::ScrollDown, NONE),
            mouse(MouseEventKind::Down(MouseButton::Right), CTRL | SHIFT),
        ]
    );
}

fn input() -> impl Strategy<Value = Vec<u8>> {
    let part = prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..4),
        proptest::sample::select(
            [
                "\x1b",
                "\x1b[",
                "\x1b[1;5",
                "A",
                "~",
                "u",
                "\x1b[200~",
                "\x1b[201~",
                "\x1bO",
                "\x1b]1",
                "\x1bP1",
                "\x07",
                "\x1b\\",
                "\x1b[<0;1;1",
                "M",
                "あ",
                "\x1b[[",
                ";",
                ":3",
            ]
            .map(|s| s.as_bytes().to_vec())
            .to_vec()
        ),
    ];
    proptest::collection::vec(part, 0..20).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn pieces_mean_what_the_whole_means(bytes in input(), cuts in any::<u64>()) {
        let mut whole = Vec::new();
        Decoder::default().feed(&bytes, &mut whole);
        let mut decoder = Decoder::default();
        let mut pieces = Vec::new();
        let mut from = 0;
        for to in 1..=bytes.len() {
            if to == bytes.len() || cuts >> (to % 64) & 1 == 1 {
                decoder.feed(&bytes[from..to], &mut pieces);
                from = to;
            }
        }
        prop_assert_eq!(pieces, whole);
    }

    #[test]
    fn what_waits_is_little_and_time_ends_it(bytes in input()) {
        let mut decoder = Decoder::default();
        let mut events = Vec::new();
        decoder.feed(&bytes, &mut events);
        prop_assert!(decoder.bytes.len() <= SEQUENCE_LIMIT + 3);
        decoder.time_is_up(&mut events);
        prop_assert!(!decoder.is_waiting());
    }
}
