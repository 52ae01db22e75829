//! Where everything stands, for every size.
//!
//! | columns × rows | what is shown |
//! |---|---|
//! | under 60 × 16 | a card that says so, with the vital facts that fit |
//! | under 72 × 20 | one pane at a time |
//! | under 110 × 28 | two columns |
//! | more | three columns |
//!
//! Where a pane is not shown, a row names it with its key and the count of what it would show.

use crate::app::model::Pane;
use ratatui::layout::Rect;

/// Below this there is no room to command from.
pub const LEAST: (u16, u16) = (60, 16);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    Card,
    One,
    Two,
    Three,
}

impl Shape {
    pub fn of(size: (u16, u16)) -> Shape {
        match size {
            (w, h) if w < LEAST.0 || h < LEAST.1 => Shape::Card,
            (w, h) if w < 72 || h < 20 => Shape::One,
            (w, h) if w < 110 || h < 28 => Shape::Two,
            _ => Shape::Three,
        }
    }
}

/// What stands in the room's body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Pane(Pane),
    Asks,
}

/// What the layout depends on, beside the size.
#[derive(Clone, Copy, Debug)]
pub struct Needs {
    pub banner: bool,
    pub focus: Pane,
    pub zoomed: bool,
    /// Something is open that command has to settle.
    pub open: bool,
    /// The last prompt slot that holds something, from 1.
    pub asks: u16,
    /// Lines of the text in the composer.
    pub composer: u16,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Room {
    pub banner: Option<Rect>,
    /// Rows of vital facts, the promises last.
    pub header: Rect,
    /// Names the panes that are not shown.
    pub strip: Option<Rect>,
    pub places: Vec<(Place, Rect)>,
    /// Columns of uprights.
    pub uprights: Vec<u16>,
    pub body: Rect,
    /// The rule above the composer, then its text.
    pub composer: Rect,
    pub footer: Rect,
}

/// Takes rows from the top of what is left.
struct Rows(Rect);

impl Rows {
    fn take(&mut self, rows: u16) -> Rect {
        let rows = rows.min(self.0.height);
        let taken = Rect {
            height: rows,
            ..self.0
        };
        self.0.y += rows;
        self.0.height -= rows;
        taken
    }

    fn take_last(&mut self, rows: u16) -> Rect {
        let rows = rows.min(self.0.height);
        self.0.height -= rows;
        Rect {
            y: self.0.bottom(),
            height: rows,
            ..self.0
        }
    }
}

/// Cells of `whole` per hundred, at least `least` and at most `most`.
fn share(whole: u16, percent: u32, least: u16, most: u16) -> u16 {
    let part = (u32::from(whole) * percent / 100) as u16;
    part.clamp(least, most)
}

/// The room at a size that is no [`Shape::Card`].
pub fn room(size: (u16, u16), needs: Needs) -> Room {
    let shape = Shape::of(size);
    let mut rows = Rows(Rect::new(0, 0, size.0, size.1));
    let banner = needs.banner.then(|| rows.take(1));
    let header = rows.take(3);
    let hides = shape != Shape::Three || needs.zoomed;
    let strip = hides.then(|| rows.take(1));
    let footer = rows.take_last(1);
    let most = (size.1 / 5).clamp(1, 6);
    let composer = rows.take_last(1 + needs.composer.clamp(1, most));
    let body = rows.0;
    let mut room = Room {
        banner,
        header,
        strip,
        body,
        composer,
        footer,
        ..Room::default()
    };
    match shape {
        _ if needs.zoomed => one(&mut room, needs),
        Shape::Card | Shape::One => one(&mut room, needs),
        Shape::Two => two(&mut room, needs),
        Shape::Three => three(&mut room, needs),
    }
    room
}

fn one(room: &mut Room, needs: Needs) {
    let mut rows = Rows(room.body);
    let asks = (needs.asks > 0).then(|| rows.take_last(needs.asks + 1));
    room.places.push((Place::Pane(needs.focus), rows.0));
    room.places.extend(asks.map(|asks| (Place::Asks, asks)));
}

fn two(room: &mut Room, needs: Needs) {
    let body = room.body;
    let right = share(body.width, 39, 28, 50);
    let left = body.width - right - 1;
    room.uprights.push(body.x + left);
    let mut rows = Rows(Rect {
        width: left,
        ..body
    });
    let timeline = rows.take(body.height / 2);
    room.places.push((Place::Pane(Pane::Timeline), timeline));
    room.places.push((Place::Pane(Pane::Channel), rows.0));
    let mut rows = Rows(Rect {
        x: body.x + left + 1,
        width: right,
        ..body
    });
    let asks = rows.take_last(if body.height < 14 { 4 } else { 7 });
    // What has the focus is shown; of what stands beside the story, one at a time.
    let beside = match needs.focus {
        Pane::Situation | Pane::Roster | Pane::Timers | Pane::Matters => needs.focus,
        Pane::Timeline | Pane::Channel | Pane::Checklist => Pane::Checklist,
    };
    // What is open is not forgotten for being elsewhere.
    let open = needs.open && beside == Pane::Checklist && rows.0.height >= 9;
    let open = open.then(|| rows.take_last(4));
    room.places.push((Place::Pane(beside), rows.0));
    let open = open.map(|area| (Place::Pane(Pane::Matters), area));
    room.places.extend(open);
    room.places.push((Place::Asks, asks));
}

fn three(room: &mut Room, needs: Needs) {
    let body = room.body;
    let left = share(body.width, 22, 26, 36);
    let right = share(body.width, 30, 34, 60);
    let middle = body.width - left - right - 2;
    room.uprights = vec![body.x + left, body.x + left + 1 + middle];
    let mut rows = Rows(Rect {
        width: left,
        ..body
    });
    let asks = rows.take(10);
    room.places.push((Place::Asks, asks));
    let timers = rows.take(share(body.height, 18, 4, 9));
    room.places.push((Place::Pane(Pane::Timers), timers));
    room.places.push((Place::Pane(Pane::Roster), rows.0));
    let mut rows = Rows(Rect {
        x: body.x + left + 1,
        width: middle,
        ..body
    });
    let timeline = rows.take(body.height / 2);
    room.places.push((Place::Pane(Pane::Timeline), timeline));
    room.places.push((Place::Pane(Pane::Channel), rows.0));
    let mut rows = Rows(Rect {
        x: body.x + left + 2 + middle,
        width: right,
        ..body
    });
    let situation = rows.take_last(share(body.height, 40, 10, 24));
    let open = needs.open || needs.focus == Pane::Matters;
    let open = open.then(|| rows.take_last(share(body.height, 24, 5, 12)));
    room.places.push((Place::Pane(Pane::Checklist), rows.0));
    let open = open.map(|area| (Place::Pane(Pane::Matters), area));
    room.places.extend(open);
    room.places.push((Place::Pane(Pane::Situation), situation));
}

impl Room {
    pub fn shows(&self, pane: Pane) -> bool {
        self.places
            .iter()
            .any(|(place, _)| *place == Place::Pane(pane))
    }

