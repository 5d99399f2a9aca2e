//! Days and spans of days, and the times that questions tell as such.

/// A day, as its number since 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(pub i64);

/// A span of the calendar that has a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Unit {
    Day,
    Week,
    Month,
    Quarter,
    Year,
}

/// From a day, to the first day after it; at least one is present.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    pub from: Option<Day>,
    pub to: Option<Day>,
}

impl Day {
    /// Of `2025-03-09`; `None` where the calendar has no such day.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let is_day = bytes.len() == 10
            && bytes.iter().enumerate().all(|(at, byte)| match at {
                4 | 7 => *byte == b'-',
                _ => byte.is_ascii_digit(),
            });
        let number = |from: usize, to: usize| text.get(from..to)?.parse::<i64>().ok();
        if !is_day {
            return None;
        }
        let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
        let parsed = Self::of(year, month, day);
        (parsed.civil() == (year, month, day)).then_some(parsed)
    }

    /// Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil.
    pub fn of(year: i64, month: i64, day: i64) -> Self {
        let year = if month <= 2 { year - 1 } else { year };
        let era = year.div_euclid(400);
        let of_era = year.rem_euclid(400);
        let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        Self(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
    }

    /// Year, month and day; civil_from_days of the same source.
    pub fn civil(self) -> (i64, i64, i64) {
        let days = self.0 + 719_468;
        let era = days.div_euclid(146_097);
        let of_era = days.rem_euclid(146_097);
        let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let shifted = (5 * of_year + 2) / 153;
        let day = of_year - (153 * shifted + 2) / 5 + 1;
        let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
        (year + era * 400 + i64::from(month <= 2), month, day)
    }

    pub fn year(self) -> i64 {
        self.civil().0
    }

    fn plus_months(self, months: i64) -> Self {
        let (year, month, day) = self.civil();
        let number = year * 12 + month - 1 + months;
        let (year, month) = (number.div_euclid(12), number.rem_euclid(12) + 1);
        let next = if month == 12 { Self::of(year + 1, 1, 1) } else { Self::of(year, month + 1, 1) };
        Self(Self::of(year, month, day).0.min(next.0 - 1))
    }

    fn begin_of(self, unit: &str) -> Option<Self> {
        let (year, month, _) = self.civil();
        Some(match unit {
            "day" => self,
            // The day 0 was a Thursday.
            "week" => Self(self.0 - (self.0 + 3).rem_euclid(7)),
            "month" => Self::of(year, month, 1),
            "quarter" => Self::of(year, month - (month - 1) % 3, 1),
            "year" => Self::of(year, 1, 1),
            _ => return None,
        })
    }
}

impl std::fmt::Display for Day {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (year, month, day) = self.civil();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl Period {
    /// What the reader says of a time, on a given day. `None` for times of the clock.
    pub fn of(from: Option<&str>, to: Option<&str>, today: Day) -> Option<Self> {
        let resolve = |text: Option<&str>| text.map(|text| resolve(text, today).ok_or(())).transpose();
        Some(Self { from: resolve(from).ok()?, to: resolve(to).ok()? })
    }

