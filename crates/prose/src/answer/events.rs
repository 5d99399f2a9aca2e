//! What happens to a row at the time in one of its columns, by the names of both: an order is ordered, a customer signs up, a
//! parcel is shipped.

use words::singular;

use super::columns::{spoken, spoken_relation};
use super::dates::Date;
use super::question_words::are_people;

/// A column with a time, and the rows that have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The rows, many of them: `customers`.
    pub rows: String,
    what: What,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum What {
    /// The row is of that time, as an order is of the time when it was ordered.
    Own,
    /// With it something begins that stays, as in `signed up`; what is counted by it are new ones.
    Begins(String),
    /// Something is done to the row, as in `shipped`.
    Done(String),
    /// The row does something itself, as in `died`.
    Does(String),
    /// A time that is a thing, as in `due date`.
    Thing(String),
}

/// What somebody or something does that is there from then on.
const BEGINNINGS: &[&str] = &[
    "signed up",
    "signup",
    "sign up",
    "joined",
    "registered",
    "enrolled",
    "subscribed",
    "hired",
    "onboarded",
    "admitted",
];
/// What says only that a row came to be, or nothing at all.
const COMING_TO_BE: &[&str] = &[
    "created",
    "placed",
    "made",
    "added",
    "inserted",
    "written",
    "posted",
    "held",
    "started",
    "happened",
    "occurred",
    "logged",
    "recorded",
    "issued",
    "booked",
    "entered",
    "submitted",
    "taken",
    "viewed",
    "visited",
    "received",
];
const TIMES: &[&str] = &["date", "day", "time", "timestamp", "datetime", "month", "year", "when", "at", "on", "ts"];
const IRREGULAR: &[&str] =
    &["paid", "sent", "sold", "written", "read", "won", "lost", "built", "held", "taken", "seen", "done", "born"];
/// What rows do themselves, and nobody does with them.
const DOES: &[&str] = &["died", "expired", "arrived", "departed", "left", "retired", "graduated", "ended"];

impl Event {
    pub fn of(relation: &str, column: &str) -> Self {
        let (rows, name) = (spoken_relation(relation), spoken(column));
        let words: Vec<&str> = name.split(' ').collect();
        let bare = match words.as_slice() {
            [first @ .., last] if TIMES.contains(last) => first.join(" "),
            all => all.join(" "),
        };
        let row = singular(&rows);
        let first = bare.split(' ').next().unwrap_or_default();
        let is_participle = first.ends_with("ed") || IRREGULAR.contains(&first);
        let what = match bare.as_str() {
            _ if BEGINNINGS.contains(&bare.as_str()) => {
                What::Begins(if first.starts_with("sign") { "signed up".to_owned() } else { bare.clone() })
            }
            "" => What::Own,
            _ if COMING_TO_BE.contains(&first) || is_of_noun(first, &row) => What::Own,
            _ if DOES.contains(&bare.as_str()) => What::Does(bare.clone()),
            _ if is_participle => What::Done(bare.clone()),
            _ => What::Thing(name.clone()),
        };
        Self { rows, what }
    }

    /// What is counted by such a time: `new customers`.
    pub fn counted(&self) -> String {
        match &self.what {
            What::Begins(_) if !self.rows.starts_with("new ") => format!("new {}", self.rows),
            _ => self.rows.clone(),
        }
    }

    /// A time behind the noun for the rows: ` who signed up in 2025`, ` shipped in 2025`, ` in 2025`.
    pub fn in_time(&self, time: &str) -> String {
        match &self.what {
            What::Own => format!(" {time}"),
            What::Begins(verb) => format!(" who {} {time}", self.passive(verb)),
            What::Done(verb) => format!(" {verb} {time}"),
            What::Does(verb) if are_people(&self.rows) => format!(" who {verb} {time}"),
            What::Does(verb) => format!(" that {verb} {time}"),
            What::Thing(name) => format!(" with {} {time}", super::phrases::with_article(name)),
        }
    }

    /// Whether a time has to be told with a verb of its own.
    pub fn is_verbal(&self) -> bool {
        self.what != What::Own
    }

