//! The names by which people may call what a comment tells of, each with what it costs to take it for one.

use crate::catalog::comments;
use crate::choice::costs;

/// Units of measure, each with its spellings. A column whose comment says that it is "in minutes" may be called by them.
const UNITS: &[&[&str]] = &[
    &["minute", "min", "mins"],
    &["hour", "hrs"],
    &["second", "sec", "secs"],
    &["kilometre", "kilometer", "km"],
    &["metre", "meter"],
    &["mile"],
    &["kilogram", "kilogramme", "kilo", "kg"],
    &["tonne", "ton"],
    &["litre", "liter"],
    &["gigabyte", "gb", "gigs"],
    &["megabyte", "mb"],
    &["terabyte", "tb"],
];

/// Words that tell how often something comes.
const OFTEN: [&str; 7] = ["hourly", "daily", "weekly", "monthly", "quarterly", "yearly", "annual"];

/// First words of a phrase whose last word does not name what it tells of: the "name of the customer" is no customer.
const NEVER_THE_THING: [&str; 12] =
    ["name", "date", "day", "time", "id", "code", "key", "type", "kind", "list", "flag", "value"];

/// The names that a comment gives: whole ones, and the one word of each that says what a thing is. A recurring revenue is no
/// revenue.
pub fn names_in_comment(comment: &str) -> Vec<(String, u32)> {
    let mut found = Vec::new();
    for name in comments::names(comment) {
        let parts: Vec<&str> = name.split(' ').collect();
        // A "monthly advance payment" is an advance payment.
        if let [often, rest @ ..] = parts.as_slice()
            && OFTEN.contains(often)
            && rest.len() > 1
            && !rest.contains(&"recurring")
        {
            found.push((rest.join(" "), costs::NAME_IN_COMMENT));
        }
        if let [first, between @ .., last] = parts.as_slice() {
            // "Payments received" are payments.
            if is_participle(last) {
                found.push(([&[*first], between].concat().join(" "), costs::NAME_IN_COMMENT));
            }
            let telling = !comments::is_generic(last)
                && !is_participle(last)
                && !parts.contains(&"recurring")
                && !NEVER_THE_THING.contains(first);
            found.extend(telling.then(|| ((*last).to_owned(), costs::PART_OF_COMMENT)));
        }
        found.push((name, costs::NAME_IN_COMMENT));
    }
    found
}

/// What a flag is called by the state that its comment tells: "in operation", "on sale", "still under repair".
pub fn names_of_state(comment: &str) -> Vec<(String, u32)> {
    let clause = comments::first_clause(comment).to_lowercase();
    let said: Vec<&str> = clause.split_whitespace().filter(|word| !matches!(*word, "still" | "currently")).collect();
    match said.as_slice() {
        ["in" | "on" | "under" | "at", state] => vec![((*state).to_owned(), costs::NAME_IN_COMMENT)],
        _ => Vec::new(),
    }
}

/// The people whose things the rows of a relation are: "customer accounts" are customers.
pub fn people_in_comment(comment: &str) -> Option<(String, u32)> {
    const PEOPLE: [&str; 8] = ["customer", "client", "user", "employee", "member", "patient", "student", "subscriber"];
    comments::names(comment).into_iter().find_map(|name| match name.split(' ').collect::<Vec<_>>().as_slice() {
        [first, _] if PEOPLE.contains(first) => Some(((*first).to_owned(), costs::PART_OF_COMMENT)),
        _ => None,
    })
}

/// What happened at a date, as its comment tells it: "delivered" of "when it was delivered". It has to have happened to the rows,
/// which are called by these nouns.
pub fn names_of_event(comment: &str, rows: &[String]) -> Vec<(String, u32)> {
    let clause = comments::first_clause(comment).to_lowercase();
    let said: Vec<&str> = clause.split_whitespace().collect();
    let [first, subject @ .., be, last] = said.as_slice() else { return Vec::new() };
    let is_rows = match subject {
        ["it"] => true,
        ["the", noun] => rows.iter().any(|row| words::singular(row) == words::singular(noun)),
        _ => false,
    };
    let asks = matches!(*first, "when" | "day" | "date" | "time" | "moment") && matches!(*be, "was" | "were" | "is");
    let event = (asks && is_rows && is_participle(last)).then(|| ((*last).to_owned(), costs::NAME_IN_COMMENT));
    event.into_iter().collect()
}

