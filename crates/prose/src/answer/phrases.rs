//! One condition as a person says it behind a noun: `in Oslo`, `with a price over 500`, `that are discontinued`.

use super::columns::{aggregate, counted_rows, spoken, spoken_relation};
use super::flags::{adjective, boolean, is_adjective, is_state};
use super::places::{is_place, located, of_called, of_numbers, outside};
use super::subquery_phrases::{counted_by, is_average_of};
use super::units::{figure, unit_once};
use super::weekdays::weekdays;
use super::{Facts, means, numbers, question_words};
use crate::english_list;
use crate::outline::{Comparison, Expr, PatternKind};

/// A condition in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Phrase {
    /// `in Oslo`, `of customers in Oslo`.
    Place(String),
    /// What follows `with`, such as `a price over 500`.
    With(String),
    /// What follows `without`.
    Without(String),
    /// `on a Saturday`.
    When(String),
    /// What follows `that`, such as `are discontinued`.
    That(String),
    /// What stands before the noun, such as `discontinued`.
    Adjective(String),
    /// What the rows are called by the question: `laptops`.
    Called(String),
    /// An amount that needs no name, such as `over 500 euros`.
    Amount(String),
}

/// Nouns that take no article.
pub const MASS_NOUNS: &[&str] = &[
    "stock",
    "inventory",
    "credit",
    "debt",
    "shipping",
    "revenue",
    "sales",
    "turnover",
    "income",
    "profit",
    "spending",
    "postage",
    "tax",
    "freight",
    "value",
    "growth",
];
/// Of numbers up to this, `between 24 and 26` could be a time.
const DAYS: f64 = 31.0;

/// The phrase for a condition; `None` where there is none that a person would say.
pub fn phrase(facts: &Facts, condition: &Expr) -> Option<Phrase> {
    match condition {
        Expr::Column { name, .. } => Some(boolean(facts, &spoken(name), true)),
        Expr::Not(inner) => match &**inner {
            Expr::Column { name, .. } => Some(boolean(facts, &spoken(name), false)),
            Expr::IsNull(value) => named(value).map(|name| with_a(boolean(facts, &name, true), &name)),
            Expr::In { .. } => {
                let (column, values) = alternatives(inner)?;
                is_place(column, &values).then(|| located(facts, column, &outside(&values)))
            }
            _ => None,
        },
        Expr::Is { value, truth: Some(truth) } => named(value).map(|name| boolean(facts, &name, *truth)),
        Expr::IsNull(value) => named(value).map(|name| with_a(boolean(facts, &name, false), &name)),
        Expr::Compare { comparison, sides, .. } => {
            let phrase = compared(facts, *comparison, &sides.0, &sides.1)?;
            Some(match phrase {
                Phrase::With(text) => Phrase::With(text + &means::in_brackets(facts, condition)),
                other => other,
            })
        }
        Expr::In { value, list } => {
            let values: Option<Vec<&str>> = list.iter().map(constant).collect();
            among(facts, value, &values?)
        }
        Expr::Between { value, bounds } => between(facts, value, bounds),
        Expr::Or(_) => alternatives(condition).and_then(|(column, values)| among(facts, column, &values)),
        Expr::Like { value, pattern, kind: PatternKind::Like | PatternKind::ILike } => {
            let name = named(value)?;
            let pattern = constant(pattern)?;
            let inner = pattern.trim_matches('%');
            // "Weber in their name".
            if question_words::IS_NAMED.contains(&name.as_str())
                && pattern == format!("%{inner}%")
                && !inner.is_empty()
                && inner.chars().all(char::is_alphabetic)
            {
                let whose = counted_rows(facts).is_some_and(|rows| question_words::are_people(&rows));
                return Some(Phrase::With(format!("{inner} in {} {name}", if whose { "their" } else { "the" })));
            }
            let verb = match (pattern.starts_with('%'), pattern.ends_with('%')) {
                _ if inner.is_empty() || inner.contains(['%', '_', '\\']) => return None,
                (true, true) => "containing",
                (false, true) => "beginning with",
                (true, false) => "ending in",
                (false, false) => return None,
            };
            Some(Phrase::With(format!("{} {verb} '{inner}'", with_article(&name))))
        }
        _ => None,
    }
}