    /// What began then is still there.
    pub fn is_beginning(&self) -> bool {
        matches!(self.what, What::Begins(_))
    }

    fn passive(&self, verb: &str) -> String {
        if ["hired", "onboarded", "admitted"].contains(&verb) { format!("were {verb}") } else { verb.to_owned() }
    }

    /// Where the data ends: `the latest order is from 30 December 2025`.
    pub fn latest(&self, date: Date) -> String {
        match &self.what {
            What::Done(verb) => format!("no {} was {verb} after {}", singular(&self.rows), date.in_words()),
            What::Does(verb) => format!("no {} {verb} after {}", singular(&self.rows), date.in_words()),
            _ => self.end(date, false, ""),
        }
    }

    /// The first or the last time, of rows that are restricted by what is said behind their noun.
    pub fn end(&self, date: Date, is_first: bool, after: &str) -> String {
        let (row, day) = (singular(&self.rows), date.in_words());
        let end = if is_first { "first" } else { "latest" };
        match &self.what {
            What::Own => format!("the {end} {row}{after} is from {day}"),
            What::Begins(verb) => {
                let verb = self.passive(verb).replacen("were ", "was ", 1);
                format!("the {end} {row}{after} {verb} on {day}")
            }
            What::Done(verb) => format!("the {end} {row}{after} was {verb} on {day}"),
            What::Does(verb) => format!("the {end} {row}{after} {verb} on {day}"),
            What::Thing(name) => format!("the {end} {name}{after} is {day}"),
        }
    }
}

/// What a question says was done to rows so that they came to be, as in `placed` of "how many orders were placed".
pub fn coming_to_be(question: &str, rows: &str) -> Option<&'static str> {
    let last = rows.rsplit(' ').next()?;
    let said = |verb: &&&str| {
        let phrases = [format!("{last} were {verb}"), format!("{last} was {verb}")];
        phrases.iter().any(|phrase| super::question_words::has(question, phrase))
    };
    COMING_TO_BE.iter().find(said).copied()
}

/// Whether a verb is that of a noun: `ordered` of `order`, `paid` of `payment`, `viewed` of `page view`.
fn is_of_noun(verb: &str, noun: &str) -> bool {
    let stem = |word: &str| word.chars().take(4).collect::<String>();
    verb == "paid" && noun.contains("payment") || noun.split(' ').any(|word| word.len() > 3 && stem(word) == stem(verb))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_row_is_told_by_what_happened_to_it() {
        let day = Date { year: 2025, month: 12, day: 30 };
        for (relation, column, latest) in [
            ("orders", "ordered_at", "the latest order is from 30 December 2025"),
            ("sales.page_views", "viewed_at", "the latest page view is from 30 December 2025"),
            ("payments", "paid_at", "the latest payment is from 30 December 2025"),
            ("orders", "order_date", "the latest order is from 30 December 2025"),
            ("customers", "signed_up", "the latest customer signed up on 30 December 2025"),
            ("employees", "hired_on", "the latest employee was hired on 30 December 2025"),
            ("orders", "shipped_at", "no order was shipped after 30 December 2025"),
            ("invoices", "due_date", "the latest due date is 30 December 2025"),
        ] {
            assert_eq!(Event::of(relation, column).latest(day), latest, "{relation}.{column}");
        }
        assert_eq!(Event::of("children", "born").latest(day), "no child was born after 30 December 2025");
        assert_eq!(Event::of("children", "born").in_time("in 2025"), " born in 2025");
        assert_eq!(Event::of("guests", "arrived_on").latest(day), "no guest arrived after 30 December 2025");
        assert_eq!(Event::of("guests", "arrived_on").in_time("in 2025"), " who arrived in 2025");
        assert_eq!(Event::of("customers", "signed_up").counted(), "new customers");
        assert_eq!(Event::of("customers", "signed_up").in_time("in 2025"), " who signed up in 2025");
        assert_eq!(Event::of("orders", "shipped_at").in_time("in 2025"), " shipped in 2025");
        assert_eq!(Event::of("orders", "ordered_at").in_time("in 2025"), " in 2025");
    }
}
