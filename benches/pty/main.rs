//! What the console costs, measured from outside: in a pseudo terminal, beside the smallest
//! program that the drawing library allows, in the same run; and the frame assembler by itself.
//!
//! ```text
//! cargo bench --bench pty                         matoi and the trivial program
//! cargo bench --bench pty -- frames               the assembler alone
//! cargo bench --bench pty -- [KEYS=…] htop        any other program as well
//! ```
//!
//! `KEYS` are what is pressed in turn, separated by commas, each of which should change the
//! screen; `RUNS`, `PRESSES` and `IDLE` (seconds) say how much is measured. A Markdown table goes
//! to stdout. Linux only: times and memory come from /proc.

mod frames;
#[cfg(target_os = "linux")]
mod measure;
#[cfg(target_os = "linux")]
mod table;
mod trivial;

use std::io;

fn main() -> io::Result<()> {
    // cargo says --bench.
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|a| a != "--bench")
        .collect();
    match arguments.first().map(String::as_str) {
        Some(trivial::FLAG) => trivial::run(),
        Some("frames") => frames::run(),
        _ => {
            outside(&arguments)?;
            frames::run()
        }
    }
}

#[cfg(target_os = "linux")]
fn outside(arguments: &[String]) -> io::Result<()> {
    table::run(arguments)
}

#[cfg(not(target_os = "linux"))]
fn outside(_: &[String]) -> io::Result<()> {
    use std::io::Write;
    writeln!(
        io::stderr(),
        "measuring from outside needs /proc: only the assembler is measured"
    )
}