/// Numbers between two others: `between 100 and 200 euros`.
fn between(facts: &Facts, value: &Expr, bounds: &(Expr, Expr)) -> Option<Phrase> {
    let (low, high) = (figure(facts, constant(&bounds.0)?)?, figure(facts, constant(&bounds.1)?)?);
    let low = unit_once(&low, &high);
    let name = named(value)?;
    let between = format!("between {low} and {high}");
    // Small numbers alone could be days.
    let is_day = |bound: &Expr| constant(bound).and_then(numbers::parse).is_some_and(|number| number <= DAYS);
    let bare = amount(facts, &name, &between).filter(|_| !is_day(&bounds.0) || !is_day(&bounds.1));
    Some(bare.unwrap_or_else(|| Phrase::With(format!("{} {between}", with_article(&name)))))
}

/// A thing that rows may have, with its article: `without a school`. What is told by other words than its own is left alone.
fn with_a(phrase: Phrase, name: &str) -> Phrase {
    match phrase {
        Phrase::With(thing) if thing == name => Phrase::With(with_article(&thing)),
        Phrase::Without(thing) if thing == name => Phrase::Without(with_article(&thing)),
        other => other,
    }
}

/// A column and the values, two or more, of which it has to be one.
pub fn alternatives(condition: &Expr) -> Option<(&Expr, Vec<&str>)> {
    let (column, values) = match condition {
        Expr::In { value, list } => (uncast(value), list.iter().map(constant).collect::<Option<Vec<&str>>>()?),
        Expr::Or(all) => {
            let sides: Vec<(&Expr, &str)> = all.iter().map(equal).collect::<Option<_>>()?;
            let (column, _) = *sides.first()?;
            if sides.iter().any(|(other, _)| *other != column) {
                return None;
            }
            (column, sides.into_iter().map(|(_, value)| value).collect())
        }
        _ => return None,
    };
    (matches!(column, Expr::Column { .. }) && values.len() > 1).then_some((column, values))
}

fn equal(condition: &Expr) -> Option<(&Expr, &str)> {
    match condition {
        Expr::Compare { comparison: Comparison::Equal, sides, .. } => Some((uncast(&sides.0), constant(&sides.1)?)),
        _ => None,
    }
}

fn among(facts: &Facts, column: &Expr, values: &[&str]) -> Option<Phrase> {
    let (Expr::Column { entry, name }, false) = (uncast(column), values.is_empty()) else { return None };
    let name = spoken(name);
    let owner = entry.and_then(|at| facts.outline.entries.get(at)).map(|entry| spoken_relation(&entry.name));
    let is_of_another = match (&owner, counted_rows(facts)) {
        (Some(owner), Some(rows)) => words::singular(owner) != words::singular(&rows),
        _ => false,
    };
    let said: Vec<String> = values.iter().map(|value| schema::sanitize::one_line(value)).collect();
    let tie =
        if values.last().is_some_and(|last| question_words::ties_by_and(facts.question, last)) { "and" } else { "or" };
    let in_places = english_list(&said, tie);
    let said = english_list(&said, "or");
    if let Some(adjective) = adjective(facts, &name, values) {
        return Some(adjective);
    }
    let last = name.rsplit(' ').next().unwrap_or_default();
    if is_place(column, values) {
        return Some(located(facts, column, &format!("in {in_places}")));
    }
    let is_year = |value: &&str| value.len() == 4 && value.chars().all(|c| c.is_ascii_digit());
    match (owner, last) {
        (_, "year") if values.iter().all(is_year) && name == "year" => Some(Phrase::When(format!("in {said}"))),
        // Nobody writes years by the thousand.
        (_, "year") if values.iter().all(is_year) => Some(Phrase::With(format!("{} of {said}", with_article(&name)))),
        // "Payments by card", "orders of customer 13".
        (_, "method" | "channel") => Some(Phrase::Place(format!("by {said}"))),
        (_, "id") if name != "id" && !is_of_another => Some(Phrase::Place(of_numbers(&name, &said, values.len()))),
        (_, "by") => Some(Phrase::Place(format!("{name} {said}"))),
        (Some(_), "name" | "title" | "label") if is_of_another && are_called(facts, values) => {
            Some(Phrase::Called(said.to_lowercase()))
        }
        (Some(owner), "name" | "title" | "label") if is_of_another || counted_rows(facts).is_none() => {
            Some(Phrase::Place(of_called(&owner, values, &in_places)))
        }
        (Some(_), "name" | "title") if !name.contains(' ') => Some(Phrase::That(format!("are called {said}"))),
        _ if values.iter().any(|value| numbers::parse(value).is_some()) => {
            let figures: Option<Vec<String>> = values.iter().map(|value| figure(facts, value)).collect();
            Some(Phrase::With(format!("{} of {}", with_article(&name), english_list(&figures?, "or"))))
        }
        _ => Some(Phrase::With(format!("{name} {said}"))),
    }
}

