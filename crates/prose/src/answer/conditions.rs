//! Which rows an answer is about, in words: ` in 2025 where status is 'new'`.

use super::Facts;
use super::columns::{aggregate, counted_rows, top_select};
use super::dates::{self, Date, evaluate, stretch};
use super::events::Event;
use super::noun_phrases;
use super::phrases::{self, Phrase};
use super::plain_names::plainly;
use super::related_rows::{self, holds_subquery, rows_of};
use super::spoken_times;
use super::subquery_phrases::joined_aggregate;
use crate::Describer;
use crate::outline::{Comparison, Expr, Select};

/// The conditions of an answer in words.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Scope {
    /// The time that it is about, as in `in 2025`.
    pub time: Option<String>,
    /// All of that time is over.
    pub is_over: bool,
    /// Today is in that time; and whether it goes on tomorrow.
    pub running: Option<bool>,
    /// What happens to the rows at that time.
    pub event: Option<Event>,
    /// The rows that the conditions are on, where that is known: `customers`.
    pub rows: Option<String>,
    /// What there must be or not be beside each row, as in `without orders`.
    pub beside: Vec<String>,
    /// The other conditions, as in `in Oslo` or `with a price over 500`.
    pub phrases: Vec<Phrase>,
    /// How old the rows are at least, where the question asks for that: `more than a week old`.
    pub age: Option<String>,
    /// Those that there are no such words for, as in `the length of name is 5`.
    pub conditions: Option<String>,
    /// There are conditions that nobody would want to read.
    pub is_untold: bool,
}

impl Scope {
    /// Behind a noun for the rows, with a space before it.
    pub fn after_noun(&self) -> String {
        let (plain, verbal) = match (&self.time, self.event.as_ref().filter(|event| event.is_verbal())) {
            (Some(time), Some(event)) if self.is_on_rows(event) => (String::new(), event.in_time(time)),
            (Some(time), _) => (format!(" {time}"), String::new()),
            (None, _) => (String::new(), String::new()),
        };
        self.told(&plain, &verbal)
    }

    /// Behind a number of rows, whose noun says already where they are new ones.
    pub fn after_number(&self) -> String {
        match &self.event {
            Some(event) if event.counted() != event.rows => Self { event: None, ..self.clone() }.after_noun(),
            _ => self.after_noun(),
        }
    }

    /// Behind a noun for anything else, such as a sum.
    pub fn after_measure(&self) -> String {
        let time = self.time.as_ref().map(|time| format!(" {time}")).unwrap_or_default();
        let is_place = |phrase: &Phrase| {
            let of_rows = matches!(phrase, Phrase::Place(text) if text.ends_with(" of stock") || text == "in stock");
            matches!(phrase, Phrase::Place(_) | Phrase::When(_)) && !of_rows
        };
        let is_simple = self.phrases.iter().all(is_place) && self.beside.is_empty() && self.age.is_none();
        match &self.rows {
            Some(rows) if !is_simple => format!(" of {}{}", self.noun(rows), self.told(&time, "")),
            _ => self.told(&time, ""),
        }
    }

    /// The noun for the rows with what is said before it.
    pub fn noun(&self, rows: &str) -> String {
        if self.rows.as_deref() == Some(rows) { noun_phrases::before(&self.phrases, rows) } else { rows.to_owned() }
    }

    fn is_on_rows(&self, event: &Event) -> bool {
        self.rows.as_ref() == Some(&event.rows)
    }

    fn told(&self, time: &str, verbal_time: &str) -> String {
        let age = self.age.as_ref().map(|age| Phrase::That(format!("are {age}")));
        let phrases: Vec<Phrase> = self.phrases.iter().cloned().chain(age).collect();
        let mut text = noun_phrases::behind(&phrases, &self.beside, time, verbal_time, self.rows.as_deref());
        if let Some(conditions) = &self.conditions {
            text.push_str(&format!(" where {conditions}"));
        } else if self.is_untold {
            text.push_str(" that match the question");
        }
        text
    }

