//! Dates and timestamps as positions on a time axis, and back.
//!
//! A position is milliseconds since 1970-01-01 by the wall clock of the session's time zone. An offset in the text is
//! ignored, because the server has already converted the instant to that zone, and its wall clock is what people expect
//! on an axis.

/// Milliseconds of a day.
const DAY: i64 = 86_400_000;

/// A date or timestamp read from text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ParsedTime {
    /// A position on the time axis, in milliseconds.
    At(i64),
    /// `infinity` or `-infinity`.
    Infinite,
    /// A date before year 1 or after 9999, which Vega's date parser can't read.
    OutOfRange,
}

/// The precision of the times in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Granularity {
    Year,
    Quarter,
    Month,
    Day,
    Instant,
}

/// Reads a date or timestamp in ISO form, with a `T` or a space between date and time. `None` if it is neither.
pub fn parse(text: &str) -> Option<ParsedTime> {
    if matches!(text, "infinity" | "-infinity") {
        return Some(ParsedTime::Infinite);
    }
    let (text, before_christ) = text.strip_suffix(" BC").map_or((text, false), |text| (text, true));
    let (date, time) = text.split_once(['T', ' ']).map_or((text, None), |(date, time)| (date, Some(time)));
    let mut parts = date.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || year.len() < 4 {
        return None;
    }
    let days = days_from_civil(parse_digits(year)?, parse_digits(month)?, parse_digits(day)?)?;
    let millis = time.map_or(Some(0), parse_time_of_day)?;
    Some(if before_christ || year.len() > 4 { ParsedTime::OutOfRange } else { ParsedTime::At(days * DAY + millis) })
}

/// Reads a period as people write it in text columns: `2024`, `2024-03`, `2024-Q1`, `2024-03-15`. Returns the position
/// of its first day and its length.
pub fn parse_period(text: &str) -> Option<(i64, Granularity)> {
    if !text.get(..4)?.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let year = parse_digits(text.get(..4)?)?;
    let at = |month, granularity| Some((days_from_civil(year, month, 1)? * DAY, granularity));
    match text.get(4..)?.as_bytes() {
        [] => at(1, Granularity::Year),
        [b'-' | b' ', b'Q', quarter @ b'1'..=b'4'] => at(i64::from(quarter - b'1') * 3 + 1, Granularity::Quarter),
        [b'-', _, _] => at(parse_digits(text.get(5..)?)?, Granularity::Month),
        _ => match parse(text)? {
            ParsedTime::At(millis) if text.len() == 10 => Some((millis, Granularity::Day)),
            _ => None,
        },
    }
}

/// The position of the first day of a month.
pub fn first_of_month(year: i64, month: i64) -> Option<i64> {
    Some(days_from_civil(year, month, 1)? * DAY)
}

/// The position of the first day of a month in the year that begins at `year_begin`.
pub fn month_of_year(year_begin: i64, month: i64) -> Option<i64> {
    first_of_month(civil_from_days(year_begin.div_euclid(DAY)).0, month)
}

/// The coarsest granularity in which no position loses anything. Positions that are first days of months count as
/// quarters if `is_quarter`, which the name of the column tells.
pub fn granularity(positions: impl Iterator<Item = i64> + Clone, is_quarter: bool) -> Granularity {
    let civil = || positions.clone().map(|position| civil_from_days(position.div_euclid(DAY)));
    let first = positions.clone().next();
    if positions.clone().any(|position| position.rem_euclid(DAY) != 0) {
        Granularity::Instant
    } else if civil().any(|(_, _, day)| day != 1) || positions.clone().all(|position| Some(position) == first) {
        // A single date may be the first of a month by chance.
        Granularity::Day
    } else if is_quarter {
        Granularity::Quarter
    } else if civil().any(|(_, month, _)| month != 1) {
        Granularity::Month
    } else {
        Granularity::Year
    }
}

/// The position as text, as precise as the granularity.
pub fn label(position: i64, granularity: Granularity) -> String {
    let (year, month, day) = civil_from_days(position.div_euclid(DAY));
    match granularity {
        Granularity::Year => format!("{year:04}"),
        Granularity::Quarter => format!("{year:04}-Q{}", (month - 1) / 3 + 1),
        Granularity::Month => format!("{year:04}-{month:02}"),
        Granularity::Day => format!("{year:04}-{month:02}-{day:02}"),
        Granularity::Instant => {
            let seconds = position.rem_euclid(DAY) / 1000;
            let minutes = format!("{year:04}-{month:02}-{day:02} {:02}:{:02}", seconds / 3600, seconds / 60 % 60);
            if seconds % 60 == 0 { minutes } else { format!("{minutes}:{:02}", seconds % 60) }
        }
    }
}

