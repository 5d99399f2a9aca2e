//! Days and periods of the calendar: read from text and from expressions, and said in words.

use crate::outline::Expr;
use words::{MONTHS, WEEKDAYS};

/// A day of the Gregorian calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    pub year: i64,
    pub month: i64,
    pub day: i64,
}

/// How long the periods of a series are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    Year,
    Quarter,
    Month,
    Week,
    Day,
    /// A moment, not a whole day.
    Moment,
}

impl Date {
    /// Reads `2025-03-31`, alone or with the time of midnight.
    pub fn parse(text: &str) -> Option<Self> {
        let (date, time) = text.split_at_checked(10)?;
        if !time.is_empty() && !time.trim_start_matches(['T', ' ']).starts_with("00:00:00") {
            return None;
        }
        Self::of_moment(date)
    }

    /// The day of a moment such as `2025-03-31T12:00:00+00:00`.
    pub fn of_moment(text: &str) -> Option<Self> {
        let number = |from: usize, to: usize| {
            let digits = text.get(from..to)?;
            digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse::<i64>().ok()).flatten()
        };
        let is_date = text.get(4..5)? == "-" && text.get(7..8)? == "-" && !text.ends_with(" BC");
        let date = Self { year: number(0, 4)?, month: number(5, 7)?, day: number(8, 10)? };
        let is_real = date.year > 0 && (1..=12).contains(&date.month) && (1..=31).contains(&date.day);
        (is_date && is_real).then_some(date)
    }

    /// The days since 1970-01-01 (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil).
    pub fn days(self) -> i64 {
        let year = if self.month <= 2 { self.year - 1 } else { self.year };
        let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
        let day_of_year = (153 * ((self.month + 9) % 12) + 2) / 5 + self.day - 1;
        era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
    }

    /// The day that is so many days after 1970-01-01 (civil_from_days there).
    pub fn from_days(days: i64) -> Self {
        let days = days + 719_468;
        let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month + 2) / 5 + 1;
        let month = if month < 10 { month + 3 } else { month - 9 };
        Self { year: year_of_era + era * 400 + i64::from(month <= 2), month, day }
    }

    pub fn plus_days(self, days: i64) -> Self {
        Self::from_days(self.days() + days)
    }

    /// So many months later; on the last day of the month where it has no such day.
    pub fn plus_months(self, months: i64) -> Self {
        let months = self.year * 12 + self.month - 1 + months;
        let first = Self { year: months.div_euclid(12), month: months.rem_euclid(12) + 1, day: 1 };
        let length = Self { day: 28, ..first }.days() - first.days() + 1;
        let longest = (length..=31).rev().find(|day| first.plus_days(day - 1).month == first.month).unwrap_or(28);
        Self { day: self.day.min(longest), ..first }
    }

    /// The first day of the period it lies in.
    pub fn first_of(self, unit: Unit) -> Self {
        match unit {
            Unit::Year => Self { month: 1, day: 1, ..self },
            Unit::Quarter => Self { month: (self.month - 1) / 3 * 3 + 1, day: 1, ..self },
            Unit::Month => Self { day: 1, ..self },
            Unit::Week => self.plus_days(-(self.days() + 3).rem_euclid(7)),
            Unit::Day | Unit::Moment => self,
        }
    }

    /// The first day after the period that begins here.
    pub fn after(self, unit: Unit) -> Self {
        match unit {
            Unit::Year => self.plus_months(12),
            Unit::Quarter => self.plus_months(3),
            Unit::Month => self.plus_months(1),
            Unit::Week => self.plus_days(7),
            Unit::Day | Unit::Moment => self.plus_days(1),
        }
    }

    fn month_name(self) -> &'static str {
        month_name(self.month).unwrap_or_default()
    }

    /// `31 March 2025`.
    pub fn in_words(self) -> String {
        format!("{} {} {}", self.day, self.month_name(), self.year)
    }
}

/// The name of a month, counted from 1.
pub fn month_name(month: i64) -> Option<&'static str> {
    MONTHS.get(usize::try_from(month - 1).ok()?).copied()
}