    /// The two conditions of rows that are not one thing and lack another, and what rows do that do not lack it:
    /// ` that are not discontinued` and `are in stock` of those that are out of stock.
    pub fn two_denials(&self) -> Option<(String, String)> {
        let is_bare = self.time.is_none()
            && self.age.is_none()
            && self.beside.is_empty()
            && self.conditions.is_none()
            && !self.is_untold;
        let [one, other] = self.phrases.as_slice() else { return None };
        let kept = |phrase: &Phrase| match phrase {
            Phrase::That(text) if text.starts_with("are not ") || text.starts_with("do not ") => {
                Some(noun_phrases::behind(std::slice::from_ref(phrase), &[], "", "", self.rows.as_deref()))
            }
            _ => None,
        };
        let denied = |phrase: &Phrase| match phrase {
            Phrase::Place(text) => text.strip_prefix("out of ").map(|what| format!("are in {what}")),
            Phrase::Without(text) => Some(format!("have {text}")),
            _ => None,
        };
        let both = kept(one).zip(denied(other)).or_else(|| kept(other).zip(denied(one)));
        both.filter(|_| is_bare)
    }

    /// The rows that there are none of beside each row, where that is the only condition: `reviews` of products without reviews.
    pub fn only_lack(&self) -> Option<&str> {
        let is_bare = self.time.is_none() && self.age.is_none() && self.conditions.is_none() && !self.is_untold;
        let [beside] = self.beside.as_slice() else { return None };
        beside.strip_prefix("without ").filter(|_| is_bare && self.phrases.is_empty())
    }

    /// What the rows are called, where that is the only condition.
    pub fn only_name(&self) -> Option<&str> {
        let is_bare = self.time.is_none() && self.age.is_none() && self.conditions.is_none() && !self.is_untold;
        let [Phrase::That(text)] = self.phrases.as_slice() else { return None };
        text.strip_prefix("are called ").filter(|_| is_bare && self.beside.is_empty())
    }

    /// The only condition is that something was never done with the rows.
    pub fn is_only_undone(&self) -> bool {
        let is_bare = self.time.is_none() && self.age.is_none() && self.conditions.is_none() && !self.is_untold;
        let [Phrase::That(text)] = self.phrases.as_slice() else { return false };
        text.starts_with("were never ") && is_bare && self.beside.is_empty()
    }

    /// It is about those who did something for the first time.
    pub fn is_of_firsts(&self) -> bool {
        self.phrases.iter().any(|one| matches!(one, Phrase::Place(text) if text.starts_with("with their first ")))
    }

    /// The same without its conditions.
    pub fn without_conditions(self) -> Self {
        Self { conditions: None, is_untold: false, age: None, phrases: Vec::new(), ..self }
    }

    /// The same where the noun says already what happens.
    pub fn without_event(&self) -> Self {
        Self { event: None, ..self.clone() }
    }

    /// The same without the time, where a sentence tells that itself.
    pub fn without_time(&self) -> Self {
        Self { time: None, event: None, ..self.clone() }
    }
}

/// The conditions of the statement. What can't be told in a few words is told as the builtin model read it.
pub fn scope(facts: &Facts) -> Scope {
    let Some(select) = top_select(facts) else { return Scope::default() };
    let describer = Describer::new(facts.outline);
    let (_, mut filters) = describer.describe_from(select);
    let of_joined = of_joined(facts, select);
    let are_times = of_joined.iter().all(|one| bound(one, facts.today).is_some());
    filters.extend(of_joined.iter().filter(|_| are_times));
    // Conditions on the rows of a measure are none on the rows that it is of, so that there are no words for them here.
    let told = describer.in_scope(facts.outline.query.scope, || of_filters(facts, &describer, &filters));
    let told = told.filter(|_| are_times);
    let mut scope = match told {
        Some(scope) => scope,
        None => match of_reading(facts.reading) {
            Some(conditions) => Scope { conditions: Some(conditions), ..Scope::default() },
            None => Scope { is_untold: true, ..Scope::default() },
        },
    };
    match select.having.as_ref().map(|having| phrases::of_groups(facts, having)) {
        Some(Some(phrase)) => scope.phrases.push(phrase),
        Some(None) if scope.conditions.is_none() && scope.phrases.is_empty() => {
            scope.conditions = of_reading(facts.reading);
        }
        _ => {}
    }
    scope.rows = counted_rows(facts);
    scope
}

/// The conditions on the rows that a joined subquery makes a measure of.
fn of_joined<'o>(facts: &Facts<'o>, select: &'o Select) -> Vec<&'o Expr> {
    let joined = select.columns.iter().find_map(|output| joined_aggregate(facts, &output.value));
    joined.into_iter().flat_map(|(_, select)| select.filter.iter().flat_map(conjuncts)).collect()
}

