//! The frame assembler without a terminal: 200 × 60 cells in six panes, half of them Japanese.

use matoi::ui::frame::{Assembler, Fingerprint};
use matoi::ui::theme::{Depth, Meaning, Theme};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;
use std::cell::Cell;
use std::io::{self, Write};
use std::rc::Rc;
use std::time::{Duration, Instant};

const WIDTH: u16 = 200;
const HEIGHT: u16 = 60;
const ROUNDS: u64 = 400;

const PANES: [(&str, Rect); 6] = [
    ("status", Rect::new(0, 0, 200, 3)),
    ("roster", Rect::new(0, 3, 40, 56)),
    ("timeline", Rect::new(40, 3, 110, 28)),
    ("channel", Rect::new(40, 31, 110, 28)),
    ("checklist", Rect::new(150, 3, 50, 56)),
    ("input", Rect::new(0, 59, 200, 1)),
];

/// Takes a frame as our own buffer does, and counts it.
struct Counter(Rc<Cell<usize>>, Vec<u8>);

impl Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.1.extend_from_slice(bytes);
        self.0.set(self.0.get() + bytes.len());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.1.clear();
        Ok(())
    }
}

/// Fills a pane with text that differs with `seed`.
struct Filler<'a> {
    theme: &'a Theme,
    seed: u64,
}

impl Widget for Filler<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        for y in area.top()..area.bottom() {
            let meaning = Meaning::ALL[usize::from(y) % Meaning::ALL.len()];
            let line = format!(
                "14:{y:02} 伊藤 {} カード決済のエラー率 {} % checkout error rate, build 812 を戻す ",
                self.seed,
                (self.seed + u64::from(y)) % 100
            );
            let line = line.repeat(3);
            let style = self.theme.style(meaning);
            buffer.set_stringn(area.x, y, line, usize::from(area.width), style);
        }
    }
}

fn frame(assembler: &mut Assembler, theme: &Theme, seeds: [u64; 6], clock: u64, out: &mut Vec<u8>) {
    out.clear();
    let mut draft = assembler.begin(WIDTH, HEIGHT);
    for ((name, area), seed) in PANES.into_iter().zip(seeds) {
        let clock = if name == "status" { clock } else { 0 };
        draft.pane(name, area, Fingerprint::of(&(seed, clock)), |buffer| {
            Filler { theme, seed }.render(buffer.area, buffer);
            if name == "status" {
                let digit = format!("{}", clock % 10);
                buffer.set_string(0, 0, digit, theme.style(Meaning::Text));
            }
        });
    }
    draft.finish(out);
}

pub fn run() -> io::Result<()> {
    let theme = Theme::shipped("dark", Depth::TwoFiftySix)
        .map_err(|problem| io::Error::other(problem.to_string()))?;
    let mut out = Vec::new();
    let mut lines = Vec::new();
    let mut assembler = Assembler::new();

    let mut measure = |name: &str, mut work: Box<dyn FnMut(u64) -> usize + '_>| {
        let mut times = Vec::new();
        let mut bytes = 0;
        for round in 1..=ROUNDS {
            let begin = Instant::now();
            bytes = work(round);
            times.push(begin.elapsed());
        }
        times.sort();
        lines.push((name.to_owned(), times[times.len() / 2], bytes));
    };

    measure(
        "nothing changed",
        Box::new(|_| {
            frame(&mut assembler, &theme, [0; 6], 0, &mut out);
            out.len()
        }),
    );
    measure(
        "one cell changed",
        Box::new(|round| {
            frame(&mut assembler, &theme, [0; 6], round, &mut out);
            out.len()
        }),
    );
    measure(
        "one pane of 110 × 28 changed",
        Box::new(|round| {
            let seeds = [0, 0, round, 0, 0, 0];
            frame(&mut assembler, &theme, seeds, 0, &mut out);
            out.len()
        }),
    );
    measure(
        "everything changed",
        Box::new(|round| {
            frame(&mut assembler, &theme, [round + 7; 6], round, &mut out);
            out.len()
        }),
    );
    measure(
        "the first frame",
        Box::new(|_| {
            frame(&mut Assembler::new(), &theme, [0; 6], 0, &mut out);
            out.len()
        }),
    );

    let area = Rect::new(0, 0, WIDTH, HEIGHT);
    let written = Rc::new(Cell::new(0));
    let mut library = Terminal::with_options(
        CrosstermBackend::new(Counter(Rc::clone(&written), Vec::new())),
        ratatui::TerminalOptions {
            viewport: ratatui::Viewport::Fixed(area),
        },
    )?;
    for (name, everything) in [
        ("the library: one cell changed", false),
        ("the library: everything changed", true),
    ] {
        let (library, written) = (&mut library, &written);
        measure(
            name,
            Box::new(|round| {
                written.set(0);
                let drawn = library.draw(|frame| {
                    for (name, area) in PANES {
                        let seed = if everything { round + 7 } else { 0 };
                        Filler {
                            theme: &theme,
                            seed,
                        }
                        .render(area, frame.buffer_mut());
                        if name == "status" {
                            let digit = format!("{}", round % 10);
                            let style = theme.style(Meaning::Text);
                            frame.buffer_mut().set_string(0, 0, digit, style);
                        }
                    }
                });
                drop(drawn);
                written.get()
            }),
        );
    }

    let mut stdout = io::stdout().lock();
    writeln!(
        stdout,
        "| frame of 200 × 60 | ms, median of {ROUNDS} | bytes |"
    )?;
    writeln!(stdout, "|---|---|---|")?;
    for (name, time, bytes) in lines {
        writeln!(stdout, "| {name} | {:.3} | {bytes} |", millis(time))?;
    }
    Ok(())
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
