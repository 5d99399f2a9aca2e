//! An answer of one row: a value, several, a winner, or a comparison of two.

use super::agreement::agreeing;
use super::columns::{Column, Role, aggregate, top_select};
use super::events::Event;
use super::figures::Style;
use super::phrases::is_supply;
use super::{Told, counted, nouns, numbers, sentence};
use crate::english_list;
use crate::outline::{Expr, RangeTableEntry};

/// More values of one row are not told.
pub(super) const MOST_VALUES: usize = 6;

impl Told<'_> {
    pub(super) fn single_row(&self) -> Vec<String> {
        let measures: Vec<&Column> = self.columns.iter().filter(|column| column.role == Role::Measure).collect();
        match self.columns.as_slice() {
            [only] => vec![self.one_value(only)],
            _ if measures.len() == self.columns.len() => {
                self.compared(&measures).unwrap_or_else(|| vec![self.several_values(&measures)])
            }
            _ => vec![self.one_row(&measures)],
        }
    }

    fn one_value(&self, column: &Column) -> String {
        let label = column.labels.first().cloned().unwrap_or_default();
        let is_null = self.facts.rows.first().and_then(|row| row.first()).is_none_or(Option::is_none);
        let noun = self.restricted(&column.noun);
        let most = self
            .facts
            .outline
            .query
            .order
            .first()
            .filter(|key| key.descending && self.facts.outline.query.offset.is_none());
        let is_most_frequent = most.and_then(|key| aggregate(&key.value)).is_some_and(|call| call.name == "count");
        match (column.numbers.first().copied().flatten(), &column.counted) {
            _ if column.role == Role::Label && is_most_frequent && !is_null => self.most_frequent(column),
            _ if column.role == Role::Label && !is_null && self.only_group().is_some() => {
                self.only_group().unwrap_or_default()
            }
            _ if is_null => self.no_value(column),
            _ if self.end_of_time(column).is_some() => self.end_of_time(column).unwrap_or_default(),
            (Some(number), Some(rows)) if column.role == Role::Measure => {
                if number == 0.0 {
                    return self.there_is_none(rows, &self.scope.after_number());
                }
                let (scope, all) = self.scope_and_age();
                self.there_are(number, rows, &format!("{}{all}", scope.after_number()))
            }
            (Some(number), _) if self.share_of_rows(column, number).is_some() => {
                self.share_of_rows(column, number).unwrap_or_default()
            }
            (Some(number), _) if self.places(column, number).is_some() => {
                self.places(column, number).unwrap_or_default()
            }
            (Some(number), _) if column.noun.starts_with("average number of ") && column.noun.contains(" per ") => {
                self.mean_of_rows(column, number)
            }
            (Some(number), _) if column.noun == nouns::STOCK_VALUE => self.stock_value(column, number),
            (Some(number), _) if column.role == Role::Measure && column.noun.starts_with("number of ") => {
                let nouns = column.noun.trim_start_matches("number of ");
                self.there_are(number, nouns, &self.scope.after_measure())
            }
            (Some(number), _) if self.sum_of_rows(column, number).is_some() => {
                self.sum_of_rows(column, number).unwrap_or_default()
            }
            (Some(number), _) if self.per_row(column, number).is_some() => {
                self.per_row(column, number).unwrap_or_default()
            }
            (Some(number), _) if column.role == Role::Measure => {
                let so_far = if self.scope.running == Some(true) { " so far" } else { "" };
                sentence(&format!("{noun} {} {}{so_far}", self.verb(), in_full(column, number)))
            }
            _ if matches!(label.as_str(), "true" | "false") => {
                format!("{} ({noun}).", if label == "true" { "Yes" } else { "No" }).replace(",).", ").")
            }
            _ => sentence(&format!("{noun} {} {}", self.verb(), self.cell(column, 0))),
        }
    }

    /// `The average is 150.24 seconds per page view.`
    fn per_row(&self, column: &Column, number: f64) -> Option<String> {
        let (what, unit) = super::units::of_unit(&column.noun)?;
        let rows = self.scope.rows.as_ref()?;
        let (row, after) = (words::singular(&self.scope.noun(rows)), self.scope.after_noun());
        Some(sentence(&format!("the {what} {} {} {unit} per {row}{after}", self.verb(), in_full(column, number))))
    }

    /// `There is 1 city with fewer than 480 customers: Madrid.`
    fn only_group(&self) -> Option<String> {
        let is_group = top_select(&self.facts).is_some_and(|select| !select.grouping.is_empty());
        let is_whole = is_group && self.facts.outline.query.limit.is_none();
        self.different_values().filter(|_| is_whole)
    }

    /// `The first order is from 2 January 2024.`
    fn end_of_time(&self, column: &Column) -> Option<String> {
        let Role::Period(_, days) = &column.role else { return None };
        let output = top_select(&self.facts)?.columns.first()?;
        let call = aggregate(&output.value).filter(|call| call.filter.is_none())?;
        let [Expr::Column { entry: Some(entry), name }] = call.args.as_slice() else { return None };
        let entry = self.facts.outline.entries.get(*entry)?;
        let (event, day) = (Event::of(&entry.name, name), days.first().copied().flatten()?);
        let is_first = match call.name.as_str() {
            "min" => true,
            "max" => false,
            _ => return None,
        };
        let rows = self.scope.rows.as_ref().is_none_or(|rows| *rows == event.rows);
        let after = self.scope.without_event().after_noun();
        rows.then(|| sentence(&event.end(day, is_first, &agreeing(1.0, &after))))
    }

    /// `Payments in October 2026 came to 366,666.63.`
    fn sum_of_rows(&self, column: &Column, number: f64) -> Option<String> {
        let rows = column.noun.strip_prefix("total of ").filter(|_| column.role == Role::Measure)?;
        let is_counted = super::columns::counted_rows(&self.facts).is_some_and(|counted| counted == rows);
        let comma = if self.scope.conditions.is_some() { "," } else { "" };
        let (come, so_far) = match (self.scope.is_over, self.scope.running) {
            (true, _) => ("came", ""),
            (false, Some(true)) => ("come", " so far"),
            (false, _) => ("come", ""),
        };
        let (noun, after, value) = (self.scope.noun(rows), self.scope.after_noun(), in_full(column, number));
        is_counted.then(|| sentence(&format!("{noun}{after}{comma} {come} to {value}{so_far}")))
    }

    /// `The most popular payment method is card.`, in the words of the question where it has them.
    fn most_frequent(&self, column: &Column) -> String {
        const WORDS: [&str; 4] = ["popular", "common", "used", "frequent"];
        let said = |word: &&&str| super::question_words::has(self.facts.question, &format!("most {word}"));
        let word = WORDS.iter().find(said).unwrap_or(&"frequent");
        // "Payment method", where the question calls it so.
        let row = super::columns::counted_rows(&self.facts).map(|rows| words::singular(&rows)).unwrap_or_default();
        let full = format!("{row} {}", column.noun);
        let noun = if super::question_words::has(self.facts.question, &full) { full } else { column.noun.clone() };
        let (after, be) = (self.scope.after_noun(), self.verb());
        sentence(&format!("the most {word} {noun}{after} {be} {}", self.row_name(0)))
    }

    /// `There are customers in 7 countries.`
    fn places(&self, column: &Column, number: f64) -> Option<String> {
        let nouns = column.noun.strip_prefix("number of different ")?;
        let rows = super::columns::counted_rows(&self.facts).map(|rows| self.scope.noun(&rows))?;
        let is_place = super::places::PLACES.contains(&words::singular(nouns).as_str()) && number > 0.0;
        is_place.then(|| {
            let many = counted(number, nouns);
            // What restricts the rows is easier to follow before the number.
            match self.scope.after_noun().as_str() {
                "" => format!("There are {rows} in {many}."),
                after => sentence(&format!("the {rows}{after} {} in {many}", self.be_many())),
            }
        })
    }

    fn there_are(&self, number: f64, nouns: &str, scope: &str) -> String {
        let are = match (number == 1.0, self.scope.is_over) {
            _ if self.scope.running.is_some() && number == 1.0 => "has been",
            _ if self.scope.running.is_some() => "have been",
            (true, true) => "was",
            (true, false) => "is",
            (false, true) => "were",
            (false, false) => "are",
        };
        if number == 0.0 {
            return self.there_is_none(nouns, scope);
        }
        let so_far = if self.scope.running == Some(true) { " so far" } else { "" };
        let many = counted(number, nouns);
        // "5,666 orders were placed on a weekend", where the question says what was done.
        let done = super::events::coming_to_be(self.facts.question, nouns).filter(|_| !scope.contains(" who "));
        if let Some(done) = done {
            let was = if number == 1.0 { "was" } else { "were" };
            // What is said of them may begin with it: "written by Ada".
            let done = if scope.trim_start().split(' ').next() == Some(done) { "" } else { done };
            if done.is_empty() {
                return format!("{many} {was}{scope}.");
            }
            return format!("{many} {was} {done}{scope}.");
        }
        if let Some(done) = self.done(number, scope) {
            return format!("{many} {done}{so_far}.");
        }
        format!("There {are} {many}{}{so_far}.", agreeing(number, scope))
    }

    /// `On average, an order has 2.49 items, whatever their quantity.`
    fn mean_of_rows(&self, column: &Column, number: f64) -> String {
        let (rows, per) = column.noun.trim_start_matches("average number of ").split_once(" per ").unwrap_or_default();
        let each = super::phrases::with_article(per);
        // "An order has items", not "order items".
        let what = rows.strip_prefix(per).map_or(rows, str::trim_start);
        let is_counted = |entry: &RangeTableEntry| super::columns::spoken_relation(&entry.name) == rows;
        let has_quantity = |entry: &RangeTableEntry| entry.columns.iter().any(|name| nouns::is_quantity(name));
        let once = if self.facts.outline.entries.iter().any(|entry| is_counted(entry) && has_quantity(entry)) {
            ", whatever their quantity"
        } else {
            ""
        };
        let (after, has) = (self.scope.after_measure(), self.has());
        // The mean is of those that have some, which all have of their own parts alone.
        if !rows.starts_with(per) {
            let (have, many) = (if self.scope.is_over { "had" } else { "have" }, column.figures.show(number));
            return sentence(&format!("{} with {rows}{after} {have} {many} of them on average", nouns::plural(per)));
        }
        sentence(&format!("on average, {each}{after} {has} {} {what}{once}", column.figures.show(number)))
    }

    /// `All products in stock are worth 48.4 million (48,404,118.20) together, counted at their prices.`
    fn stock_value(&self, column: &Column, number: f64) -> String {
        let Some((rows, price)) = nouns::stock_and_price(&self.facts, column) else {
            return sentence(&format!("{} {} {}", super::with_the(&column.noun), self.verb(), in_full(column, number)));
        };
        let (after, are, value) = (self.scope.after_noun(), self.be_many(), in_full(column, number));
        format!("All {rows} in stock{after} {are} worth {value} together, counted at their {price}.")
    }

    /// A NULL: no rows where the data ends before the time that is asked for, else nothing that it could be made of.
    fn no_value(&self, column: &Column) -> String {
        match self.times.iter().find(|time| time.is_beyond()) {
            Some(time) => self.there_is_none(&time.event.rows, &self.scope.without_event().after_noun()),
            None => {
                let is = self.verb();
                let noun = self.scope.after_measure();
                format!("There {is} no {}{noun}: no data was found.", column.noun)
            }
        }
    }

    /// What is told of a time that is over is told as past.
    fn verb(&self) -> &'static str {
        if self.scope.is_over { "was" } else { "is" }
    }

    fn several_values(&self, measures: &[&Column]) -> String {
        let told = |column: &&Column| match column.numbers.first().copied().flatten() {
            Some(number) => {
                format!("{} {} {}", super::with_the(&column.noun), self.verb(), column.figures.show(number))
            }
            None => format!("there is no {}", column.noun),
        };
        if measures.iter().all(|column| column.numbers.first().copied().flatten().is_none()) {
            return format!("There {} no data{}.", self.verb(), self.scope.after_noun());
        }
        if let Some(counts) = self.several_counts(measures) {
            return counts;
        }
        let parts: Vec<String> = measures.iter().take(MOST_VALUES).map(told).collect();
        let scope = if self.scope.is_untold { String::new() } else { self.scope.after_measure() };
        match scope.trim_start() {
            "" => sentence(&english_list(&parts, "and")),
            scope if scope.starts_with("where ") || scope.starts_with("of ") => {
                sentence(&format!("{}, {scope}", english_list(&parts, "and")))
            }
            scope => sentence(&format!("{scope}, {}", english_list(&parts, "and"))),
        }
    }

    /// `In October 2026, there were 185 orders and 112 different customers.`
    fn several_counts(&self, measures: &[&Column]) -> Option<String> {
        let told = |column: &&Column| {
            let rows = column.noun.strip_prefix("number of ").filter(|_| column.timed.is_none())?;
            Some(counted(column.numbers.first().copied().flatten()?, rows))
        };
        let counts: Vec<String> = measures.iter().take(MOST_VALUES).map(told).collect::<Option<_>>()?;
        let is_one = counts.first().is_some_and(|first| first.starts_with("1 "));
        let are = match (self.scope.running.is_some(), self.scope.is_over, is_one) {
            (true, _, true) => "has been",
            (true, _, false) => "have been",
            (_, true, true) => "was",
            (_, true, false) => "were",
            (_, false, true) => "is",
            (_, false, false) => "are",
        };
        let so_far = if self.scope.running == Some(true) { " so far" } else { "" };
        let (counts, after) = (english_list(&counts, "and"), self.scope.after_measure());
        let is_time = self.scope.time.as_ref().is_some_and(|time| after.trim_start() == *time);
        if !is_time && !after.is_empty() {
            return None;
        }
        Some(match after.trim_start() {
            "" => format!("There {are} {counts}{so_far}."),
            time => sentence(&format!("{time}, there {are} {counts}{so_far}")),
        })
    }

    /// `has the highest revenue`, `has the most orders`, `has the lowest price`.
    pub(super) fn has_most(&self, column: &Column, descending: bool) -> String {
        let has = self.has();
        match (&column.counted, descending) {
            (Some(rows), true) => format!("{has} the most {rows}"),
            (Some(rows), false) => format!("{has} the fewest {rows}"),
            (None, true) if is_plural(&column.noun) => format!("{has} the most {}", column.noun),
            (None, false) if is_plural(&column.noun) => format!("{has} the fewest {}", column.noun),
            (None, _) if column.noun.starts_with(if descending { "lowest " } else { "highest " }) => {
                format!("is first by {}", column.noun)
            }
            (None, _) if column.noun == "spending" => {
                format!("spent the {}", if descending { "most" } else { "least" })
            }
            (None, _) if is_supply(&column.noun) => {
                format!("{has} the {} {}", if descending { "largest" } else { "smallest" }, column.noun)
            }
            (None, true) => format!("{has} the highest {}", without_extreme(&column.noun)),
            (None, false) => format!("{has} the lowest {}", without_extreme(&column.noun)),
        }
    }
}

/// Whether a noun is of many, such as `units`.
pub(super) fn is_plural(noun: &str) -> bool {
    // "Units sold" are many too.
    let noun = noun.strip_suffix(" sold").unwrap_or(noun);
    let last = noun.rsplit(' ').next().unwrap_or_default();
    words::singular(last) != last && !noun.contains(" of ")
}

/// The number exactly, beside its short form where that is another.
fn in_full(column: &Column, number: f64) -> String {
    let (short, exact) = (column.figures.show(number), numbers::exact(number));
    if column.figures.style != Style::Plain || short == exact { short } else { format!("{short} ({exact})") }
}

/// A noun that says itself that it is the highest or the lowest of something has no second superlative.
fn without_extreme(noun: &str) -> &str {
    noun.strip_prefix("highest ").or_else(|| noun.strip_prefix("lowest ")).unwrap_or(noun)
}