/// Whether the question calls the rows by a value: "laptops" and not "products" of that category.
fn are_called(facts: &Facts, values: &[&str]) -> bool {
    let [value] = values else { return false };
    let rows = counted_rows(facts).unwrap_or_default();
    let is_plural = words::singular(&value.to_lowercase()) != value.to_lowercase();
    is_plural && question_words::has(facts.question, value) && !question_words::has(facts.question, &rows)
}

/// A comparison of an amount of money that the question does not name either: `over 5,000`.
fn amount(facts: &Facts, name: &str, comparison: &str) -> Option<Phrase> {
    const AMOUNTS: [&str; 6] = ["price", "total", "amount", "value", "cost", "fee"];
    let last = name.rsplit(' ').next()?;
    let is_said = question_words::has(facts.question, last) || facts.question.is_empty();
    (AMOUNTS.contains(&last) && !is_said).then(|| Phrase::Amount(comparison.to_owned()))
}

fn compared(facts: &Facts, comparison: Comparison, left: &Expr, right: &Expr) -> Option<Phrase> {
    if let Some(nouns) = counted_by(facts, uncast(left)) {
        let many = numbers::parse(constant(right)?)?;
        return Some(match bound(comparison)? {
            "at most" | "" if many == 0.0 => Phrase::Without(nouns),
            how if many == 1.0 => {
                Phrase::With(format!("{how} one {}", words::singular(&nouns)).trim_start().to_owned())
            }
            how => Phrase::With(format!("{how} {} {nouns}", numbers::exact(many)).trim_start().to_owned()),
        });
    }
    if let Expr::Call { name, args } = uncast(left) {
        return weekdays(name, args, comparison, constant(right)?);
    }
    let name = named(left)?;
    if let (Expr::Subquery(query), Some(how)) = (uncast(right), over(comparison)) {
        return is_average_of(query, uncast(left)).then(|| {
            let how = if how == "over" { "above" } else { how };
            let how = if how == "under" { "below" } else { how };
            Phrase::With(format!("{} {how} the average", with_article(&name)))
        });
    }
    let value = constant(right)?;
    if matches!(value, "true" | "t" | "false" | "f") {
        let is_true = value.starts_with('t') == (comparison == Comparison::Equal);
        return Some(boolean(facts, &name, is_true));
    }
    match comparison {
        Comparison::Equal if numbers::parse(value) == Some(0.0) => Some(none_of(&name)),
        Comparison::Equal => among(facts, left, &[value]),
        Comparison::NotEqual if is_state(&name) && is_adjective(value) => {
            Some(Phrase::That(format!("are not {value}")))
        }
        Comparison::NotEqual if is_place(left, &[value]) => Some(located(facts, left, &outside(&[value]))),
        Comparison::NotEqual => {
            let value = figure(facts, value).unwrap_or_else(|| schema::sanitize::one_line(value));
            Some(Phrase::With(format!("{} other than {value}", with_article(&name))))
        }
        Comparison::IsDistinct => None,
        Comparison::Greater if numbers::parse(value) == Some(0.0) && is_supply(&name) => {
            Some(Phrase::Place("in stock".to_owned()))
        }
        Comparison::Greater if numbers::parse(value) == Some(0.0) && is_mass(&name) => Some(Phrase::With(name)),
        Comparison::LessOrEqual if numbers::parse(value) == Some(0.0) && is_mass(&name) => Some(none_of(&name)),
        ordered => {
            let (over, figure) = (over(ordered)?, figure(facts, value)?);
            let bare = format!("{} {figure}", over.trim_start_matches("of "));
            Some(
                amount(facts, &name, &bare)
                    .unwrap_or_else(|| Phrase::With(format!("{} {over} {figure}", with_article(&name)))),
            )
        }
    }
}

