//! Rows that are listed: how many, and a few of them by name, or what many of them have in common.

use super::agreement::agreeing;
use super::columns::{Column, Role, counted_rows, top_select};
use super::conditions::Scope;
use super::{Told, counted, dates, nouns};
use crate::english_list;
use crate::outline::{Distinct, Expr};

/// So many rows are named. The first ones of more would be an arbitrary choice.
const NAMED: usize = 5;
/// So many different values are.
const VALUES: usize = 10;

impl Told<'_> {
    pub(super) fn list(&self) -> Vec<String> {
        let rows = self.facts.rows.len();
        if let Some(values) = self.different_values() {
            return vec![values];
        }
        let (scope, all) = self.scope_and_age();
        let after = scope.after_noun();
        let limited = self.facts.outline.query.limit.is_some();
        let are = if limited {
            let first = self.first_by_time();
            format!("These are {first}{}{after}", counted(rows as f64, &self.rows_noun()))
        } else {
            let more = if self.is_cut { "more than " } else { "" };
            let many = counted(rows as f64, &self.rows_noun());
            match self.done(rows as f64, &after) {
                Some(done) => super::capital(&format!("{more}{many} {done}{all}")),
                None => format!("There {} {more}{many}{after}{all}", self.are()),
            }
        };
        if rows > NAMED {
            return if all.is_empty() { self.of_many(are) } else { vec![format!("{are}.")] };
        }
        self.told_rows.set(NAMED);
        let named: Vec<String> = (0..rows).map(|row| self.row_in_list(row)).collect();
        if named.iter().all(String::is_empty) {
            return vec![format!("{are}.")];
        }
        // What is shown of the rows but no name is told as what it is: "with the emails …".
        if let Some(values) = self.values_that_are_no_names() {
            return vec![format!("{are}, with the {values} {}.", english_list(&named, "and"))];
        }
        vec![format!("{are}: {}.", english_list(&named, "and"))]
    }

    /// What was done with so many rows, where that is said of them: `were bought by customers in Oslo`.
    pub(super) fn done(&self, many: f64, after: &str) -> Option<String> {
        let done = after.strip_prefix(" that were ")?;
        match many == 1.0 {
            true if done.contains(" and ") => None,
            true => Some(format!("was {done}")),
            false => Some(format!("were {done}")),
        }
    }

    /// A list of many rows, with what else can be said of all of them.
    fn of_many(&self, are: String) -> Vec<String> {
        if self.is_cut {
            return vec![format!("{are}.")];
        }
        if self.facts.outline.query.limit.is_some() {
            let times = self.times_of_rows().map(|times| format!(", {times}")).unwrap_or_default();
            return vec![format!("{are}{times}.")];
        }
        if let Some(values) = self.values_that_are_no_names() {
            return vec![format!("{are}; the list has their {values}.")];
        }
        if let Some(parts) = self.parts_by_condition() {
            return vec![format!("{are}: {parts}.")];
        }
        match self.measured_condition() {
            Some(measured) => vec![format!("{are}."), measured],
            None => {
                let order = self.first_by_time().trim_start_matches("the ").trim_end();
                let order = if order.is_empty() { String::new() } else { format!(", the {order} first") };
                vec![format!("{are}; the list has them all{order}.")]
            }
        }
    }

    /// `There are 10 different cities: …`, where each row is one value.
    pub(super) fn different_values(&self) -> Option<String> {
        let [only] = self.columns.as_slice() else { return None };
        if only.role != Role::Label || !self.is_distinct() {
            return None;
        }
        let rows = self.facts.rows.len();
        // Groups are different anyway.
        let is_group = top_select(&self.facts).is_some_and(|select| !select.grouping.is_empty());
        let different = if is_group { "" } else { "different " };
        // "Payment methods", where the question calls them so.
        let row = counted_rows(&self.facts).map(|rows| words::singular(&rows));
        let full = format!("{} {}", row.unwrap_or_default(), only.noun);
        let is_said = super::question_words::has(self.facts.question, &full);
        let (different, noun) = if is_said { ("", &full) } else { (different, &only.noun) };
        let many = counted(rows as f64, &format!("{different}{}", nouns::plural(noun)));
        let after = self.scope.after_noun();
        let are = match self.facts.outline.query.limit {
            Some(_) => format!("These are {many}{after}"),
            None if self.is_cut => format!("There {} more than {many}{after}", self.are()),
            None if rows == 1 => format!("There {} {many}{}", self.be(), agreeing(1.0, &after)),
            None => format!("There {} {many}{after}", self.are()),
        };
        let values: Vec<String> = (0..rows).map(|row| self.row_name(row)).collect();
        Some(match rows <= VALUES {
            true => format!("{are}: {}.", english_list(&values, "and")),
            false if self.is_cut => format!("{are}."),
            false => format!("{are}; the list has them all."),
        })
    }

    /// A row that has no name, by its number: `The latest order is id 15946 (30 December 2025, cancelled, total 3,062.10).`
    pub(super) fn one_row_by_number(&self) -> Option<String> {
        let is_unnamed = !self.is_grouped() && self.rows_noun() != "rows" && !self.is_named();
        if !is_unnamed || !self.columns.iter().any(|column| column.role == Role::Identifier) {
            return None;
        }
        let first = self.first_by_time().trim_start_matches("the ");
        let after = agreeing(1.0, &self.scope.after_noun());
        let (row, are) = (self.row_in_list(0), counted(1.0, &self.rows_noun()));
        let noun = are.trim_start_matches("1 ");
        Some(match self.facts.outline.query.limit {
            // "The latest is order 9", and not "the latest order is order 9".
            Some(_) if !first.is_empty() && after.is_empty() && row.starts_with(noun) => {
                format!("The {}{} {row}.", first, self.be())
            }
            Some(_) if !first.is_empty() => format!("The {first}{noun}{after} {} {row}.", self.be()),
            Some(_) => format!("This is 1 {noun}{after}: {row}."),
            None => format!("There {} 1 {noun}{after}: {row}.", if self.be_many() == "were" { "was" } else { "is" }),
        })
    }

    /// Whether a column names the rows.
    fn is_named(&self) -> bool {
        let mut labels = self.columns.iter().filter(|column| column.role == Role::Label);
        labels.any(|label| is_name(label) || !is_state(label))
    }

    /// What the values of the only column are called, where they are no names: `emails`.
    fn values_that_are_no_names(&self) -> Option<String> {
        let [only] = self.columns.as_slice() else { return None };
        let is_name = ["name", "title", "label"].iter().any(|end| only.noun.ends_with(end));
        (only.role == Role::Label && !self.is_distinct() && !is_name).then(|| nouns::plural(&only.noun))
    }

    fn is_distinct(&self) -> bool {
        let select = top_select(&self.facts);
        select.is_some_and(|select| select.distinct != Distinct::No || !select.grouping.is_empty())
    }

    /// The time by which the rows are sorted, and whether the latest comes first.
    fn sorted_by_time(&self) -> Option<(&Column, bool)> {
        let query = &self.facts.outline.query;
        let key = query.order.first().filter(|_| query.offset.is_none())?;
        let name = key.output.as_ref().or(match &key.value {
            Expr::Column { name, .. } => Some(name),
            _ => None,
        })?;
        let is_time = |column: &&Column| column.name == *name && matches!(column.role, Role::Period(..));
        Some((self.columns.iter().find(is_time)?, key.descending))
    }

    /// `the latest ` where the rows are the first ones by a time.
    pub(super) fn first_by_time(&self) -> &'static str {
        match self.sorted_by_time() {
            None => "",
            Some((_, true)) => "the latest ",
            Some((_, false)) => "the earliest ",
        }
    }

    /// The first and the last day of rows that are sorted by a time.
    fn times_of_rows(&self) -> Option<String> {
        let (column, _) = self.sorted_by_time()?;
        let Role::Period(_, days) = &column.role else { return None };
        let days = || days.iter().flatten().copied();
        let stretch = dates::stretch(days().min(), days().max().map(|day| day.plus_days(1)))?;
        Some(if stretch.starts_with("on ") { format!("all {stretch}") } else { stretch })
    }

    /// What restricts the rows; their age apart where all rows that there are have it: `, all more than a week old: even the
    /// latest order is from 30 December 2025`.
    pub(super) fn scope_and_age(&self) -> (Scope, String) {
        let latest = self.all_are_older();
        let Some((age, latest)) = self.scope.age.clone().zip(latest) else {
            return (self.scope.clone(), String::new());
        };
        self.is_end_told.set(true);
        (Scope { age: None, ..self.scope.clone() }, format!(", all {age}: even {latest}"))
    }

    /// Where the data ends, if that is before the day that rows have to be older than.
    pub(super) fn all_are_older(&self) -> Option<String> {
        let time = self.times.iter().find(|time| time.from.is_none() && time.to.is_some())?;
        let (last, to) = (time.last?, time.to?);
        let is_plain = time.event.counted() == time.event.rows;
        (self.scope.age.is_some() && is_plain && last < to).then(|| time.event.latest(last))
    }

    /// A row by its name; by its number and what else is known of it where it has none.
    fn row_in_list(&self, row: usize) -> String {
        let mut labels = self.columns.iter().filter(|column| column.role == Role::Label);
        let identifier = self.columns.iter().find(|column| column.role == Role::Identifier);
        match identifier {
            Some(identifier) if !self.is_named() => {
                let time = self.columns.iter().find(|column| matches!(column.role, Role::Period(..)));
                let amount =
                    self.columns.iter().find(|column| column.role == Role::Measure && nouns::is_amount(column));
                let state = labels.next();
                let amount = amount.map(|column| format!("{} {}", column.noun, self.cell(column, row)));
                let parts = [time.map(|time| self.cell(time, row)), state.map(|state| self.cell(state, row)), amount];
                let parts: Vec<String> = parts.into_iter().flatten().filter(|part| !part.is_empty()).collect();
                let parts = if parts.is_empty() { String::new() } else { format!(" ({})", parts.join(", ")) };
                format!("{}{parts}", self.numbered(identifier, row))
            }
            _ => self.row_name(row),
        }
    }
}

