//! Weekdays of conditions: `on a weekend`, `on a Monday or Tuesday`.

use super::dates;
use super::numbers;
use super::phrases::{Phrase, constant};
use crate::english_list;
use crate::outline::{Comparison, Expr};

/// `on a Saturday or Sunday`, where a weekday is numbered as isodow numbers it.
pub fn weekdays(name: &str, args: &[Expr], comparison: Comparison, value: &str) -> Option<Phrase> {
    let [part, _] = args else { return None };
    if !matches!(name, "extract" | "date_part") || constant(part)?.to_lowercase() != "isodow" {
        return None;
    }
    let value = numbers::parse(value).filter(|day| day.fract() == 0.0 && (1.0..=7.0).contains(day))? as i64;
    let days: Vec<String> = (1..=7)
        .filter(|day| match comparison {
            Comparison::Equal => *day == value,
            Comparison::GreaterOrEqual => *day >= value,
            Comparison::Greater => *day > value,
            Comparison::Less => *day < value,
            Comparison::LessOrEqual => *day <= value,
            Comparison::NotEqual => *day != value,
            Comparison::IsDistinct => false,
        })
        .filter_map(|day| dates::weekday_name(day).map(str::to_owned))
        .collect();
    Some(Phrase::When(match days.as_slice() {
        [] => return None,
        [saturday, _] if saturday == "Saturday" => "on a weekend".to_owned(),
        [first, .., last] if days.len() > 2 => format!("from {first} to {last}"),
        days => format!("on a {}", english_list(days, "or")),
    }))
    .filter(|_| comparison != Comparison::NotEqual)
}
