//! Rows of another relation that there have to be, or must not be, beside each row: `orders in 2025`, `order items from customers in
//! Oslo`; and where such rows are what was sold, what was done: `were bought by customers in Oslo`.

use super::Facts;
use super::columns::{aggregate, counted_rows, spoken, spoken_relation, top_select};
use super::conditions::{bound, conjuncts, filters, time_of};
use super::leaders::tie_of;
use super::noun_phrases::{before, behind};
use super::nouns::{self, is_quantity};
use super::phrases::{self, Phrase, constant, uncast};
use super::places;
use super::plain_names::plainly;
use super::question_words::are_people;
use super::subquery_phrases::joined_aggregate;
use crate::Describer;
use crate::outline::{Body, Comparison, Expr, FromItem, Query, Select};

/// The rows of a subquery of EXISTS in words.
struct Related<'q> {
    /// The relation that is read first.
    entry: usize,
    name: String,
    phrases: Vec<Phrase>,
    time: Option<String>,
    /// Conditions that there are no words for.
    rest: Vec<&'q Expr>,
}

/// The rows of a subquery of EXISTS: the relation that it reads first, and what they are restricted to.
pub fn rows_of(facts: &Facts, query: &Query) -> Option<String> {
    let related = related(facts, query)?;
    let time = related.time.map(|time| format!(" {time}")).unwrap_or_default();
    let describer = Describer::new(facts.outline);
    let conditions = plainly(&describer.in_scope(query.scope, || describer.all_of(&related.rest)));
    let conditions = if conditions.is_empty() { conditions } else { format!(" where {conditions}") };
    let is_bare = time.is_empty() && conditions.is_empty();
    if let Some(key) = reference(query).filter(|_| is_bare && related.phrases.is_empty()) {
        return Some(key);
    }
    // "An average rating of 5" is that of ratings.
    let last = words::singular(related.name.rsplit(' ').next().unwrap_or_default());
    if let ([Phrase::With(what)], true) = (related.phrases.as_slice(), is_bare)
        && what.split(' ').any(|word| word == last)
    {
        return Some(what.clone());
    }
    let rows = before(&related.phrases, &related.name);
    Some(format!("{rows}{}{conditions}", behind(&related.phrases, &[], &time, "", Some(&related.name))))
}

/// Related rows of two kinds, of each of which there have to be some: `with orders in both of the categories Phones and Laptops`.
pub fn tie_both(beside: &mut Vec<String>) {
    let [first, second] = beside.as_slice() else { return };
    let parts = |text: &str| {
        let (rows, rest) = text.strip_prefix("with ")?.split_once(" of the ")?;
        let (kind, value) = rest.split_once(' ')?;
        Some((rows.to_owned(), kind.to_owned(), value.to_owned()))
    };
    let (Some((rows, kind, one)), Some((others, other_kind, other))) = (parts(first), parts(second)) else { return };
    if rows == others && kind == other_kind {
        let (tie, kinds) = (tie_of(&kind), nouns::plural(&kind));
        *beside = vec![format!("with {rows} {tie} both of the {kinds} {one} and {other}")];
    }
}

/// What the one row is called that each row refers to by a key of its own: `a parent` for `parent_id`, whatever the table is called
/// that it is in.
fn reference(query: &Query) -> Option<String> {
    let Body::Select(select) = &query.body else { return None };
    let entry = first_entry(select)?;
    let [Expr::Compare { comparison: Comparison::Equal, sides, .. }] =
        select.filter.iter().flat_map(conjuncts).collect::<Vec<_>>()[..]
    else {
        return None;
    };
    let key = match (uncast(&sides.0), uncast(&sides.1)) {
        (Expr::Column { entry: Some(one), name: id }, Expr::Column { entry: Some(other), name })
        | (Expr::Column { entry: Some(other), name }, Expr::Column { entry: Some(one), name: id })
            if *one == entry && *other != entry && id == "id" =>
        {
            name
        }
        _ => return None,
    };
    spoken(key).strip_suffix(" id").map(phrases::with_article)
}

