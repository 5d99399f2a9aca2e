//! Dates and timestamps as positions on a time axis, and back.
//!
//! A position is milliseconds of the wall clock since 1970-01-01: an offset is read over, since the server has already
//! turned the instant into the session's own time, and that is what people expect to see on an axis.

const DAY: i64 = 86_400_000;

/// What a text says about time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Reading {
    At(i64),
    /// `infinity` or `-infinity`.
    Endless,
    /// A date that Vega's date parser can't read: before year 1, after 9999.
    Beyond,
}

/// How fine the values of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grain {
    Year,
    Quarter,
    Month,
    Day,
    Instant,
}

/// A date or timestamp in ISO form, with a `T` or a space between its halves.
pub fn read(text: &str) -> Option<Reading> {
    if matches!(text, "infinity" | "-infinity") {
        return Some(Reading::Endless);
    }
    let (text, before_christ) = text.strip_suffix(" BC").map_or((text, false), |text| (text, true));
    let (date, time) = text.split_once(['T', ' ']).map_or((text, None), |(date, time)| (date, Some(time)));
    let mut parts = date.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || year.len() < 4 {
        return None;
    }
    let days = days(digits(year)?, digits(month)?, digits(day)?)?;
    let millis = time.map_or(Some(0), clock)?;
    Some(if before_christ || year.len() > 4 { Reading::Beyond } else { Reading::At(days * DAY + millis) })
}

/// What people write for periods: `2024`, `2024-03`, `2024-Q1`, `2024-03-15`.
pub fn read_period(text: &str) -> Option<(i64, Grain)> {
    if !text.get(..4)?.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let year = digits(text.get(..4)?)?;
    let at = |month, grain| Some((days(year, month, 1)? * DAY, grain));
    match text.get(4..)?.as_bytes() {
        [] => at(1, Grain::Year),
        [b'-' | b' ', b'Q', quarter @ b'1'..=b'4'] => at(i64::from(quarter - b'1') * 3 + 1, Grain::Quarter),
        [b'-', _, _] => at(digits(text.get(5..)?)?, Grain::Month),
        _ => match read(text)? {
            Reading::At(millis) if text.len() == 10 => Some((millis, Grain::Day)),
            _ => None,
        },
    }
}

/// The first day of a month.
pub fn of_month(year: i64, month: i64) -> Option<i64> {
    Some(days(year, month, 1)? * DAY)
}

/// The same day in another month of its year, for the first days of years.
pub fn in_month(year_begin: i64, month: i64) -> Option<i64> {
    of_month(civil(year_begin.div_euclid(DAY)).0, month)
}

/// The coarsest grain that tells all positions apart; `is_quarter` where something names them so.
pub fn grain(positions: impl Iterator<Item = i64> + Clone, is_quarter: bool) -> Grain {
    let civil = || positions.clone().map(|position| civil(position.div_euclid(DAY)));
    let first = positions.clone().next();
    if positions.clone().any(|position| position.rem_euclid(DAY) != 0) {
        Grain::Instant
    } else if civil().any(|(_, _, day)| day != 1) || positions.clone().all(|position| Some(position) == first) {
        // One date alone tells nothing of how fine others would be.
        Grain::Day
    } else if is_quarter {
        Grain::Quarter
    } else if civil().any(|(_, month, _)| month != 1) {
        Grain::Month
    } else {
        Grain::Year
    }
}

/// As people write it, as fine as the grain.
pub fn label(position: i64, grain: Grain) -> String {
    let (year, month, day) = civil(position.div_euclid(DAY));
    match grain {
        Grain::Year => format!("{year:04}"),
        Grain::Quarter => format!("{year:04}-Q{}", (month - 1) / 3 + 1),
        Grain::Month => format!("{year:04}-{month:02}"),
        Grain::Day => format!("{year:04}-{month:02}-{day:02}"),
        Grain::Instant => {
            let seconds = position.rem_euclid(DAY) / 1000;
            let minutes = format!("{year:04}-{month:02}-{day:02} {:02}:{:02}", seconds / 3600, seconds / 60 % 60);
            if seconds % 60 == 0 { minutes } else { format!("{minutes}:{:02}", seconds % 60) }
        }
    }
}