/// Longer conditions are not told.
const MOST: usize = 160;

fn of_filters<'o>(facts: &Facts, describer: &Describer<'o>, filters: &[&'o Expr]) -> Option<Scope> {
    let (mut scope, mut rest) = (Scope::default(), Vec::new());
    let flat: Vec<&Expr> = filters.iter().flat_map(|filter| conjuncts(filter)).collect();
    let (times, others): (Vec<_>, Vec<_>) = flat.into_iter().partition(|one| bound(one, facts.today).is_some());
    scope.time = time_of(facts, &times)?;
    let to = times.iter().filter_map(|one| bound(one, facts.today)?.2).min();
    let from = times.iter().filter_map(|one| bound(one, facts.today)?.1).max();
    if let (Some(from), Some(to), Some(today)) = (from, to, facts.today)
        && from <= today
        && today < to
    {
        scope.running = Some(today.plus_days(1) < to);
    }
    scope.is_over = scope.time.is_some() && to.is_none_or(|to| facts.today.is_none_or(|today| to <= today));
    scope.event = times.first().and_then(|one| event(facts, one));
    if let (None, Some(to), Some(event)) = (from, to, &scope.event)
        && let Some(age) = age(facts, to)
    {
        // Rows that are only as old as that are told by their age, others by when something was done to them.
        if event.is_verbal() {
            scope.time = Some(format!("more than {age} ago"));
        } else {
            scope.age = Some(format!("more than {age} old"));
            (scope.time, scope.event, scope.is_over) = (None, None, false);
        }
    }
    for condition in others.into_iter().filter(|one| !is_of_measures(facts, one)) {
        if let Some(phrase) = phrases::phrase(facts, condition) {
            scope.phrases.push(phrase);
            continue;
        }
        match condition {
            // What a measure is made of, there is.
            Expr::Exists(query) if related_rows::is_of_measure(facts, query) => {}
            Expr::Exists(query) => match related_rows::deed(facts, query, true) {
                Some(deed) => scope.phrases.push(deed),
                None => scope.beside.push(format!("with {}", rows_of(facts, query)?)),
            },
            Expr::Not(inner) if matches!(&**inner, Expr::Exists(_)) => lacking(facts, inner, &mut scope)?,
            Expr::Not(_) => rest.push(describer.condition(condition, false)),
            other if holds_subquery(other) => return None,
            other => rest.push(describer.condition(other, false)),
        }
    }
    scope.beside.dedup();
    related_rows::tie_both(&mut scope.beside);
    let conditions = plainly(&rest.join(" and "));
    if conditions.len() > MOST {
        return None;
    }
    scope.conditions = (!conditions.is_empty()).then_some(conditions);
    Some(scope)
}

/// What must not be beside each row.
fn lacking(facts: &Facts, exists: &Expr, scope: &mut Scope) -> Option<()> {
    let Expr::Exists(query) = exists else { return None };
    let deed = related_rows::deed(facts, query, false);
    match deed.or_else(|| related_rows::first_of_its_kind(facts, query)) {
        Some(phrase) => scope.phrases.push(phrase),
        None => scope.beside.push(format!("without {}", rows_of(facts, query)?)),
    }
    Some(())
}

/// Whether a condition only allows the times of which each measure has its own.
fn is_of_measures(facts: &Facts, condition: &Expr) -> bool {
    let Expr::Or(arms) = condition else { return false };
    let is_time = |arm: &Expr| conjuncts(arm).iter().all(|one| bound(one, facts.today).is_some());
    let has_time = |value: &Expr| aggregate(value).is_some_and(|call| call.filter.is_some());
    arms.iter().all(is_time)
        && top_select(facts).is_some_and(|select| select.columns.iter().any(|column| has_time(&column.value)))
}

/// The conditions of the statement on rows, those that only join left out.
pub fn filters<'o>(facts: &Facts<'o>) -> Vec<&'o Expr> {
    let Some(select) = top_select(facts) else { return Vec::new() };
    let (_, filters) = Describer::new(facts.outline).describe_from(select);
    filters.into_iter().flat_map(conjuncts).collect()
}

/// The conditions that all have to hold.
pub fn conjuncts(condition: &Expr) -> Vec<&Expr> {
    match condition {
        Expr::And(all) => all.iter().flat_map(conjuncts).collect(),
        other => vec![other],
    }
}

