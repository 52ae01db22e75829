//! The assembler of frames.
//!
//! A screen is a stack of panes, each an area, a fingerprint of everything that its drawing reads,
//! and the drawing. A pane is drawn again only when its area or its fingerprint changed; a row is
//! put together again only when a pane changed in it; and of such a row only the cells are written
//! that differ from what the terminal shows. A frame in which nothing changed is no bytes at all,
//! so nothing disturbs an input method's open composition.
//!
//! Rows are kept in a form in which what is compared is what is seen: the second cell of a wide
//! letter holds the empty symbol, which equals no other cell, so a wide letter that goes away
//! always takes both of its cells with it; and where panes overlap, a wide letter cut in half by
//! the upper pane becomes a space.

use super::encode::{self, Encoder};
use super::sink;
use crate::domain::text;
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::{Position, Rect};
use std::hash::{DefaultHasher, Hash, Hasher};

/// Stands for everything that a pane's drawing reads. Equal inputs give equal fingerprints; that
/// unequal ones do too has a chance of one in 2⁶⁴.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint(u64);

impl Fingerprint {
    /// Of values, or better of the versions of large ones.
    pub fn of(inputs: &(impl Hash + ?Sized)) -> Fingerprint {
        let mut hasher = DefaultHasher::new();
        inputs.hash(&mut hasher);
        Fingerprint(hasher.finish())
    }
}

/// What a frame cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Drawn {
    /// Panes whose drawing ran.
    pub panes: usize,
    /// Rows put together and compared.
    pub rows: usize,
    /// Bytes appended for the terminal.
    pub bytes: usize,
}

struct Pane {
    name: &'static str,
    area: Rect,
    fingerprint: Fingerprint,
    buffer: Buffer,
}

/// Keeps the panes' buffers and what the terminal shows, from frame to frame.
pub struct Assembler {
    screen: Rect,
    panes: Vec<Pane>,
    /// The frame being put together; what the terminal shows.
    next: Vec<Cell>,
    shown: Vec<Cell>,
    dirty: Vec<bool>,
    /// The terminal may show anything.
    unknown: bool,
    /// `None` when not known either.
    caret: Option<Option<Position>>,
    scratch: Buffer,
    suspicious: bool,
}

impl Default for Assembler {
    fn default() -> Assembler {
        Assembler::new()
    }
}

impl Assembler {
    pub fn new() -> Assembler {
        Assembler {
            screen: Rect::ZERO,
            panes: Vec::new(),
            next: Vec::new(),
            shown: Vec::new(),
            dirty: Vec::new(),
            unknown: true,
            caret: None,
            scratch: Buffer::empty(Rect::ZERO),
            suspicious: false,
        }
    }

    /// Draws every pane every time and compares: a pane whose drawing reads what its fingerprint
    /// leaves out is found by the test that draws it twice.
    pub fn suspicious(mut self) -> Assembler {
        self.suspicious = true;
        self
    }

    /// The terminal may show anything now (it was lent, resumed, or reset): the next frame is
    /// written whole.
    pub fn forget(&mut self) {
        self.unknown = true;
        self.caret = None;
    }

    /// Starts a frame of `width` × `height` cells. Another size than before is a whole new screen.
    pub fn begin(&mut self, width: u16, height: u16) -> Draft<'_> {
        let screen = Rect::new(0, 0, width, height);
        if screen != self.screen {
            self.screen = screen;
            let size = usize::from(width) * usize::from(height);
            self.next = vec![Cell::EMPTY; size];
            self.shown = vec![Cell::EMPTY; size];
            self.dirty = vec![true; usize::from(height)];
            self.panes.clear();
            self.forget();
        }
        Draft {
            assembler: self,
            placed: 0,
            caret: None,
            drawn: Drawn::default(),
        }
    }

    /// The topmost pane at a cell: what a click means.
    pub fn pane_at(&self, x: u16, y: u16) -> Option<&'static str> {
        let at = Position::new(x, y);
        let pane = self.panes.iter().rev().find(|p| p.area.contains(at))?;
        Some(pane.name)
    }

    /// The last frame as text, a line a row, without spaces at the ends: for tests and for people
    /// who report what they saw.
    pub fn text(&self) -> String {
        let mut out = String::new();
        for row in self.shown.chunks(usize::from(self.screen.width.max(1))) {
            let line: String = row.iter().map(Cell::symbol).collect();
            out.push_str(line.trim_end());
            out.push('\n');
        }
        out
    }

    /// The cell that the last frame left at (`x`, `y`); the second cell of a wide letter has an
    /// empty symbol.
    pub fn cell(&self, x: u16, y: u16) -> Option<&Cell> {
        self.screen
            .contains(Position::new(x, y))
            .then(|| &self.shown[self.row(y).start + usize::from(x)])
    }

    fn row(&self, y: u16) -> std::ops::Range<usize> {
        let width = usize::from(self.screen.width);
        let start = usize::from(y) * width;
        start..start + width
    }

    fn mark(&mut self, area: Rect) {
        for y in area.top()..area.bottom() {
            self.dirty[usize::from(y)] = true;
        }
    }
}

