//! Times that are told by how they lie to one that was spoken of: "the previous month" after December 2025 is November 2025, and
//! not the month before this one.

use crate::lattice::time_expressions::{MONTHS, TimeRange};
use crate::query::tree::TimeUnit;
use words::split;

/// The unit of time, and how many of them later; fewer than none are earlier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    unit: Unit,
    count: i32,
    /// "A year earlier" moves whatever time was spoken of; "the previous year" only follows on a year.
    is_distance: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Unit {
    Month,
    Quarter,
    Year,
}

impl Unit {
    fn months(self) -> i32 {
        match self {
            Self::Month => 1,
            Self::Quarter => 3,
            Self::Year => 12,
        }
    }
}

impl Step {
    /// The step that is all that was said.
    pub fn said(text: &str) -> Option<Self> {
        let words: Vec<String> = split(text, 8).into_iter().map(|word| word.lower).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let words = words.strip_prefix(&["in"]).or(words.strip_prefix(&["for"])).unwrap_or(&words);
        let words = words.strip_suffix(&["that"]).unwrap_or(words);
        let words = words.strip_prefix(&["the"]).unwrap_or(words);
        let (unit, count, is_distance) = match words {
            ["previous" | "prior" | "preceding", unit] | [unit, "before"] => (unit, -1, false),
            ["next" | "following" | "subsequent", unit] | [unit, "after"] => (unit, 1, false),
            ["a" | "one", unit, "earlier" | "before"] => (unit, -1, true),
            ["a" | "one", unit, "later" | "after"] => (unit, 1, true),
            _ => return None,
        };
        let unit = match *unit {
            "month" => Unit::Month,
            "quarter" => Unit::Quarter,
            "year" => Unit::Year,
            _ => return None,
        };
        Some(Self { unit, count, is_distance })
    }

    /// The time that it leads to from the one time that was spoken of, as words with a year: "in November 2025". `None` where
    /// several were, or one that is no month, quarter or year of the calendar, or one of another length.
    pub fn taken_from(self, times: &[TimeRange]) -> Option<String> {
        let [time] = times else { return None };
        let (from, _) = time.calendar_months()?;
        let unit = match time.calendar_unit()? {
            TimeUnit::Month => Unit::Month,
            TimeUnit::Quarter => Unit::Quarter,
            TimeUnit::Year => Unit::Year,
            _ => return None,
        };
        let fits = if self.is_distance { self.unit >= unit } else { self.unit == unit };
        let begin = from + self.count * self.unit.months();
        let (year, month) = (begin.div_euclid(12), begin.rem_euclid(12));
        let name = MONTHS.get(usize::try_from(month).ok()?).map(|(long, _)| *long)?;
        let text = match unit {
            Unit::Month => format!("in {}{} {year}", name.get(..1)?.to_uppercase(), name.get(1..)?),
            Unit::Quarter => format!("in Q{} {year}", month / 3 + 1),
            Unit::Year => format!("in {year}"),
        };
        (fits && (1900..2100).contains(&year)).then_some(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(from: &str, to: &str, text: &str) -> Option<String> {
        let date = |day: &str| Some(format!("DATE '{day}'"));
        let range = TimeRange { from: date(from), to: date(to), text: String::new() };
        Step::said(text)?.taken_from(&[range])
    }

    #[test]
    fn the_time_before_is_that_before_the_one_spoken_of() {
        for (from, to, text, told) in [
            ("2025-12-01", "2026-01-01", "the previous month", "in November 2025"),
            ("2025-01-01", "2025-02-01", "the month before", "in December 2024"),
            ("2025-10-01", "2026-01-01", "previous quarter", "in Q3 2025"),
            ("2025-01-01", "2026-01-01", "in the year before that", "in 2024"),
            ("2024-12-01", "2025-01-01", "the following month", "in January 2025"),
            ("2025-12-01", "2026-01-01", "a year earlier", "in December 2024"),
        ] {
            assert_eq!(after(from, to, text).as_deref(), Some(told), "{text}");
        }
    }

    #[test]
    fn a_time_of_another_length_is_none() {
        for (from, to, text) in [
            ("2025-12-01", "2026-01-01", "the previous year"),
            ("2025-01-01", "2026-01-01", "the month before"),
            ("2025-01-01", "2026-01-01", "a month earlier"),
            ("2025-12-05", "2025-12-06", "the previous month"),
        ] {
            assert_eq!(after(from, to, text), None, "{text}");
        }
        assert_eq!(Step::said("last month"), None);
        assert_eq!(Step::said("revenue of the previous month"), None);
    }
}
