//! The names of weekdays and months, for numbers as PostgreSQL's `extract` returns them, and their order in a year or
//! week where a query prints the names itself.

use words::{MONTHS, WEEKDAYS};

/// The names of numbers of a part of a date, which is called as `extract` calls it; `None` if the part has no names or
/// one of the numbers is none of its. Months count from 1. Weekdays are 1 for Monday to 6 for Saturday, and Sunday is 0
/// (`dow`) or 7 (`isodow`). NULL stays NULL.
pub fn names_of<'a>(part: &str, numbers: &[Option<f64>]) -> Option<Vec<Option<&'a str>>> {
    let is_weekday = match part {
        "month" => false,
        "dow" | "isodow" | "weekday" => true,
        _ => return None,
    };
    if is_weekday && numbers.contains(&Some(0.0)) && numbers.contains(&Some(7.0)) {
        return None;
    }
    let name = |number: f64| match (is_weekday, number) {
        (false, 1.0..=12.0) => MONTHS.get(number as usize - 1),
        (true, 0.0..=7.0) => WEEKDAYS.get((number as usize + 6) % 7),
        _ => None,
    };
    numbers
        .iter()
        .map(|number| number.map(|number| name(number).copied()).map_or(Some(None), |name| name.map(Some)))
        .collect()
}

/// The place of a month in the year or of a weekday in the week, from 1, by its English name, which may be shortened to
/// three letters and padded with spaces, as `to_char` does. `None` if it is neither.
pub fn place(name: &str) -> Option<usize> {
    place_among(&MONTHS, name).or_else(|| place_among(&WEEKDAYS, name))
}

/// Whether there are at least two different texts and all are months, or all are weekdays.
pub fn are_names(texts: &[Option<&str>]) -> bool {
    let all_among = |names: &[&str]| texts.iter().flatten().all(|text| place_among(names, text).is_some());
    let first = texts.iter().flatten().next();
    texts.iter().flatten().any(|text| Some(text) != first) && (all_among(&MONTHS) || all_among(&WEEKDAYS))
}

fn place_among(names: &[&str], text: &str) -> Option<usize> {
    let text = text.trim();
    let is_it = |name: &&str| {
        name.eq_ignore_ascii_case(text) || name.get(..3).is_some_and(|short| short.eq_ignore_ascii_case(text))
    };
    Some(names.iter().position(is_it)? + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_the_names_that_extract_means() {
        assert_eq!(names_of("month", &[Some(3.0), None]), Some(vec![Some("March"), None]));
        assert_eq!(names_of("dow", &[Some(0.0), Some(1.0)]), Some(vec![Some("Sunday"), Some("Monday")]));
        assert_eq!(names_of("isodow", &[Some(7.0), Some(6.0)]), Some(vec![Some("Sunday"), Some("Saturday")]));
        // Nobody can tell which day is meant where both are there, or what month 0 is.
        assert_eq!(names_of("weekday", &[Some(0.0), Some(7.0)]), None);
        assert_eq!(names_of("month", &[Some(0.0), Some(1.0)]), None);
        assert_eq!(names_of("quarter", &[Some(1.0)]), None);
    }

    #[test]
    fn names_are_known_as_to_char_prints_them() {
        assert_eq!(["MON", "Sunday   ", "sep", "may", "Marsh"].map(place), [Some(1), Some(7), Some(9), Some(5), None]);
        assert!(are_names(&[Some("April"), None, Some("May")]) && are_names(&[Some("Mon"), Some("Tuesday")]));
        assert!(!are_names(&[Some("May")]) && !are_names(&[Some("May"), Some("Monday")]));
    }
}