/// A frame being put together, from the bottom pane up.
pub struct Draft<'a> {
    assembler: &'a mut Assembler,
    placed: usize,
    caret: Option<Position>,
    drawn: Drawn,
}

impl Draft<'_> {
    pub fn area(&self) -> Rect {
        self.assembler.screen
    }

    /// Places a pane over those placed before. `draw` fills a blank buffer whose area is `area`
    /// cut to the screen; it covers what is below it entirely. Outside the screen nothing is
    /// drawn.
    pub fn pane(
        &mut self,
        name: &'static str,
        area: Rect,
        fingerprint: Fingerprint,
        draw: impl FnOnce(&mut Buffer),
    ) {
        let area = area.intersection(self.assembler.screen);
        if area.is_empty() {
            return;
        }
        let slot = self.placed;
        self.placed += 1;
        let known = self.claim(slot, name, area);
        let fresh = known && self.assembler.panes[slot].fingerprint == fingerprint;
        if fresh && !self.assembler.suspicious {
            return;
        }

        let scratch = &mut self.assembler.scratch;
        scratch.resize(area);
        scratch.reset();
        draw(scratch);
        debug_assert_eq!(scratch.area, area, "{name} drew into another buffer");
        let width = usize::from(area.width);
        for row in scratch.content.chunks_mut(width) {
            settle(row);
        }
        self.drawn.panes += 1;

        let assembler = &mut *self.assembler;
        let pane = &mut assembler.panes[slot];
        let rows = pane.buffer.content.chunks(width);
        for (y, (old, new)) in rows
            .zip(assembler.scratch.content.chunks(width))
            .enumerate()
        {
            if old != new {
                debug_assert!(
                    !fresh,
                    "{name} drew row {y} differently with the same fingerprint"
                );
                assembler.dirty[usize::from(area.y) + y] = true;
            }
        }
        pane.fingerprint = fingerprint;
        std::mem::swap(&mut pane.buffer, &mut assembler.scratch);
    }

    /// Where the terminal's own cursor stands: at what is being typed, because an input method
    /// opens its window there. Cut to the screen. None hides it.
    pub fn caret(&mut self, at: Option<Position>) {
        let screen = self.assembler.screen;
        self.caret = at
            .filter(|_| !screen.is_empty())
            .map(|at| Position::new(at.x.min(screen.right() - 1), at.y.min(screen.bottom() - 1)));
    }

    /// Appends the bytes that turn what the terminal shows into this frame.
    pub fn finish(mut self, out: &mut Vec<u8>) -> Drawn {
        let before = out.len();
        let assembler = &mut *self.assembler;
        for pane in assembler.panes.split_off(self.placed) {
            assembler.mark(pane.area);
        }
        if assembler.unknown {
            assembler.dirty.fill(true);
        }
        for y in 0..assembler.screen.height {
            if assembler.dirty[usize::from(y)] {
                compose_row(assembler, y);
                self.drawn.rows += 1;
            }
        }
        let moved = write_rows(assembler, out);
        write_caret(assembler, self.caret, moved, out);
        assembler.dirty.fill(false);
        assembler.unknown = false;
        self.drawn.bytes = out.len() - before;
        debug_assert_eq!(sink::check(&out[before..]), Ok(()));
        self.drawn
    }

    /// Makes `slot` the pane called `name` at `area`; whether it holds that pane's last buffer.
    fn claim(&mut self, slot: usize, name: &'static str, area: Rect) -> bool {
        let assembler = &mut *self.assembler;
        let found = assembler.panes[slot..]
            .iter()
            .position(|pane| pane.name == name);
        match found {
            Some(0) => {}
            // Others left from below it, or changed places with it.
            Some(distance) => {
                for pane in slot..=slot + distance {
                    assembler.mark(assembler.panes[pane].area);
                }
                assembler.panes.swap(slot, slot + distance);
            }
            None => {
                debug_assert!(
                    assembler.panes[..slot].iter().all(|pane| pane.name != name),
                    "{name} is placed twice"
                );
                let pane = Pane {
                    name,
                    area: Rect::ZERO,
                    fingerprint: Fingerprint(0),
                    buffer: Buffer::empty(Rect::ZERO),
                };
                assembler.panes.insert(slot, pane);
            }
        }
        let old = assembler.panes[slot].area;
        if old == area {
            return true;
        }
        assembler.mark(old);
        assembler.mark(area);
        let pane = &mut assembler.panes[slot];
        pane.area = area;
        // Nothing to compare with; all of its rows are marked.
        pane.buffer = Buffer::empty(Rect::ZERO);
        false
    }
}