/// What was done with rows of which there is none that it was never done with: `were ordered`.
pub fn done_with_all(facts: &Facts) -> Option<String> {
    filters(facts).into_iter().find_map(|condition| match condition {
        Expr::Not(inner) => match &**inner {
            Expr::Exists(query) => match deed(facts, query, true)? {
                Phrase::That(done) => Some(done),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    })
}

/// What was done with rows where lines of sales are beside them, in the verb of the question: `were bought by customers in Oslo in
/// 2025`, `were never sold`.
pub fn deed(facts: &Facts, query: &Query, is_done: bool) -> Option<Phrase> {
    const VERBS: [(&str, &[&str]); 3] = [
        ("bought", &["bought", "buy", "buys", "purchased", "purchase"]),
        ("sold", &["sold", "sell", "sells"]),
        ("ordered", &["ordered"]),
    ];
    let (verb, _) = VERBS.iter().find(|(_, forms)| forms.iter().any(|form| says(facts.question, form)))?;
    let related = related(facts, query)?;
    let rows = counted_rows(facts).filter(|rows| !are_people(rows))?;
    let is_line = facts.outline.entries.get(related.entry)?.columns.iter().any(|name| is_quantity(name));
    // Lines of the row itself are its parts, and nothing that was done with it.
    if !is_line || !related.rest.is_empty() || related.name.starts_with(&words::singular(&rows)) {
        return None;
    }
    let who: Option<Vec<String>> = related.phrases.iter().map(doer).collect();
    let who: String = who?.iter().map(|who| format!(" by {who}")).collect();
    let time = related.time.map(|time| format!(" {time}")).unwrap_or_default();
    let were = match (is_done, time.is_empty() && who.is_empty()) {
        (true, _) => "were",
        (false, true) => "were never",
        (false, false) => "were not",
    };
    // An order may have been cancelled, so that what was ordered need not have been sold; what was not ordered was not.
    let is_order = related.name.split(' ').any(|word| words::singular(word) == "order");
    let verb = if is_done && is_order { "ordered" } else { verb };
    Some(Phrase::That(format!("{were} {verb}{who}{time}")))
}

/// Whether the question has a word in this form.
fn says(question: &str, form: &str) -> bool {
    super::question_words::of(question).iter().any(|word| word == form)
}

/// Who does something, by what says whose rows are meant: `customers in Oslo` of `from customers in Oslo`, and `customers named Ada
/// Haas` of `of the customer Ada Haas`.
fn doer(phrase: &Phrase) -> Option<String> {
    let Phrase::Place(place) = phrase else { return None };
    if let Some(people) = place.strip_prefix("from ") {
        return Some(people.to_owned());
    }
    let people = place.strip_prefix("of ")?;
    people.split_once(" named ").filter(|(kind, _)| are_people(kind)).map(|_| people.to_owned())
}

/// The condition that a row is the first of its kind: there is none of the same relation with the same key and an earlier time.
/// Those that are counted by this key are told with it: `with their first order`.
pub fn first_of_its_kind(facts: &Facts, query: &Query) -> Option<Phrase> {
    let Body::Select(select) = &query.body else { return None };
    let [FromItem::Entry { entry, .. }] = select.from.as_slice() else { return None };
    let name = &facts.outline.entries.get(*entry)?.name;
    let (mut key, mut is_earlier) = (None, false);
    for condition in select.filter.iter().flat_map(conjuncts) {
        let Expr::Compare { comparison, sides, .. } = condition else { return None };
        let (Expr::Column { entry: Some(one), name: column }, Expr::Column { entry: Some(other), name: same }) =
            (uncast(&sides.0), uncast(&sides.1))
        else {
            return None;
        };
        let outer = if one == entry { other } else { one };
        let is_same = column == same && one != other && facts.outline.entries.get(*outer)?.name == *name;
        match comparison {
            _ if !is_same => return None,
            Comparison::Equal if key.is_none() => key = Some(column),
            Comparison::Less if one == entry && !is_earlier => is_earlier = true,
            _ => return None,
        }
    }
    let key = key.filter(|_| is_earlier)?;
    let is_key = |value: &Expr| matches!(value, Expr::Column { name, .. } if name == key);
    let counts_key = |value: &Expr| {
        aggregate(value).is_some_and(|call| call.name == "count" && call.distinct && call.args.iter().all(is_key))
    };
    let is_counted = top_select(facts)?.columns.iter().any(|column| counts_key(&column.value));
    let row = words::singular(&spoken_relation(name));
    Some(match is_counted && spoken(key).ends_with(" id") {
        true => Phrase::Place(format!("with their first {row}")),
        false => Phrase::Adjective("first".to_owned()),
    })
}

/// Whether rows have to be there only because a measure of the answer is made of them.
pub fn is_of_measure(facts: &Facts, query: &Query) -> bool {
    let Some(related) = related(facts, query).filter(|one| one.phrases.is_empty() && one.rest.is_empty()) else {
        return false;
    };
    let relation = |entry: usize| facts.outline.entries.get(entry).map(|entry| &entry.name);
    let reads = |select: &Select| {
        first_entry(select).is_some_and(|first| relation(first).is_some() && relation(first) == relation(related.entry))
    };
    let outputs = top_select(facts).map(|select| select.columns.as_slice()).unwrap_or_default();
    let measured = |value: &Expr| joined_aggregate(facts, value).is_some_and(|(_, select)| reads(select));
    related.time.is_none() && outputs.iter().any(|output| measured(&output.value))
}

fn related<'q>(facts: &Facts, query: &'q Query) -> Option<Related<'q>> {
    let Body::Select(select) = &query.body else { return None };
    let entry = first_entry(select)?;
    let name = spoken_relation(&facts.outline.entries.get(entry)?.name);
    let filters: Vec<&Expr> = select.filter.iter().flat_map(conjuncts).collect();
    let (times, rest): (Vec<_>, Vec<_>) = filters.into_iter().partition(|one| bound(one, facts.today).is_some());
    let (mut phrases, mut others) = (Vec::new(), Vec::new());
    for condition in rest.into_iter().filter(|one| !is_join(one)) {
        match said(facts, condition, entry, &name) {
            Some(phrase) => phrases.push(phrase),
            None => others.push(condition),
        }
    }
    let is_told = !others.iter().any(|one| holds_subquery(one) || compares_columns(one));
    let time = time_of(facts, &times)?;
    (is_told && select.grouping.is_empty() && select.having.is_none()).then_some(Related {
        entry,
        name,
        phrases,
        time,
        rest: others,
    })
}

