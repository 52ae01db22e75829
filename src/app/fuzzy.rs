//! Finding by a few letters. A subsequence score over a hundred rows needs no engine: what counts is
//! that the beginning of a word beats its middle, and neighbours beat what is scattered.

/// How well `text` answers `query`, more is better; `None` where it does not. Case and width are
/// folded; an empty query matches everything alike.
pub fn score(text: &str, query: &str) -> Option<i32> {
    let text: Vec<char> = folded(text).collect();
    // The best total of each place where the query's last letter so far could stand.
    let mut best: Vec<Option<i32>> = Vec::new();
    for (nth, wanted) in folded(query).filter(|c| !c.is_whitespace()).enumerate() {
        let mut before: Option<i32> = (nth == 0).then_some(0);
        let mut next = vec![None; text.len()];
        for (at, letter) in text.iter().enumerate() {
            let neighbour = at.checked_sub(1).and_then(|at| best.get(at).copied()?);
            if *letter == wanted {
                let begins = at == 0 || !text[at - 1].is_alphanumeric();
                let jump = before.map(|total| total + if begins { 6 } else { 1 });
                next[at] = jump.max(neighbour.map(|total| total + 8));
            }
            if nth > 0 {
                before = before.max(best.get(at).copied().flatten());
            }
        }
        best = next;
    }
    let total = if query.trim().is_empty() {
        Some(0)
    } else {
        best.into_iter().flatten().max()
    };
    let length = i32::try_from(text.len()).unwrap_or(i32::MAX).min(99);
    total.map(|total| total * 100 - length)
}

pub fn matches(text: &str, query: &str) -> bool {
    query.is_empty() || score(text, query).is_some()
}

fn folded(text: &str) -> impl Iterator<Item = char> {
    text.chars()
        .map(crate::domain::text::fold_command_key)
        .flat_map(char::to_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beginnings_beat_middles_and_neighbours_beat_scatter() {
        assert!(score("set the level", "lev") > score("ask everyone to leave a vote", "lev"));
        assert!(score("checkin", "check") > score("tick a checklist item", "check"));
        assert!(score("レベルを設定する", "レベル").is_some());
        assert!(score("level", "ＬＥ").is_some());
        assert_eq!(score("level", "lx"), None);
        assert!(score("abc", "").is_some());
    }

    #[test]
    fn a_better_beginning_does_not_hide_the_only_match() {
        // `i` at a word's beginning is too far right for `t` to follow.
        assert!(matches("xit i", "it"));
        assert!(matches("us is", "uss"));
    }
}