/// Which end of its numbers a condition leaves open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Over,
    Under,
    Between,
}

/// A column of numbers that a condition compares with a number or a mean.
pub fn measured(condition: &Expr) -> Option<(&Expr, Side)> {
    let (column, side) = match condition {
        Expr::Between { value, .. } => (uncast(value), Side::Between),
        Expr::Compare { comparison, category: 'N', sides } => {
            let is_number = |value: &Expr| matches!(value, Expr::Constant { .. } | Expr::Subquery(_));
            let side = match comparison {
                Comparison::Greater | Comparison::GreaterOrEqual => Side::Over,
                Comparison::Less | Comparison::LessOrEqual => Side::Under,
                _ => return None,
            };
            (uncast(&sides.0), Some(side).filter(|_| is_number(uncast(&sides.1)))?)
        }
        _ => return None,
    };
    matches!(column, Expr::Column { .. }).then_some((column, side))
}

/// A condition on groups by the number of their rows: `with more than 500 customers`.
pub fn of_groups(facts: &Facts, having: &Expr) -> Option<Phrase> {
    let Expr::Compare { comparison, sides, .. } = having else { return None };
    aggregate(&sides.0).filter(|call| call.name == "count" && call.args.is_empty() && call.filter.is_none())?;
    let (rows, many) = (counted_rows(facts)?, numbers::parse(constant(&sides.1)?)?);
    let how = bound(*comparison)?;
    let rows = if many == 1.0 { words::singular(&rows) } else { rows };
    Some(Phrase::With(format!("{how} {} {rows}", numbers::exact(many)).trim_start().to_owned()))
}

/// Whether a number counts what there is to be sold.
pub fn is_supply(name: &str) -> bool {
    matches!(name, "stock" | "inventory" | "in stock")
}

fn none_of(name: &str) -> Phrase {
    if is_supply(name) {
        return Phrase::Place("out of stock".to_owned());
    }
    if is_mass(name) { Phrase::Without(name.to_owned()) } else { Phrase::With(format!("{} of 0", with_article(name))) }
}

/// What a number of rows is compared by.
fn bound(comparison: Comparison) -> Option<&'static str> {
    Some(match comparison {
        Comparison::Greater => "more than",
        Comparison::GreaterOrEqual => "at least",
        Comparison::Less => "fewer than",
        Comparison::LessOrEqual => "at most",
        Comparison::Equal => "",
        _ => return None,
    })
}

/// What an amount is compared by.
fn over(comparison: Comparison) -> Option<&'static str> {
    Some(match comparison {
        Comparison::Greater => "over",
        Comparison::GreaterOrEqual => "of at least",
        Comparison::Less => "under",
        Comparison::LessOrEqual => "of at most",
        _ => return None,
    })
}

fn named(value: &Expr) -> Option<String> {
    match uncast(value) {
        Expr::Column { name, .. } => Some(spoken(name)),
        _ => None,
    }
}

/// A value without the casts around it.
pub fn uncast(value: &Expr) -> &Expr {
    match value {
        Expr::Cast { value, .. } => uncast(value),
        other => other,
    }
}

/// The text of a constant, without the casts around it.
pub fn constant(value: &Expr) -> Option<&str> {
    match uncast(value) {
        Expr::Constant { text: Some(text), .. } => Some(text),
        _ => None,
    }
}

fn is_mass(name: &str) -> bool {
    MASS_NOUNS.contains(&name.rsplit(' ').next().unwrap_or_default())
}

fn is_plural(name: &str) -> bool {
    let last = name.rsplit(' ').next().unwrap_or_default();
    words::singular(last) != last
}

/// `a price`, `an amount`, `stock`.
pub fn with_article(name: &str) -> String {
    match name.chars().next() {
        _ if is_mass(name) || is_plural(name) => name.to_owned(),
        Some(first) if "aeiou".contains(first.to_ascii_lowercase()) => format!("an {name}"),
        _ => format!("a {name}"),
    }
}
