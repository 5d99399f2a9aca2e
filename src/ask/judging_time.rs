//! How long judging what others wrote may take whoever reviews it. The planner computes what is constant in a statement, so judging
//! one may take as long as its author likes.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::limits::Bounds;

/// For one statement, in milliseconds; a function of the server that looks for no cancel may overrun it.
pub const OF_ONE: i32 = 500;
const OF_AUTHOR: Duration = Duration::from_secs(2);
const OF_ALL: Duration = Duration::from_secs(10);

/// What was spent so far, by author.
#[derive(Default)]
pub struct JudgingTime {
    spent: BTreeMap<String, Duration>,
}

impl JudgingTime {
    /// What `work` on a statement of this author results in; nothing where they, or all together, have had their time.
    pub fn spend<T>(&mut self, author: &str, work: impl FnOnce() -> T) -> Option<T> {
        let all: Duration = self.spent.values().sum();
        let of_author = self.spent.entry(author.to_owned()).or_default();
        if *of_author >= OF_AUTHOR || all >= OF_ALL {
            return None;
        }
        let began = Instant::now();
        let result = work();
        *of_author += began.elapsed();
        Some(result)
    }
}

/// The bounds of one statement.
pub fn of_one(bounds: Bounds) -> Bounds {
    let milliseconds = if bounds.milliseconds == 0 { OF_ONE } else { bounds.milliseconds.min(OF_ONE) };
    Bounds { milliseconds, ..bounds }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_has_spent_their_time_waits_for_no_other() {
        let mut time = JudgingTime { spent: BTreeMap::from([("slow".to_owned(), OF_AUTHOR)]) };
        assert_eq!(time.spend("slow", || 1), None);
        assert_eq!(time.spend("quick", || 1), Some(1));
        time.spent.insert("many".to_owned(), OF_ALL);
        assert_eq!(time.spend("quick", || 1), None);
    }

    #[test]
    fn a_tighter_bound_stays() {
        let bounds = |milliseconds| Bounds { milliseconds, ..Bounds::default() };
        assert_eq!(of_one(bounds(0)).milliseconds, OF_ONE);
        assert_eq!(of_one(bounds(100)).milliseconds, 100);
        assert_eq!(of_one(bounds(5000)).milliseconds, OF_ONE);
    }
}