    pub fn area(&self, pane: Pane) -> Option<Rect> {
        self.places
            .iter()
            .find(|(place, _)| *place == Place::Pane(pane))
            .map(|(_, area)| *area)
    }
}

/// A box in the middle of `around`, as large as wished and as fits.
pub fn centred(around: Rect, width: u16, height: u16) -> Rect {
    let width = width.min(around.width);
    let height = height.min(around.height);
    Rect {
        x: around.x + (around.width - width) / 2,
        y: around.y + (around.height - height) / 2,
        width,
        height,
    }
}

/// What is left inside a frame of one cell.
pub fn inside(area: Rect) -> Rect {
    Rect {
        x: area.x + 1.min(area.width),
        y: area.y + 1.min(area.height),
        width: area.width.saturating_sub(2),
        height: area.height.saturating_sub(2),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_two_sizes_that_everything_is_made_for() {
        assert_eq!(Shape::of((120, 35)), Shape::Three);
        assert_eq!(Shape::of((80, 24)), Shape::Two);
        assert_eq!(Shape::of((60, 16)), Shape::One);
        assert_eq!(Shape::of((200, 19)), Shape::One);
        assert_eq!(Shape::of((59, 50)), Shape::Card);
    }

    proptest! {
        #[test]
        fn places_never_overlap_and_never_leave_the_screen(
            width in LEAST.0..500,
            height in LEAST.1..200,
            banner: bool,
            zoomed: bool,
            open: bool,
            asks in 0u16..4,
            composer in 0u16..40,
            focus in 0usize..7,
        ) {
            let needs = Needs { banner, focus: Pane::ALL[focus], zoomed, open, asks, composer };
            let room = room((width, height), needs);
            let screen = Rect::new(0, 0, width, height);
            let mut areas: Vec<Rect> = room.places.iter().map(|(_, area)| *area).collect();
            areas.extend(room.banner);
            areas.extend(room.strip);
            areas.extend([room.header, room.composer, room.footer]);
            for (n, area) in areas.iter().enumerate() {
                prop_assert_eq!(area.intersection(screen), *area);
                prop_assert!(!area.is_empty(), "{:?}", room);
                for other in &areas[n + 1..] {
                    prop_assert!(area.intersection(*other).is_empty(), "{:?}", room);
                }
            }
            prop_assert!(room.shows(needs.focus));
            for (_, area) in &room.places {
                prop_assert!(area.height >= 2, "{:?}", room);
            }
        }
    }
}
