//! Named steps between deciding, saving, sending and hearing back, at which a test has the process
//! killed. In a debug build `MATOI_TEST_KILL_AT=label:n` kills it, as `kill -9` does, when it passes
//! that label for the n-th time; in a release build passing a step is nothing at all.

use crate::domain::sync::{Answer, Call, Fault};

/// An act is saved, and nobody was told.
pub const ACT: &str = "act";
/// The lease was free and is taken; what the last leader left is not looked at yet.
pub const LEADING: &str = "leading";
/// This process leads.
pub const LED: &str = "led";

/// What is about to be called is saved; the call is not made.
pub const fn calling(call: &Call) -> &'static str {
    match call {
        Call::Create { .. } => "calling:create",
        Call::Post { .. } => "calling:post",
        Call::History { .. } => "calling:history",
        _ => "calling:other",
    }
}

/// An answer is here and not saved, and the label for when it is: of a sweep's pages the last is the
/// one that moves the cursor.
pub const fn answered(result: &Result<Answer, Fault>) -> (&'static str, &'static str) {
    match result {
        Ok(Answer::Created { .. }) => ("answered:created", "saved:created"),
        Ok(Answer::Posted { .. }) => ("answered:posted", "saved:posted"),
        Ok(Answer::Page { next: Some(_), .. }) => ("answered:page", "saved:page"),
        Ok(Answer::Page { next: None, .. }) => ("answered:last_page", "saved:last_page"),
        Ok(_) => ("answered:other", "saved:other"),
        Err(Fault::Ambiguous(_)) => ("answered:doubt", "saved:doubt"),
        Err(_) => ("answered:fault", "saved:fault"),
    }
}

#[cfg(not(debug_assertions))]
pub const fn pass(_: &str) {}

#[cfg(debug_assertions)]
pub fn pass(label: &str) {
    use rustix::process::{Signal, getpid, kill_process};
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicU64, Ordering};
    static AIM: OnceLock<Option<(String, AtomicU64)>> = OnceLock::new();
    let aim = AIM.get_or_init(|| {
        let text = std::env::var("MATOI_TEST_KILL_AT").ok()?;
        let (label, times) = text.rsplit_once(':')?;
        Some((label.to_owned(), AtomicU64::new(times.parse().ok()?)))
    });
    if let Some((wanted, left)) = aim
        && wanted == label
        && left.fetch_sub(1, Ordering::SeqCst) == 1
    {
        // Nothing of this process comes after it: the signal cannot be caught.
        kill_process(getpid(), Signal::KILL).ok();
    }
}
