//! Numbers of conditions with the units that the question gives them.

use super::phrases::constant;
use super::{Facts, numbers};
use crate::outline::Expr;

/// A number with the unit that the question gives it, as in `500 euros`.
pub fn figure(facts: &Facts, text: &str) -> Option<String> {
    const UNITS: &[&str] = &[
        "euros", "euro", "eur", "€", "dollars", "dollar", "usd", "pounds", "francs", "chf", "gbp", "pieces", "kg",
        "km", "hours", "minutes", "days", "stars", "points",
    ];
    let number = numbers::parse(text)?;
    let mut words = facts.question.split([' ', '?', '!']).filter(|word| !word.is_empty()).peekable();
    let mut unit = None;
    while let Some(word) = words.next() {
        let is_same = numbers::parse(&word.replace(',', "")) == Some(number);
        let next = words.peek().map(|next| next.trim_end_matches(['.', ',']).to_lowercase());
        if let Some(next) = next.filter(|next| is_same && UNITS.contains(&next.as_str())) {
            unit = Some(next);
        }
    }
    let number = numbers::exact(number);
    Some(unit.map_or_else(|| number.clone(), |unit| format!("{number} {unit}")))
}

/// The unit that the question gives the number of a condition.
pub fn unit_of(facts: &Facts, condition: &Expr) -> Option<String> {
    let bound = match condition {
        Expr::Between { bounds, .. } => &bounds.1,
        Expr::Compare { sides, .. } => &sides.1,
        _ => return None,
    };
    let figure = figure(facts, constant(bound)?)?;
    figure.split_once(' ').map(|(_, unit)| unit.to_owned())
}

/// `100` for `100 euros` before `200 euros`.
pub fn unit_once(low: &str, high: &str) -> String {
    match (low.split_once(' '), high.split_once(' ')) {
        (Some((number, unit)), Some((_, other))) if unit == other => number.to_owned(),
        _ => low.to_owned(),
    }
}

/// What is measured and the unit that the name of its column ends in: `height in cm` for `height cm`.
pub fn in_unit(noun: String) -> String {
    const ABBREVIATED: [&str; 15] =
        ["mm", "cm", "km", "kg", "mg", "ml", "ms", "kb", "mb", "gb", "kwh", "eur", "usd", "gbp", "chf"];
    match noun.rsplit_once(' ') {
        Some((what, unit)) if ABBREVIATED.contains(&unit) => format!("{what} in {unit}"),
        _ => noun,
    }
}

/// A value with the unit behind it: `height 150 cm`.
pub fn beside_unit(noun: &str, value: &str) -> String {
    match noun.rsplit_once(" in ") {
        Some((what, unit)) if in_unit(format!("{what} {unit}")) == noun => format!("{what} {value} {unit}"),
        _ => format!("{noun} {value}"),
    }
}

/// A number that is called by nothing but its unit: `average` and `seconds`.
pub fn of_unit(noun: &str) -> Option<(&str, &str)> {
    const UNITS: [&str; 12] = [
        "seconds",
        "minutes",
        "hours",
        "days",
        "weeks",
        "months",
        "years",
        "meters",
        "metres",
        "miles",
        "kilometers",
        "kilograms",
    ];
    noun.split_once(' ').filter(|(what, unit)| ["average", "median"].contains(what) && UNITS.contains(unit))
}
