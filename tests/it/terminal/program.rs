//! The program that runs in the pseudo terminals: this test binary, started again for this one
//! "test". One key for each way in which a program can treat its terminal.

use crossterm::event::{KeyCode, KeyModifiers};
use matoi::domain::words::Lang;
use matoi::io::input::Event;
use matoi::io::terminal::{Lent, Options, Terminal, restore_on_panic};
use matoi::ui::frame::{Assembler, Fingerprint};
use matoi::ui::theme::{Meaning, Theme};
use std::process::Command;
use std::time::Duration;

/// Set by whoever starts it.
pub const PLAYS: &str = "MATOI_TEST_TERMINAL_PROGRAM";

#[test]
#[ignore = "started by the others in terminals of their own"]
fn plays() {
    if std::env::var_os(PLAYS).is_some() {
        let code = run();
        std::process::exit(code);
    }
}

struct Scene {
    terminal: Terminal,
    assembler: Assembler,
    theme: Theme,
    last: String,
    frame: Vec<u8>,
}

fn run() -> i32 {
    restore_on_panic();
    let terminal = match Terminal::enter(Options::default()) {
        Ok(terminal) => terminal,
        Err(problem) => {
            eprintln!("{}", problem.lines(Lang::En));
            return i32::from(problem.kind.exit_code());
        }
    };
    let theme = Theme::choose(None, |name| std::env::var(name).ok()).expect("shipped");
    let mut scene = Scene {
        terminal,
        assembler: Assembler::new(),
        theme,
        last: "nothing".to_owned(),
        frame: Vec::new(),
    };
    loop {
        scene.draw("");
        for event in scene.terminal.wait(None) {
            if let Some(code) = scene.take(event) {
                return code;
            }
        }
    }
}

impl Scene {
    fn draw(&mut self, filling: &str) {
        if !self.terminal.is_ready() {
            return;
        }
        let (width, height) = self.terminal.size();
        let lines = [
            format!("size {width}x{height}"),
            format!("last {}", self.last),
            filling.repeat(usize::from(width) / filling.len().max(1)),
        ];
        let styles = [Meaning::Banner, Meaning::Accent, Meaning::Text].map(|m| self.theme.style(m));
        let mut draft = self.assembler.begin(width, height);
        draft.pane("all", draft.area(), Fingerprint::of(&lines), |buffer| {
            for y in 0..buffer.area.height {
                let line = usize::from(y).min(2);
                buffer.set_string(0, y, &lines[line], styles[line]);
            }
        });
        self.frame.clear();
        draft.finish(&mut self.frame);
        self.terminal.write(&self.frame);
    }

    /// The exit code, when it is time to end.
    fn take(&mut self, event: Event) -> Option<i32> {
        self.last = match event {
            Event::Terminate => return Some(143),
            Event::Hangup => return Some(129),
            Event::Resize(..) => return None,
            Event::Paste(text) => format!("Paste {text:?}"),
            Event::Suspend => return self.stop(),
            Event::Resume => {
                self.assembler.forget();
                if self.last.starts_with("lent") {
                    return None;
                }
                "Resume".to_owned()
            }
            Event::Wake if self.last.starts_with("lent") => return None,
            Event::Key(key) => match (key.code, key.modifiers) {
                (KeyCode::Char('q'), _) => return Some(0),
                (KeyCode::Char('z'), KeyModifiers::CONTROL) => return self.stop(),
                (KeyCode::Char(c), _) => {
                    self.last = format!("Key {c}");
                    return self.command(c);
                }
                (code, _) => format!("{code:?}"),
            },
            other => format!("{other:?}"),
        };
        None
    }

    fn stop(&mut self) -> Option<i32> {
        if let Err(problem) = self.terminal.suspend() {
            self.last = problem.lines(Lang::En);
        }
        None
    }

    #[expect(
        clippy::panic,
        reason = "what the terminal looks like afterwards is the question"
    )]
    fn command(&mut self, c: char) -> Option<i32> {
        match c {
            'p' => panic!("it broke"),
            'P' => {
                let thread = std::thread::spawn(|| panic!("it broke elsewhere"));
                thread.join().expect_err("it panics");
            }
            'w' => {
                let waker = self.terminal.waker();
                std::thread::spawn(move || waker.wake());
            }
            'e' => {
                let mut editor = Command::new("sh");
                editor.args(["-c", "trap '' INT; echo an editor; read line; exit 3"]);
                match self.terminal.lend(&mut editor).expect("it starts") {
                    Lent::Ended(status) => {
                        self.last = format!("lent, ended with {}", status.code().unwrap_or(-1));
                    }
                    Lent::MustEnd(event) => return self.take(event),
                }
            }
            's' => return self.flood(),
            _ => {}
        }
        None
    }

    /// Draws until the terminal takes no more, and says so where it can be heard.
    fn flood(&mut self) -> Option<i32> {
        let mut said = 0;
        for letter in ["a", "b"].into_iter().cycle() {
            self.draw(letter);
            let patience = Duration::from_millis(if self.terminal.is_ready() { 0 } else { 20 });
            for event in self.terminal.wait(Some(patience)) {
                if let Some(code) = self.take(event) {
                    return Some(code);
                }
            }
            if !self.terminal.is_ready() && said < 2 {
                eprintln!("{}", ["stalled", "still here"][said]);
                said += 1;
            }
        }
        None
    }
}