/// Times in a list, what they share but once: `in September or October 2026`, `in October or, so far, in November 2026`.
pub(super) fn or_once(times: &[String]) -> String {
    let [first, second] = times else { return english_list(times, "or") };
    let is_year = |year: &str| year.len() == 4 && year.chars().all(|c| c.is_ascii_digit());
    let year = second.rsplit_once(' ').map(|(_, year)| year).filter(|year| is_year(year));
    let first = match year.and_then(|year| first.strip_suffix(year)).map(str::trim_end) {
        Some(bare) if bare.contains(' ') => bare,
        _ => first,
    };
    if let Some(second) = second.strip_prefix("so far ") {
        return format!("{first} or, so far, {second}");
    }
    let second = second.strip_prefix("in ").filter(|_| first.starts_with("in ")).unwrap_or(second);
    format!("{first} or {second}")
}

/// Whether a column names what a row is about.
fn is_name(column: &Column) -> bool {
    ["name", "title", "label"].iter().any(|end| column.name.ends_with(end))
}

/// Labels that say what a row is like, not which it is: those called so, and those that repeat.
fn is_state(column: &Column) -> bool {
    const STATES: [&str; 12] = [
        "status",
        "state",
        "method",
        "type",
        "kind",
        "category",
        "condition",
        "channel",
        "result",
        "outcome",
        "priority",
        "severity",
    ];
    let mut labels: Vec<&String> = column.labels.iter().collect();
    labels.sort();
    labels.dedup();
    STATES.iter().any(|state| column.name.ends_with(state)) || labels.len() * 2 < column.labels.len()
}
