//! Conditions that say where something is or whose it is: `in Oslo`, `outside Germany`, `from customers in Oslo`.

use super::columns::{counted_rows, spoken_relation};
use super::phrases::{Phrase, uncast};
use super::{Facts, question_words};
use crate::english_list;
use crate::outline::Expr;

pub const PLACES: &[&str] =
    &["city", "town", "country", "region", "state", "county", "province", "district", "continent", "village"];

/// Whether values of a column are names of places.
pub(super) fn is_place(column: &Expr, values: &[&str]) -> bool {
    let is_named = values.iter().all(|value| value.starts_with(char::is_uppercase));
    let last = |name: &str| PLACES.contains(&name.rsplit(['_', ' ']).next().unwrap_or_default());
    is_named && matches!(uncast(column), Expr::Column { name, .. } if last(name))
}

pub(super) fn outside(values: &[&str]) -> String {
    let said: Vec<String> = values.iter().map(|value| schema::sanitize::one_line(value)).collect();
    format!("outside {}", english_list(&said, "and"))
}

/// A place of the rows, or of those of another relation: `in Oslo`, `from customers in Oslo`.
pub(super) fn located(facts: &Facts, column: &Expr, place: &str) -> Phrase {
    let entry = match uncast(column) {
        Expr::Column { entry, .. } => *entry,
        _ => None,
    };
    let owner = entry.and_then(|at| facts.outline.entries.get(at)).map(|entry| spoken_relation(&entry.name));
    let rows = counted_rows(facts);
    let is_of_another = |owner: &String| rows.is_some_and(|rows| words::singular(owner) != words::singular(&rows));
    let of = owner.filter(is_of_another).map(|owner| match question_words::are_people(&owner) {
        true => format!("from {owner} "),
        false => format!("of {owner} "),
    });
    Phrase::Place(format!("{}{place}", of.unwrap_or_default()))
}

/// `of customer 13`, `of customers 13 or 14` for `customer id`.
pub(super) fn of_numbers(key: &str, said: &str, many: usize) -> String {
    let row = key.trim_end_matches(" id");
    format!("of {} {said}", if many > 1 { super::nouns::plural(row) } else { row.to_owned() })
}

/// `of the category Laptops`, `of the categories Laptops and Phones`; of people, of whom several may have one name, `of customers
/// named Ada Haas`.
pub(super) fn of_called(owner: &str, values: &[&str], said: &str) -> String {
    if question_words::are_people(owner) {
        return format!("of {owner} named {said}");
    }
    let one = words::singular(owner);
    let is_plural = values.len() > 1 && one != owner;
    format!("of the {} {said}", if is_plural { owner } else { &one })
}