/// A condition behind the noun for the related rows. What is a condition on rows that these are joined with has to say whose it is.
fn said(facts: &Facts, condition: &Expr, entry: usize, name: &str) -> Option<Phrase> {
    let of = owner(condition)?;
    let phrase = phrases::phrase(facts, condition)?;
    let is_by_name = matches!(&phrase, Phrase::Place(place) if place.starts_with("of the ") || place.contains(" named "))
        || matches!(phrase, Phrase::Called(_));
    // The name of a city is not that of the branch that is there.
    if is_by_name && (of == entry || !is_own_name(facts, condition, of)) {
        return None;
    }
    if of == entry {
        return Some(match phrase {
            // "Orders in Oslo", and not "orders of orders in Oslo".
            Phrase::Place(place) => {
                let own = ["of", "from"].iter().find_map(|tie| place.strip_prefix(&format!("{tie} {name} ")));
                Phrase::Place(own.map(str::to_owned).unwrap_or(place))
            }
            other => other,
        });
    }
    match phrase {
        Phrase::Place(place) if place.starts_with("from ") || place.starts_with("of ") => Some(Phrase::Place(place)),
        Phrase::Called(_) => {
            let Expr::Compare { sides, .. } = condition else { return None };
            let value = constant(&sides.1)?;
            let owner = spoken_relation(&facts.outline.entries.get(of)?.name);
            Some(Phrase::Place(places::of_called(&owner, &[value], &schema::sanitize::one_line(value))))
        }
        _ => None,
    }
}

/// Whether a condition is on the name of the rows themselves: `name`, or `superhero_name` of superheroes.
fn is_own_name(facts: &Facts, condition: &Expr, of: usize) -> bool {
    let Some(Expr::Column { name, .. }) = column_of(condition) else { return false };
    let name = spoken(name);
    let rows = facts.outline.entries.get(of).map(|entry| words::singular(&spoken_relation(&entry.name)));
    let last = rows.as_deref().and_then(|rows| rows.rsplit(' ').next()).unwrap_or_default();
    let kind = name.rsplit_once(' ').map_or("", |(kind, _)| kind);
    kind.is_empty() || kind == last || rows.as_deref() == Some(kind)
}

/// Whose column a condition is on.
fn owner(condition: &Expr) -> Option<usize> {
    match column_of(condition)? {
        Expr::Column { entry, .. } => *entry,
        _ => None,
    }
}

/// The column that a condition is on.
fn column_of(condition: &Expr) -> Option<&Expr> {
    let value = match condition {
        Expr::Compare { sides, .. } => &sides.0,
        Expr::In { value, .. } | Expr::Between { value, .. } | Expr::Like { value, .. } => value,
        Expr::Not(inner) => return column_of(inner),
        Expr::Or(all) => return column_of(all.first()?),
        Expr::Is { value, .. } | Expr::IsNull(value) => value,
        column => column,
    };
    Some(uncast(value)).filter(|value| matches!(value, Expr::Column { .. }))
}

fn first_entry(select: &Select) -> Option<usize> {
    let mut item = select.from.first()?;
    while let FromItem::Join { left, .. } = item {
        item = left;
    }
    let FromItem::Entry { entry, .. } = item else { return None };
    Some(*entry)
}

fn compares_columns(one: &Expr) -> bool {
    let is_column = |value: &Expr| matches!(uncast(value), Expr::Column { .. });
    matches!(one, Expr::Compare { sides, .. } if is_column(&sides.0) && is_column(&sides.1))
}

fn is_join(one: &Expr) -> bool {
    compares_columns(one) && matches!(one, Expr::Compare { comparison: Comparison::Equal, .. })
}

/// Whether a condition has a query of its own, or a call, for which there are no words.
pub fn holds_subquery(condition: &Expr) -> bool {
    match condition {
        Expr::Subquery(_) | Expr::Exists(_) | Expr::ArrayOf(_) | Expr::Any { .. } | Expr::Call { .. } => true,
        Expr::Compare { sides, .. } => holds_subquery(&sides.0) || holds_subquery(&sides.1),
        Expr::And(all) | Expr::Or(all) => all.iter().any(holds_subquery),
        Expr::Not(one) | Expr::IsNull(one) | Expr::Is { value: one, .. } | Expr::Cast { value: one, .. } => {
            holds_subquery(one)
        }
        Expr::In { value, .. } | Expr::Between { value, .. } | Expr::Like { value, .. } => holds_subquery(value),
        Expr::Operator { args, .. } => args.iter().any(holds_subquery),
        _ => false,
    }
}
