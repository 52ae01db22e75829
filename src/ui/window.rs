//! Which rows of a list are on screen. Rows may take several lines; only rows that are seen are
//! measured, so a list may be of any length.

/// What a list wants to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wish {
    pub rows: usize,
    pub lines: usize,
    /// The row that was first in the last frame.
    pub top: Option<usize>,
    /// The row that must be seen whole, as far as it fits.
    pub selected: Option<usize>,
    /// With nothing selected, the end is what matters.
    pub follows_end: bool,
    /// With nothing selected and the beginning in view: a row that must not be missed stands first
    /// where it would not be seen otherwise.
    pub anchor: Option<usize>,
}

/// The first row to show, and how many rows fit from there: the last one may be cut.
/// `height` is asked for the lines of a row, at least 1.
pub fn window(wish: Wish, height: impl Fn(usize) -> usize) -> (usize, usize) {
    if wish.rows == 0 || wish.lines == 0 {
        return (0, 0);
    }
    let last = wish.rows - 1;
    let height = |row: usize| height(row).max(1);
    let first = match (wish.selected, wish.follows_end) {
        (None, true) => back_from(last, wish.lines, height),
        (None, false) => match wish.anchor {
            Some(anchor) => anchor.min(back_from(last, wish.lines, height)),
            None => 0,
        },
        (Some(selected), _) => {
            let selected = selected.min(last);
            // Never nothing below the end of the list where rows above could stand.
            let lowest = back_from(last, wish.lines, height);
            let top = wish.top.unwrap_or(lowest).min(lowest);
            if selected < top {
                selected
            } else {
                top.max(back_from(selected, wish.lines, height))
            }
        }
    };
    let mut taken = 0;
    let mut shown = 0;
    while first + shown < wish.rows && taken < wish.lines {
        taken += height(first + shown);
        shown += 1;
    }
    (first, shown)
}

/// The first row of a window that ends with `row`.
fn back_from(row: usize, lines: usize, height: impl Fn(usize) -> usize) -> usize {
    let mut taken = height(row);
    let mut first = row;
    while first > 0 {
        taken += height(first - 1);
        if taken > lines {
            break;
        }
        first -= 1;
    }
    first
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn wish(rows: usize, lines: usize) -> Wish {
        Wish {
            rows,
            lines,
            top: None,
            selected: None,
            follows_end: true,
            anchor: None,
        }
    }

    #[test]
    fn what_grows_at_its_end_shows_its_end() {
        assert_eq!(window(wish(10, 4), |_| 1), (6, 4));
        assert_eq!(window(wish(3, 4), |_| 1), (0, 3));
        assert_eq!(window(wish(10, 5), |row| 1 + row % 2), (7, 3));
        let from_the_start = Wish {
            follows_end: false,
            ..wish(10, 4)
        };
        assert_eq!(window(from_the_start, |_| 1), (0, 4));
    }

    #[test]
    fn the_list_moves_only_as_far_as_the_selection_needs() {
        let at = |top: usize, selected: usize| {
            let wish = Wish {
                top: Some(top),
                selected: Some(selected),
                ..wish(100, 10)
            };
            window(wish, |_| 1).0
        };
        assert_eq!(at(20, 25), 20);
        assert_eq!(at(20, 19), 19);
        assert_eq!(at(20, 30), 21);
        assert_eq!(at(99, 99), 90);
    }

    #[test]
    fn a_long_list_is_measured_where_it_is_seen() {
        let asked = std::cell::Cell::new(0);
        let wish = Wish {
            top: Some(4_000_000),
            selected: Some(4_000_010),
            ..wish(10_000_000, 30)
        };
        window(wish, |_| {
            asked.set(asked.get() + 1);
            2
        });
        assert!(asked.get() < 200, "{}", asked.get());
    }

    proptest! {
        #[test]
        fn the_selection_is_always_seen(
            heights in proptest::collection::vec(1usize..5, 1..40),
            lines in 1usize..20,
            top in 0usize..60,
            selected in 0usize..40,
        ) {
            let selected = selected.min(heights.len() - 1);
            let wish = Wish {
                rows: heights.len(),
                lines,
                top: Some(top),
                selected: Some(selected),
                follows_end: true,
                anchor: None,
            };
            let (first, shown) = window(wish, |row| heights[row]);
            prop_assert!(first <= selected && selected < first + shown);
            let above: usize = heights[first..selected].iter().sum();
            prop_assert!(above < lines);
            prop_assert!(above + heights[selected] <= lines || above == 0);
        }
    }
}
