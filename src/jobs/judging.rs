//! Whose draft is judged next: roles take turns by the time that theirs took lately, as the process can judge but one at a time.

use std::collections::HashMap;
use std::time::{Duration, Instant};

/// What a role has used counts half as much after so long, in which none of its drafts was judged.
const HALVES_IN: Duration = Duration::from_secs(5);

/// Whoever has used more than this is given less for each draft.
const FAIR_SHARE: Duration = Duration::from_secs(2);

/// Judging one draft takes no longer, as the questions of everybody else wait meanwhile.
const MOST: Duration = Duration::from_secs(5);
const MOST_BEYOND_SHARE: Duration = Duration::from_secs(1);

/// How long the drafts of each role took to judge.
pub struct Turns {
    /// Seconds, as they count at `at`.
    used: HashMap<u32, f64>,
    at: Instant,
}

impl Turns {
    pub fn new(now: Instant) -> Self {
        Self { used: HashMap::new(), at: now }
    }

    /// Of questions (number, role, and since when they are due) the next: of the role that has used least, the one due longest.
    pub fn next(&self, due: impl Iterator<Item = (i64, u32, Instant)>) -> Option<i64> {
        let order = |one: &(i64, u32, Instant), other: &(i64, u32, Instant)| {
            self.used(one.1).total_cmp(&self.used(other.1)).then(one.2.cmp(&other.2))
        };
        due.min_by(order).map(|(id, ..)| id)
    }

    /// What the next draft of a role may take.
    pub fn most(&self, role: u32, now: Instant) -> Duration {
        let used = self.used(role) * self.share_left(now);
        if used > FAIR_SHARE.as_secs_f64() { MOST_BEYOND_SHARE } else { MOST }
    }

    /// A draft of a role was judged from then until then. That time itself makes nothing count less.
    pub fn took(&mut self, role: u32, began: Instant, ended: Instant) {
        let left = self.share_left(began);
        self.used.values_mut().for_each(|used| *used *= left);
        self.used.retain(|_, used| *used > LEAST);
        *self.used.entry(role).or_default() += ended.saturating_duration_since(began).as_secs_f64();
        self.at = ended;
    }

    fn share_left(&self, now: Instant) -> f64 {
        (-now.saturating_duration_since(self.at).div_duration_f64(HALVES_IN)).exp2()
    }

    fn used(&self, role: u32) -> f64 {
        self.used.get(&role).copied().unwrap_or_default()
    }
}

/// Seconds that are forgotten.
const LEAST: f64 = 0.001;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_take_turns_by_the_time_that_they_used() {
        let now = Instant::now();
        let after = |milliseconds| now + Duration::from_millis(milliseconds);
        let mut turns = Turns::new(now);
        let due = [(1, 7, now), (2, 7, after(1)), (3, 8, after(2))];
        assert_eq!(turns.next(due.into_iter()), Some(1));
        turns.took(7, now, after(10));
        assert_eq!(turns.next(due.into_iter().skip(1)), Some(3));
        turns.took(8, after(10), after(30));
        assert_eq!(turns.next(due.into_iter()), Some(1));
        assert_eq!(turns.most(7, after(30)), MOST);
        turns.took(7, after(30), after(5_030));
        assert_eq!(turns.next(due.into_iter()), Some(3), "the time of a draft is no time to forget it");
        assert_eq!((turns.most(7, after(5_030)), turns.most(8, after(5_030))), (MOST_BEYOND_SHARE, MOST));
        assert_eq!(turns.most(7, after(15_030)), MOST);
    }
}
