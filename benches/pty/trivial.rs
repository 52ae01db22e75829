//! The least that a program with this drawing library can be: one paragraph, and a count of keys.
//! Started by the harness as a child of its own.

use crossterm::event::{Event, KeyCode, read};
use ratatui::widgets::{Block, Paragraph};
use std::io;

pub const FLAG: &str = "--trivial";

pub fn run() -> io::Result<()> {
    let mut terminal = ratatui::try_init()?;
    let mut keys = 0u64;
    loop {
        terminal.draw(|frame| {
            let text = format!("{keys} keys");
            let paragraph = Paragraph::new(text).block(Block::bordered().title("trivial"));
            frame.render_widget(paragraph, frame.area());
        })?;
        if let Event::Key(key) = read()? {
            keys += 1;
            if key.code == KeyCode::Char('q') {
                ratatui::try_restore()?;
                return Ok(());
            }
        }
    }
}