/// Whether a word in lower case is the name of a month.
pub fn is_month(word: &str) -> bool {
    MONTHS.iter().any(|month| month.eq_ignore_ascii_case(word))
}

/// The name of a weekday as `extract` counts it: 1 for Monday; Sunday is 0 (dow) or 7 (isodow).
pub fn weekday_name(day: i64) -> Option<&'static str> {
    (0..=7).contains(&day).then(|| WEEKDAYS.get(usize::try_from((day + 6) % 7).ok()?).copied()).flatten()
}

impl Unit {
    /// The unit that a name ends in, as `extract` and `date_trunc` call it.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name.rsplit([' ', '_']).next()? {
            "year" => Self::Year,
            "quarter" => Self::Quarter,
            "month" => Self::Month,
            "week" => Self::Week,
            "day" => Self::Day,
            _ => return None,
        })
    }

    /// The longest unit at whose beginning all of these days are.
    pub fn of(days: &[Date]) -> Self {
        let all = |unit: Self| days.iter().all(|day| day.first_of(unit) == *day);
        // One day may be the first of a month by chance.
        if days.len() < 2 {
            return Self::Day;
        }
        [Self::Year, Self::Month].into_iter().find(|unit| all(*unit)).unwrap_or(Self::Day)
    }

    pub fn word(self) -> &'static str {
        match self {
            Self::Year => "year",
            Self::Quarter => "quarter",
            Self::Month => "month",
            Self::Week => "week",
            Self::Day => "day",
            Self::Moment => "time",
        }
    }
}

/// The period that begins on a day, such as `May 2025`; where all that are told are of one year, it need not be told.
pub fn period(begin: Date, unit: Unit, with_year: bool) -> String {
    let year = if with_year { format!(" {}", begin.year) } else { String::new() };
    match unit {
        Unit::Year => begin.year.to_string(),
        Unit::Quarter => {
            format!("the {} quarter{}", ordinal(begin), if with_year { format!(" of{year}") } else { year })
        }
        Unit::Month => format!("{}{year}", begin.month_name()),
        Unit::Week => format!("the week of {} {}{year}", begin.day, begin.month_name()),
        Unit::Day | Unit::Moment => format!("{} {}{year}", begin.day, begin.month_name()),
    }
}

fn ordinal(begin: Date) -> &'static str {
    match begin.month {
        1..=3 => "first",
        4..=6 => "second",
        7..=9 => "third",
        _ => "fourth",
    }
}

/// A stretch of time from its first day to the first one after it, such as `in May 2025` or `since 2024`.
pub fn stretch(from: Option<Date>, to: Option<Date>) -> Option<String> {
    let whole = |day: Date| [Unit::Year, Unit::Month].into_iter().find(|unit| day.first_of(*unit) == day);
    let short = |day: Date| match whole(day) {
        Some(unit) => period(day, unit, true),
        None => day.in_words(),
    };
    let (from, to) = match (from, to) {
        (None, None) => return None,
        (Some(from), None) => return Some(format!("since {}", short(from))),
        (None, Some(to)) => return Some(format!("before {}", short(to))),
        (Some(from), Some(to)) => (from, to),
    };
    let units = [Unit::Year, Unit::Quarter, Unit::Month];
    if let Some(unit) = units.into_iter().find(|unit| from.first_of(*unit) == from && from.after(*unit) == to) {
        return Some(format!("in {}", period(from, unit, true)));
    }
    if from.after(Unit::Day) == to {
        return Some(format!("on {}", from.in_words()));
    }
    let is_whole = |unit: Unit| from.first_of(unit) == from && to.first_of(unit) == to;
    let last = match (is_whole(Unit::Year), is_whole(Unit::Month)) {
        (true, _) => (to.plus_months(-12), Unit::Year),
        (_, true) => (to.plus_months(-1), Unit::Month),
        _ => (to.plus_days(-1), Unit::Day),
    };
    let (last, unit) = last;
    if unit == Unit::Day && (from.year, from.month) == (last.year, last.month) {
        return Some(format!("from {} to {}", from.day, last.in_words()));
    }
    Some(format!("from {} to {}", period(from, unit, from.year != last.year), period(last, unit, true)))
}