/// The position in ISO form, for Vega's date parser: a date, or a timestamp with milliseconds for instants.
pub fn to_iso(position: i64, granularity: Granularity) -> String {
    let date = label(position, Granularity::Day);
    if granularity != Granularity::Instant {
        return date;
    }
    let millis = position.rem_euclid(DAY);
    let (hour, minute, second) = (millis / 3_600_000, millis / 60_000 % 60, millis / 1000 % 60);
    format!("{date}T{hour:02}:{minute:02}:{second:02}.{:03}", millis % 1000)
}

/// The milliseconds since midnight of `HH:MM` or `HH:MM:SS`. A fraction counts, an offset is ignored.
fn parse_time_of_day(text: &str) -> Option<i64> {
    let text = text.split(['+', '-', 'Z']).next()?;
    let mut parts = text.split(':');
    let (hour, minute) = (parse_digits(parts.next()?)?, parse_digits(parts.next()?)?);
    let (second, fraction) = parts.next().map_or(("0", ""), |second| second.split_once('.').unwrap_or((second, "")));
    let millis = parse_digits(&format!("{fraction:0<3}").chars().take(3).collect::<String>())?;
    Some(((hour * 60 + minute) * 60 + parse_digits(second)?) * 1000 + millis)
}

fn parse_digits(text: &str) -> Option<i64> {
    let plain = (1..=7).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

/// The days from 1970-01-01 to a date of the Gregorian calendar (Howard Hinnant, "chrono-Compatible Low-Level Date
/// Algorithms", days_from_civil). Its years begin in March, so that the leap day is the last day of a year.
fn days_from_civil(year: i64, month: i64, day: i64) -> Option<i64> {
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) || year == 0 {
        return None;
    }
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    Some(era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468)
}

/// The year, month and day that is so many days after 1970-01-01; the inverse of [`days_from_civil`] (civil_from_days
/// there).
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> i64 {
        match parse(text) {
            Some(ParsedTime::At(millis)) => millis,
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn dates_and_timestamps_come_back_as_they_were() {
        for text in ["1970-01-01", "0001-01-01", "9999-12-31", "2000-02-29", "1899-12-31", "2024-03-01"] {
            assert_eq!(to_iso(at(text), Granularity::Day), text);
        }
        assert_eq!(at("1970-01-02T00:00:01.5"), DAY + 1500);
        assert_eq!(to_iso(at("2024-01-31T23:59:58.123456+02:00"), Granularity::Instant), "2024-01-31T23:59:58.123");
        assert_eq!(to_iso(at("1969-12-31 23:59:00-05"), Granularity::Instant), "1969-12-31T23:59:00.000");
        assert_eq!(label(at("2024-05-01 08:30:00"), Granularity::Instant), "2024-05-01 08:30");
        assert_eq!(label(at("2024-05-01"), Granularity::Quarter), "2024-Q2");
    }

    #[test]
    fn dates_that_no_time_axis_holds_are_recognized() {
        assert_eq!(parse("infinity"), Some(ParsedTime::Infinite));
        assert_eq!(parse("-infinity"), Some(ParsedTime::Infinite));
        assert_eq!(parse("0044-03-15 BC"), Some(ParsedTime::OutOfRange));
        assert_eq!(parse("0044-03-15T12:00:00 BC"), Some(ParsedTime::OutOfRange));
        assert_eq!(parse("12024-01-01"), Some(ParsedTime::OutOfRange));
        for text in [
            "",
            "2024",
            "2024-13-01",
            "2024-00-01",
            "2024-01-32",
            "-024-01-01",
            "15.03.2024",
            "2024-01-01-01",
            "2024-01-01Tx",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn periods_are_read_from_text() {
        assert_eq!(parse_period("2024"), Some((at("2024-01-01"), Granularity::Year)));
        assert_eq!(parse_period("2024-03"), Some((at("2024-03-01"), Granularity::Month)));
        assert_eq!(parse_period("2024-Q3"), Some((at("2024-07-01"), Granularity::Quarter)));
        assert_eq!(parse_period("2024-03-15"), Some((at("2024-03-15"), Granularity::Day)));
        for text in ["", "24", "20é4", "2024-13", "2024-Q5", "2024-3", "2024-03-15 10:00", "2024é"] {
            assert_eq!(parse_period(text), None, "{text}");
        }
    }

    #[test]
    fn the_granularity_is_the_coarsest_that_fits() {
        let granularity_of = |texts: &[&str]| granularity(texts.iter().map(|text| at(text)), false);
        assert_eq!(granularity_of(&["2023-01-01", "2024-01-01"]), Granularity::Year);
        assert_eq!(granularity_of(&["2023-01-01", "2024-02-01"]), Granularity::Month);
        assert_eq!(granularity_of(&["2023-01-01", "2023-01-01"]), Granularity::Day);
        assert_eq!(granularity_of(&["2023-01-01", "2024-02-02"]), Granularity::Day);
        assert_eq!(granularity_of(&["2023-01-01", "2024-02-02T01:00:00"]), Granularity::Instant);
    }
}