/// What a number may be called by its unit: "minutes" where its comment says that it is a duration in minutes, "gigabytes of
/// memory", "kilometres driven".
pub fn names_by_unit(comment: &str) -> Vec<(String, u32)> {
    let clause = comments::first_clause(comment).to_lowercase();
    let said: Vec<&str> = clause.split_whitespace().collect();
    let unit_of = |word: &str| UNITS.iter().find(|unit| unit.contains(&words::singular(word).as_str()));
    let unit = match said.iter().rposition(|word| *word == "in") {
        Some(at) => said.get(at + 1..).filter(|rest| rest.len() == 1).and_then(|rest| unit_of(rest.first()?)),
        None => said.first().and_then(|first| unit_of(first)).filter(|_| said.len() < 3),
    };
    let thing = comments::names(&clause).into_iter().next().filter(|name| !name.contains(' '));
    let mut found = Vec::new();
    for spelling in unit.into_iter().copied().flatten() {
        found.push(((*spelling).to_owned(), costs::PART_OF_COMMENT));
        found.extend(thing.iter().map(|thing| (format!("{spelling} {thing}"), costs::NAME_IN_COMMENT)));
    }
    found
}

/// Whether the last word of a phrase tells what was done with what it names: "invoices sent".
pub fn is_participle(word: &str) -> bool {
    matches!(word, "sent" | "made" | "paid" | "given" | "taken" | "sold" | "bought" | "held" | "written" | "driven")
        || word.ends_with("ed") && word.len() > 4
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(comment: &str) -> Vec<String> {
        names_in_comment(comment).into_iter().map(|(name, _)| name).collect()
    }

    #[test]
    fn what_was_done_with_a_thing_is_no_part_of_its_name() {
        assert_eq!(names("payments received"), ["payments", "payments received"]);
        assert_eq!(names("invoices sent to accounts"), ["invoices", "invoices sent"]);
        assert_eq!(names("support tickets"), ["tickets", "support tickets"]);
    }

    #[test]
    fn what_a_thing_has_is_not_called_as_the_thing() {
        assert_eq!(names("name of the customer"), ["name customer"]);
        assert_eq!(names("date of the payment"), ["date payment"]);
        assert_eq!(names("number of seats"), ["seats", "number seats"]);
    }

    #[test]
    fn a_date_is_called_by_what_happened_then() {
        let accounts = ["accounts".to_owned()];
        let event =
            |comment: &str| names_of_event(comment, &accounts).into_iter().map(|(name, _)| name).collect::<Vec<_>>();
        assert_eq!(event("when it was delivered"), ["delivered"]);
        assert_eq!(event("day the account was opened"), ["opened"]);
        for other in ["set when it was delivered", "when it was", "when the user was asked", "date of birth"] {
            assert!(event(other).is_empty(), "{other}");
        }
    }

    #[test]
    fn numbers_are_called_by_their_units() {
        let units = |comment: &str| names_by_unit(comment).into_iter().map(|(name, _)| name).collect::<Vec<_>>();
        assert!(units("duration in minutes").contains(&"minute".to_owned()));
        assert!(units("memory in gigabytes").contains(&"gigabyte memory".to_owned()));
        assert!(units("kilometres driven").contains(&"km".to_owned()));
        for other in ["price in euros", "changed in minutes by the operator", "hours", "paid in full"] {
            assert!(units(other).iter().all(|unit| unit.starts_with("h")), "{other}: {:?}", units(other));
        }
    }
}