/// A stretch that ends today, in the words of the question with both of its ends: `in the last 30 days (23 October to
/// 22 November 2026)`; `None` where the question does not say it so.
pub fn up_to_now(question: &str, from: Option<Date>, to: Option<Date>, today: Option<Date>) -> Option<String> {
    const NUMBERS: [&str; 12] =
        ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
    let (from, to, today) = (from?, to?, today?);
    let ends = stretch(Some(from), Some(to)).filter(|_| to == today.plus_days(1))?;
    let words = super::question_words::of(question);
    words.windows(3).find_map(|words| {
        let [which, number, unit] = words else { return None };
        let spelled = || NUMBERS.iter().position(|one| one == number).and_then(|at| i64::try_from(at + 1).ok());
        let many = number.parse::<i64>().ok().filter(|many| (1..10_000).contains(many)).or_else(spelled)?;
        let begin = match unit.trim_end_matches('s') {
            "day" => today.plus_days(-many),
            "week" => today.plus_days(-7 * many),
            "month" => today.plus_months(-many),
            "quarter" => today.plus_months(-3 * many),
            "year" => today.plus_months(-12 * many),
            _ => return None,
        };
        // Some count today as one of the days.
        let is_so = from == begin || from == begin.plus_days(1);
        // "Not sold in 90 days" means the last ones.
        let which = if ["in", "within", "for"].contains(&which.as_str()) { "last" } else { which.as_str() };
        let is_said = ["last", "past", "previous"].contains(&which) && is_so;
        let ends = ends.strip_prefix("from ").or_else(|| ends.strip_prefix("in ")).unwrap_or(&ends);
        is_said.then(|| format!("in the {which} {number} {unit} ({ends})"))
    })
}

/// The day that an expression over `current_date` and constants gives.
pub fn evaluate(value: &Expr, today: Option<Date>) -> Option<Date> {
    match value {
        Expr::Constant { text: Some(text), .. } => Date::parse(text),
        Expr::Cast { value, .. } => evaluate(value, today),
        Expr::Call { name, args } => match (name.as_str(), args.as_slice()) {
            ("current_date", []) => today,
            ("date_trunc", [Expr::Constant { text: Some(unit), .. }, value, ..]) => {
                Some(evaluate(value, today)?.first_of(Unit::named(unit)?))
            }
            ("date" | "timestamp" | "timestamptz", [value]) => evaluate(value, today),
            _ => None,
        },
        Expr::Operator { symbol, args } => {
            let [value, Expr::Constant { text: Some(step), .. }] = args.as_slice() else { return None };
            let sign = match symbol.as_str() {
                "+" => 1,
                "-" => -1,
                _ => return None,
            };
            let date = evaluate(value, today)?;
            let (months, days) = step_of(step)?;
            Some(date.plus_months(sign * months).plus_days(sign * days))
        }
        _ => None,
    }
}