/// In ISO form: a date, for instants with a time in milliseconds.
pub fn iso(position: i64, grain: Grain) -> String {
    let date = label(position, Grain::Day);
    if grain != Grain::Instant {
        return date;
    }
    let millis = position.rem_euclid(DAY);
    let (hour, minute, second) = (millis / 3_600_000, millis / 60_000 % 60, millis / 1000 % 60);
    format!("{date}T{hour:02}:{minute:02}:{second:02}.{:03}", millis % 1000)
}

/// `HH:MM:SS`, with or without a fraction and an offset, in milliseconds.
fn clock(text: &str) -> Option<i64> {
    let text = text.split(['+', '-', 'Z']).next()?;
    let mut parts = text.split(':');
    let (hour, minute) = (digits(parts.next()?)?, digits(parts.next()?)?);
    let (second, fraction) = parts.next().map_or(("0", ""), |second| second.split_once('.').unwrap_or((second, "")));
    let millis = digits(&format!("{fraction:0<3}").chars().take(3).collect::<String>())?;
    Some(((hour * 60 + minute) * 60 + digits(second)?) * 1000 + millis)
}

fn digits(text: &str) -> Option<i64> {
    let plain = (1..=7).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

/// Days since 1970-01-01 in the Gregorian calendar. Years are counted from March, so that the leap day comes last.
fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) || year == 0 {
        return None;
    }
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    Some(era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468)
}

/// The year, month and day of a day counted from 1970-01-01; the inverse of `days`.
fn civil(days: i64) -> (i64, i64, i64) {
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
        match read(text) {
            Some(Reading::At(millis)) => millis,
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn dates_and_timestamps_come_back_as_they_were() {
        for text in ["1970-01-01", "0001-01-01", "9999-12-31", "2000-02-29", "1899-12-31", "2024-03-01"] {
            assert_eq!(iso(at(text), Grain::Day), text);
        }
        assert_eq!(at("1970-01-02T00:00:01.5"), DAY + 1500);
        assert_eq!(iso(at("2024-01-31T23:59:58.123456+02:00"), Grain::Instant), "2024-01-31T23:59:58.123");
        assert_eq!(iso(at("1969-12-31 23:59:00-05"), Grain::Instant), "1969-12-31T23:59:00.000");
        assert_eq!(label(at("2024-05-01 08:30:00"), Grain::Instant), "2024-05-01 08:30");
        assert_eq!(label(at("2024-05-01"), Grain::Quarter), "2024-Q2");
    }

    #[test]
    fn what_no_time_axis_holds_is_told_apart() {
        assert_eq!(read("infinity"), Some(Reading::Endless));
        assert_eq!(read("-infinity"), Some(Reading::Endless));
        assert_eq!(read("0044-03-15 BC"), Some(Reading::Beyond));
        assert_eq!(read("0044-03-15T12:00:00 BC"), Some(Reading::Beyond));
        assert_eq!(read("12024-01-01"), Some(Reading::Beyond));
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
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn periods_are_read_from_text() {
        assert_eq!(read_period("2024"), Some((at("2024-01-01"), Grain::Year)));
        assert_eq!(read_period("2024-03"), Some((at("2024-03-01"), Grain::Month)));
        assert_eq!(read_period("2024-Q3"), Some((at("2024-07-01"), Grain::Quarter)));
        assert_eq!(read_period("2024-03-15"), Some((at("2024-03-15"), Grain::Day)));
        for text in ["", "24", "20é4", "2024-13", "2024-Q5", "2024-3", "2024-03-15 10:00", "2024é"] {
            assert_eq!(read_period(text), None, "{text}");
        }
    }

    #[test]
    fn the_grain_is_the_coarsest_that_fits() {
        let grain_of = |texts: &[&str]| grain(texts.iter().map(|text| at(text)), false);
        assert_eq!(grain_of(&["2023-01-01", "2024-01-01"]), Grain::Year);
        assert_eq!(grain_of(&["2023-01-01", "2024-02-01"]), Grain::Month);
        assert_eq!(grain_of(&["2023-01-01", "2023-01-01"]), Grain::Day);
        assert_eq!(grain_of(&["2023-01-01", "2024-02-02"]), Grain::Day);
        assert_eq!(grain_of(&["2023-01-01", "2024-02-02T01:00:00"]), Grain::Instant);
    }
}
