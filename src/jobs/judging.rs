//! Whose draft is judged next: roles take turns by the time that theirs took lately, as the process can judge but one at a time.

use std::collections::HashMap;
use std::time::{Duration, Instant};

/// How often what a role has used counts half as much.
const HALVES_EVERY: Duration = Duration::from_secs(1);

/// Whoever has used more than this is given less for each draft.
const FAIR_SHARE: Duration = Duration::from_secs(2);

/// Judging one draft takes no longer, as the questions of everybody else wait meanwhile.
const MOST: Duration = Duration::from_secs(5);
const MOST_BEYOND_SHARE: Duration = Duration::from_secs(1);

/// How long the drafts of each role took to judge.
pub struct Turns {
    used: HashMap<u32, Duration>,
    halved: Instant,
}

impl Turns {
    pub fn new() -> Self {
        Self { used: HashMap::new(), halved: Instant::now() }
    }

    /// Of questions (number, role, and since when they are due) the next: of the role that has used least, the one due longest.
    pub fn next(&self, due: impl Iterator<Item = (i64, u32, Instant)>) -> Option<i64> {
        due.min_by_key(|(_, role, since)| (self.used(*role), *since)).map(|(id, ..)| id)
    }

    /// What the next draft of a role may take.
    pub fn most(&self, role: u32) -> Duration {
        if self.used(role) > FAIR_SHARE { MOST_BEYOND_SHARE } else { MOST }
    }

    /// A draft of a role took so long.
    pub fn took(&mut self, role: u32, time: Duration) {
        *self.used.entry(role).or_default() += time;
        while self.halved.elapsed() >= HALVES_EVERY {
            self.halved += HALVES_EVERY;
            self.used.values_mut().for_each(|used| *used /= 2);
            self.used.retain(|_, used| *used > Duration::from_millis(1));
        }
    }

    fn used(&self, role: u32) -> Duration {
        self.used.get(&role).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_take_turns_by_the_time_that_they_used() {
        let (mut turns, now) = (Turns::new(), Instant::now());
        let due = [(1, 7, now), (2, 7, now + Duration::from_millis(1)), (3, 8, now + Duration::from_millis(2))];
        assert_eq!(turns.next(due.into_iter()), Some(1));
        turns.took(7, Duration::from_millis(10));
        assert_eq!(turns.next(due.into_iter().skip(1)), Some(3));
        turns.took(8, Duration::from_millis(20));
        assert_eq!(turns.next(due.into_iter()), Some(1));
        assert_eq!(turns.most(7), MOST);
        turns.took(7, Duration::from_secs(9));
        assert_eq!((turns.most(7), turns.most(8)), (MOST_BEYOND_SHARE, MOST));
    }
}