/// Months and days of an interval as PostgreSQL prints it (`1 year 2 mons 3 days`), or a number of days.
fn step_of(text: &str) -> Option<(i64, i64)> {
    if let Ok(days) = text.parse::<i64>() {
        return (days.abs() < 1_000_000).then_some((0, days));
    }
    let (mut months, mut days) = (0, 0);
    let mut words = text.split(' ');
    while let Some(word) = words.next() {
        let number: i64 = word.parse::<i32>().ok()?.into();
        match words.next()?.trim_end_matches('s') {
            "year" => months += number * 12,
            "mon" => months += number,
            "day" => days += number,
            _ => return None,
        }
    }
    (months.abs() < 100_000 && days.abs() < 1_000_000).then_some((months, days))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    #[test]
    fn days_months_and_weeks_are_counted() {
        for text in ["1970-01-01", "2000-02-29", "1899-12-31", "2024-03-01"] {
            assert_eq!(Date::from_days(date(text).days()), date(text));
        }
        assert_eq!(date("2024-01-31").plus_months(1), date("2024-02-29"));
        assert_eq!(date("2025-01-15").plus_months(-13), date("2023-12-15"));
        assert_eq!(date("2026-11-22").first_of(Unit::Week), date("2026-11-16"), "a Sunday");
        assert_eq!(date("2026-11-22").first_of(Unit::Quarter), date("2026-10-01"));
        assert_eq!(Date::parse("2025-05-01T00:00:00+00:00"), Some(date("2025-05-01")));
        for text in ["", "2025-05-01T12:00:00", "2025-13-01", "infinity", "0044-03-15 BC", "12024-01-01"] {
            assert_eq!(Date::parse(text), None, "{text}");
        }
    }

    #[test]
    fn stretches_are_told_by_the_longest_unit_that_fits() {
        let told = |from: &str, to: &str| stretch(Date::parse(from), Date::parse(to)).unwrap();
        assert_eq!(told("2025-01-01", "2026-01-01"), "in 2025");
        assert_eq!(told("2025-04-01", "2025-07-01"), "in the second quarter of 2025");
        assert_eq!(told("2025-05-01", "2025-06-01"), "in May 2025");
        assert_eq!(told("2025-05-31", "2025-06-01"), "on 31 May 2025");
        assert_eq!(told("2023-01-01", "2025-01-01"), "from 2023 to 2024");
        assert_eq!(told("2025-01-01", "2025-03-01"), "from January to February 2025");
        assert_eq!(told("2025-11-01", "2026-02-01"), "from November 2025 to January 2026");
        assert_eq!(told("2026-10-23", "2026-11-23"), "from 23 October to 22 November 2026");
        assert_eq!(told("2026-11-09", "2026-11-16"), "from 9 to 15 November 2026");
        assert_eq!(told("2024-01-01", ""), "since 2024");
        assert_eq!(told("", "2025-05-02"), "before 2 May 2025");
        assert_eq!(stretch(None, None), None);
    }

    #[test]
    fn what_ends_today_is_told_in_the_words_of_the_question() {
        let told = |question: &str, from: &str, to: &str| {
            up_to_now(question, Date::parse(from), Date::parse(to), Some(date("2026-11-22")))
        };
        assert_eq!(
            told("how many orders during the last 30 days?", "2026-10-23", "2026-11-23").as_deref(),
            Some("in the last 30 days (23 October to 22 November 2026)")
        );
        assert_eq!(
            told("reviews of the past three months", "2026-08-22", "2026-11-23").as_deref(),
            Some("in the past three months (22 August to 22 November 2026)")
        );
        // Other words, another beginning, another end.
        assert_eq!(told("orders since 23 October", "2026-10-23", "2026-11-23"), None);
        assert_eq!(told("orders of the last 7 days", "2026-10-23", "2026-11-23"), None);
        assert_eq!(told("orders of the last 30 days", "2026-10-23", "2026-11-22"), None);
        assert_eq!(told("orders of the last 30 days", "2026-10-23", ""), None);
    }

    #[test]
    fn expressions_over_today_have_a_day() {
        let constant = |text: &str| Expr::Constant { text: Some(text.into()), category: 'S', at: Default::default() };
        let today = Expr::Call { name: "current_date".into(), args: Vec::new() };
        let month = Expr::Call { name: "date_trunc".into(), args: vec![constant("month"), today] };
        let last = Expr::Operator { symbol: "-".into(), args: vec![month, constant("1 mon")] };
        assert_eq!(evaluate(&last, Some(date("2026-01-22"))), Some(date("2025-12-01")));
        assert_eq!(evaluate(&last, None), None);
        assert_eq!(step_of("1 year 2 mons 3 days"), Some((14, 3)));
        assert_eq!(step_of("-30"), Some((0, -30)));
        assert_eq!(step_of("01:00:00"), None);
    }
}