/// A column, and the time from which or before which it has to be.
pub fn bound(condition: &Expr, today: Option<Date>) -> Option<(&Expr, Option<Date>, Option<Date>)> {
    let Expr::Compare { comparison, category: 'D', sides } = condition else { return None };
    let (column, value) = (uncast(&sides.0), evaluate(&sides.1, today)?);
    if !matches!(column, Expr::Column { .. }) {
        return None;
    }
    Some(match comparison {
        Comparison::GreaterOrEqual => (column, Some(value), None),
        Comparison::Less => (column, None, Some(value)),
        Comparison::Equal => (column, Some(value), Some(value.plus_days(1))),
        _ => return None,
    })
}

fn uncast(value: &Expr) -> &Expr {
    match value {
        Expr::Cast { value, .. } => uncast(value),
        other => other,
    }
}

/// How long ago a day is, where the question asks for what is older: `a week`, `30 days`.
fn age(facts: &Facts, to: Date) -> Option<String> {
    const OLDER: [&str; 4] = ["more than", "older than", "longer than", "over"];
    let today = facts.today.filter(|today| to < *today)?;
    let is_asked = OLDER.iter().any(|words| super::question_words::has(facts.question, words));
    let days = today.days() - to.days();
    let many = |number: i64, unit: &str| match number {
        1 => format!("a {unit}"),
        number => format!("{number} {unit}s"),
    };
    let months = (1..=60).find(|months| today.plus_months(-months) == to);
    is_asked.then(|| match months {
        Some(months) if months % 12 == 0 => many(months / 12, "year"),
        Some(months) => many(months, "month"),
        None if days % 7 == 0 && days < 70 => many(days / 7, "week"),
        None => many(days, "day"),
    })
}

/// What happens at the time that a condition is on.
fn event(facts: &Facts, condition: &Expr) -> Option<Event> {
    let (Expr::Column { entry: Some(entry), name }, ..) = bound(condition, facts.today)? else { return None };
    Some(Event::of(&facts.outline.entries.get(*entry)?.name, name))
}

/// The time that conditions on one column allow; the outer `None` where they are on several.
pub fn time_of(facts: &Facts, times: &[&Expr]) -> Option<Option<String>> {
    let bounds: Vec<_> = times.iter().filter_map(|one| bound(one, facts.today)).collect();
    let Some((column, ..)) = bounds.first() else { return Some(None) };
    if bounds.iter().any(|(other, ..)| other != column) {
        return None;
    }
    let from = bounds.iter().filter_map(|(_, from, _)| *from).max();
    let to = bounds.iter().filter_map(|(_, _, to)| *to).min();
    let said = || spoken_times::as_asked(facts.question, from, to, facts.today);
    Some(dates::up_to_now(facts.question, from, to, facts.today).or_else(said).or_else(|| stretch(from, to)))
}

/// What the builtin model's reading says after its one `where` or `having`.
fn of_reading(reading: Option<&str>) -> Option<String> {
    let reading = reading?.split("; ").next()?;
    let mut parts = reading.split(" where ").flat_map(|part| part.split(" having "));
    let (_, conditions, None) = (parts.next()?, parts.next()?, parts.next()) else { return None };
    let signs =
        [(" >= ", " is at least "), (" <= ", " is at most "), (" > ", " is more than "), (" < ", " is less than ")];
    let conditions = signs.iter().fold(plainly(conditions), |text, (sign, words)| text.replace(sign, words));
    Some(conditions).filter(|text| text.len() <= MOST)
}

/// A value of the statement in words.
pub fn described(facts: &Facts, value: &Expr) -> String {
    let describer = Describer::new(facts.outline);
    plainly(&describer.in_scope(facts.outline.query.scope, || describer.value(value)))
}

/// A condition on rows in words, as in `where status is 'returned'` or `without reviews`: what stands before their noun, and the
/// noun with what stands behind it.
pub fn condition(facts: &Facts, condition: &Expr, rows: &str) -> Option<String> {
    let scope = of_condition(facts, condition)?;
    Some(format!("{}{}", noun_phrases::before(&scope.phrases, rows), scope.after_noun()))
}

/// The scope of rows that fulfil a condition.
pub fn of_condition(facts: &Facts, condition: &Expr) -> Option<Scope> {
    let describer = Describer::new(facts.outline);
    describer.in_scope(facts.outline.query.scope, || of_filters(facts, &describer, &[condition]))
}