/// Gives a pane's row the form described at the top of this file, and replaces what no terminal
/// should be sent: drawing code can put anything into a cell.
fn settle(row: &mut [Cell]) {
    let mut x = 0;
    while x < row.len() {
        let width = match row[x].symbol().as_bytes() {
            [b' '..=b'~'] => 1,
            _ => settle_symbol(&mut row[x]),
        };
        if width == 2 {
            if x + 1 == row.len() {
                row[x].set_symbol(" ");
            } else {
                let style = row[x].style();
                row[x + 1].reset();
                row[x + 1].set_style(style).set_symbol("");
            }
        }
        x += width;
    }
}

/// Leaves a printable symbol in the cell; its width, 1 or 2.
fn settle_symbol(cell: &mut Cell) -> usize {
    let symbol = cell.symbol();
    let mut letters = symbol.chars();
    if let (Some(letter), None) = (letters.next(), letters.next())
        && let Some(width) = text::plain_cells(letter)
    {
        return width;
    }
    let width = text::cells(symbol);
    let strange = symbol.chars().any(text::never_shown) || (symbol.len() > 1 && symbol.is_ascii());
    match width {
        1 | 2 if !strange => width,
        0 if !strange => {
            cell.set_symbol(" ");
            1
        }
        _ => {
            cell.set_symbol("?");
            1
        }
    }
}

fn compose_row(assembler: &mut Assembler, y: u16) {
    let range = assembler.row(y);
    let row = &mut assembler.next[range];
    row.fill(Cell::EMPTY);
    for pane in &assembler.panes {
        if y < pane.area.top() || y >= pane.area.bottom() {
            continue;
        }
        let (left, right) = (
            usize::from(pane.area.left()),
            usize::from(pane.area.right()),
        );
        let width = right - left;
        let from = usize::from(y - pane.area.top()) * width;
        if left > 0 && row[left].symbol().is_empty() {
            row[left - 1].set_symbol(" ");
        }
        if right < row.len() && row[right].symbol().is_empty() {
            row[right].set_symbol(" ");
        }
        row[left..right].clone_from_slice(&pane.buffer.content[from..from + width]);
    }
}

/// Rows whose blank end is at least this long are erased rather than written with spaces.
const WORTH_ERASING: usize = 4;

/// Whether anything was written.
fn write_rows(assembler: &mut Assembler, out: &mut Vec<u8>) -> bool {
    let differs = |y: u16| {
        let range = assembler.row(y);
        assembler.dirty[usize::from(y)] && assembler.next[range.clone()] != assembler.shown[range]
    };
    if !assembler.unknown && !(0..assembler.screen.height).any(differs) {
        return false;
    }
    let mut encoder = Encoder::begin(out);
    if assembler.unknown {
        encoder.clear();
        assembler.shown.fill(Cell::EMPTY);
    }
    for y in 0..assembler.screen.height {
        if assembler.dirty[usize::from(y)] {
            let range = assembler.row(y);
            let (next, shown) = (
                &mut assembler.next[range.clone()],
                &mut assembler.shown[range],
            );
            write_row(&mut encoder, y, next, shown);
            // What is left in `next` is put together anew before it is looked at again.
            shown.swap_with_slice(next);
        }
    }
    true
}

fn write_row(encoder: &mut Encoder, y: u16, next: &[Cell], shown: &[Cell]) {
    let Some(first) = next.iter().zip(shown).position(|(new, old)| new != old) else {
        return;
    };
    let blank_from = next
        .iter()
        .rposition(|cell| *cell != Cell::EMPTY)
        .map_or(0, |last| last + 1);
    // A letter is written whole: start at its first cell.
    let mut x = first - usize::from(next[first].symbol().is_empty());
    while x < next.len() {
        if x >= blank_from && next.len() - x >= WORTH_ERASING {
            if next[x..] != shown[x..] {
                encoder.erase_rest(x as u16, y);
            }
            return;
        }
        let wide = next.get(x + 1).is_some_and(|cell| cell.symbol().is_empty());
        let width = 1 + usize::from(wide);
        if next[x..x + width] != shown[x..x + width] {
            encoder.cell(x as u16, y, &next[x], width as u16, next.len() as u16);
        }
        x += width;
    }
}

fn write_caret(assembler: &mut Assembler, caret: Option<Position>, moved: bool, out: &mut Vec<u8>) {
    let before = assembler.caret.replace(caret);
    if let Some(at) = caret
        && (moved || before != Some(caret))
    {
        encode::move_to(out, at.x, at.y);
    }
    let was_visible = before.map(|at| at.is_some());
    if was_visible != Some(caret.is_some()) {
        encode::caret_visible(out, caret.is_some());
    }
}

#[cfg(test)]
mod tests;