    /// Which unit of the calendar it is, if it is one.
    pub fn unit(self) -> Option<Unit> {
        let (from, to) = (self.from?, self.to?);
        let (_, month, day) = from.civil();
        if to.0 == from.0 + 1 {
            return Some(Unit::Day);
        }
        if day == 1 && to == from.plus_months(1) {
            return Some(Unit::Month);
        }
        if day == 1 && month % 3 == 1 && to == from.plus_months(3) {
            return Some(Unit::Quarter);
        }
        if day == 1 && month == 1 && to == from.plus_months(12) {
            return Some(Unit::Year);
        }
        (to.0 == from.0 + 7 && from.begin_of("week") == Some(from)).then_some(Unit::Week)
    }
}

/// The day that an expression of the reader means: `DATE '…'`, `current_date`, `date_trunc('unit', current_date)`, and sums of
/// these with days and intervals of days, weeks, months and years.
fn resolve(text: &str, today: Day) -> Option<Day> {
    let (mut day, mut rest) = if let Some(rest) = text.strip_prefix("DATE '") {
        let (date, rest) = rest.split_once('\'')?;
        (Day::parse(date)?, rest)
    } else if let Some(rest) = text.strip_prefix("current_date") {
        (today, rest)
    } else {
        let (unit, rest) = text.strip_prefix("date_trunc('")?.split_once("', current_date)")?;
        (today.begin_of(unit)?, rest)
    };
    loop {
        rest = rest.trim_start();
        if rest.is_empty() {
            return Some(day);
        }
        let sign = match rest.as_bytes().first()? {
            b'+' => 1,
            b'-' => -1,
            _ => return None,
        };
        let term = rest.get(1..)?.trim_start();
        let (amount, unit);
        match term.strip_prefix("interval '") {
            Some(interval) => {
                let (inside, after) = interval.split_once('\'')?;
                let (number, name) = inside.split_once(' ')?;
                (amount, unit, rest) = (number.parse::<i64>().ok()? * sign, name.trim_end_matches('s'), after);
            }
            None => {
                let digits = term.find(|c: char| !c.is_ascii_digit()).unwrap_or(term.len());
                (amount, unit, rest) = (term.get(..digits)?.parse::<i64>().ok()? * sign, "day", term.get(digits..)?);
            }
        }
        day = match unit {
            "day" => Day(day.0 + amount),
            "week" => Day(day.0 + 7 * amount),
            "month" => day.plus_months(amount),
            "year" => day.plus_months(12 * amount),
            _ => return None,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_numbered() {
        assert_eq!(Day::parse("1970-01-01"), Some(Day(0)));
        assert_eq!(Day::parse("2024-02-29").map(|day| day.to_string()).as_deref(), Some("2024-02-29"));
        for wrong in ["2023-02-29", "2024-13-01", "2024-1-01", "24-01-01", "2024-01-0x", "２０２４-01"] {
            assert_eq!(Day::parse(wrong), None, "{wrong}");
        }
        for number in -800_000..800_000 {
            let (year, month, day) = Day(number).civil();
            assert_eq!(Day::of(year, month, day), Day(number));
        }
    }

    #[test]
    fn what_the_reader_says_is_a_day() {
        let today = Day::parse("2026-03-31").unwrap();
        for (text, day) in [
            ("DATE '2024-05-06'", "2024-05-06"),
            ("current_date", "2026-03-31"),
            ("current_date - 30", "2026-03-01"),
            ("current_date + 1", "2026-04-01"),
            ("current_date - interval '1 month'", "2026-02-28"),
            ("date_trunc('week', current_date)", "2026-03-30"),
            ("date_trunc('quarter', current_date) - interval '3 months'", "2025-10-01"),
            ("date_trunc('year', current_date) - interval '1 year' + interval '11 months'", "2025-12-01"),
        ] {
            assert_eq!(resolve(text, today).map(|day| day.to_string()).as_deref(), Some(day), "{text}");
        }
        for text in ["now()", "now() - interval '3 hours'", "current_date - interval '2 hours'", "", "current_date x"] {
            assert_eq!(resolve(text, today), None, "{text}");
        }
    }

    #[test]
    fn units_are_known_by_their_ends() {
        let unit = |from: &str, to: &str| Period { from: Day::parse(from), to: Day::parse(to) }.unit();
        assert_eq!(unit("2025-01-01", "2026-01-01"), Some(Unit::Year));
        assert_eq!(unit("2025-04-01", "2025-07-01"), Some(Unit::Quarter));
        assert_eq!(unit("2025-12-01", "2026-01-01"), Some(Unit::Month));
        assert_eq!(unit("2026-03-30", "2026-04-06"), Some(Unit::Week));
        assert_eq!(unit("2025-02-01", "2025-05-01"), None);
        assert_eq!(Period { from: Some(Day(0)), to: None }.unit(), None);
    }
}
