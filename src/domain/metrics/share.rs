//! So many of so many.

use std::ops::AddAssign;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Share {
    pub met: usize,
    pub of: usize,
}

impl Share {
    pub fn count(&mut self, met: bool) {
        self.met += usize::from(met);
        self.of += 1;
    }

    /// In a hundred, rounded down, so that 100 is only said of all; `None` of nothing.
    pub const fn percent(self) -> Option<usize> {
        (self.met * 100).checked_div(self.of)
    }
}

impl AddAssign for Share {
    fn add_assign(&mut self, more: Share) {
        self.met += more.met;
        self.of += more.of;
    }
}
