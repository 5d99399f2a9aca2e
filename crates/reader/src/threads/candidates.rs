//! Questions that what was said may mean: the question before, with it in the place of what gives way, or added.

use super::openers::Mode;
use crate::help::suggestions::text_of;
use crate::lattice::Lattice;
use crate::lattice::lexicon::Category;
use crate::lattice::time_expressions::{self, TimeRange};
use crate::query::tree::ColumnId;
use words::WordKind;

/// A question to be read, and in what it is to differ from the one before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    pub text: String,
    pub change: Change,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// The one range of time.
    Time,
    /// What rows are grouped by; where it adds, further groups.
    Group {
        adds: bool,
    },
    /// The value that a column is compared with.
    Value,
    /// A further condition.
    Filter,
    /// What is shown of the rows or groups; where it adds, something more.
    Measure {
        adds: bool,
    },
    /// The number of the rows in place of a list of them.
    Count,
    Order,
    /// The same numbers of another time beside them.
    Comparison,
}

/// The places of a question where something can be put in: each from a word up to another.
pub struct Parts<'a> {
    question: &'a str,
    lattice: &'a Lattice<'a>,
    times: Vec<(usize, usize)>,
    groups: Vec<(usize, usize)>,
    values: Vec<(usize, usize, ColumnId)>,
}

/// No more candidates of a kind are read.
const MOST: usize = 24;

impl<'a> Parts<'a> {
    pub fn of(question: &'a str, lattice: &'a Lattice) -> Self {
        let all = 0..lattice.len();
        let times = all.clone().filter_map(|at| Some((at, time_end(lattice, at)?)));
        let groups = all.clone().filter_map(|at| Some((at, group_end(lattice, at)?)));
        let values = all.flat_map(|at| lattice.cell(at).values.iter().map(move |m| (at, m.end, m.target.column)));
        Self {
            question,
            lattice,
            times: outermost(times.collect()),
            groups: groups.collect(),
            values: values.collect(),
        }
    }

    /// The times that are spoken of.
    pub fn times(&self) -> Vec<TimeRange> {
        let range = |(start, end): &(usize, usize)| {
            let said = self.lattice.cell(*start).time_ranges.iter().find(|(_, to)| to == end);
            let bare = || time_expressions::bare_range(&self.lattice.words, *start).map(|(range, _)| range);
            said.map(|(range, _)| range.clone()).or_else(bare)
        };
        self.times.iter().filter_map(range).collect()
    }

    /// The question with a text in place of the words from one up to another.
    fn with(&self, start: usize, end: usize, text: &str) -> String {
        let before = text_of(self.question, self.lattice, 0, start);
        let after = text_of(self.question, self.lattice, end, self.lattice.len());
        let before = if start == 0 { "" } else { before.trim() };
        [before, text.trim(), after.trim()]
            .iter()
            .filter(|part| !part.is_empty())
            .copied()
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// Where something can be added: at the end, before the first group or time, after the first table.
    fn gaps(&self) -> Vec<usize> {
        let first = self.times.iter().chain(&self.groups).map(|part| part.0).min();
        let table = self.table().map(|(_, end)| end);
        let mut gaps: Vec<usize> = Vec::new();
        for at in [Some(self.lattice.len()), first, table].into_iter().flatten() {
            if at > 0 && !gaps.contains(&at) {
                gaps.push(at);
            }
        }
        gaps
    }

    /// The words that name the first table.
    fn table(&self) -> Option<(usize, usize)> {
        let named = |at: usize| Some((at, self.lattice.cell(at).relations.iter().map(|m| m.end).max()?));
        (0..self.lattice.len()).find_map(named)
    }

    fn added(&self, text: &str, change: Change) -> Vec<Candidate> {
        self.gaps().into_iter().map(|at| Candidate { text: self.with(at, at, text), change }).collect()
    }
}

/// All candidates for what was said, the surer kinds first: the first kind of which one can be read counts. `is_grouped`: the
/// question before shows a number for each group.
pub fn candidates(parts: &Parts<'_>, text: &str, said: &Lattice, mode: Mode, is_grouped: bool) -> Vec<Vec<Candidate>> {
    let mut groups = vec![
        comparisons(parts, text),
        times(parts, text, said, mode),
        dimensions(parts, text, said, mode),
        values(parts, text, said, mode),
    ];
    // "Germany too": beside which other value? "Over 5": of the rows, or of the numbers that are shown?
    let is_value = value_start(said).is_some();
    let names_something = (0..said.len()).any(|at| {
        let cell = said.cell(at);
        !(cell.relations.is_empty() && cell.columns.is_empty() && cell.values.is_empty())
    });
    let is_open = (is_value && mode == Mode::Add) || (is_grouped && !names_something);
    let mut others = if is_open { Vec::new() } else { filters(parts, text) };
    if mode != Mode::Narrow {
        others.extend(measures(parts, text, mode));
        others.extend(parts.added(text, Change::Order));
    }
    groups.push(others);
    groups.iter_mut().for_each(|group| group.truncate(MOST));
    groups
}

/// "compared to 2024", after a question of 2025.
fn comparisons(parts: &Parts<'_>, text: &str) -> Vec<Candidate> {
    const AGAINST: [&str; 5] = ["compared to ", "compared with ", "vs ", "versus ", "against "];
    let lower = text.to_lowercase();
    let compares = AGAINST.iter().any(|one| lower.starts_with(one));
    let candidate =
        |(_, end): &(usize, usize)| Candidate { text: parts.with(*end, *end, text), change: Change::Comparison };
    parts.times.iter().filter(|_| compares).map(candidate).collect()
}

/// "2024", "last month".
fn times(parts: &Parts<'_>, text: &str, said: &Lattice, mode: Mode) -> Vec<Candidate> {
    if time_end(said, 0) != Some(said.len()) || mode == Mode::Add {
        return Vec::new();
    }
    let text = if is_year(said, 0) { format!("in {text}") } else { text.to_owned() };
    match parts.times.as_slice() {
        [] => parts.added(&text, Change::Time),
        times => times
            .iter()
            .map(|(start, end)| Candidate { text: parts.with(*start, *end, &text), change: Change::Time })
            .collect(),
    }
}

/// "by category", "per month".
fn dimensions(parts: &Parts<'_>, text: &str, said: &Lattice, mode: Mode) -> Vec<Candidate> {
    let Some(after) =
        preposition_end(said, 0).filter(|_| group_end(said, 0) == Some(said.len()) && mode != Mode::Narrow)
    else {
        return Vec::new();
    };
    let noun = text_of(text, said, after, said.len());
    let change = Change::Group { adds: mode == Mode::Add };
    let mut found = Vec::new();
    for (start, end) in &parts.groups {
        if mode == Mode::Add {
            found.push(Candidate { text: parts.with(*end, *end, &format!("and {noun}")), change });
        } else {
            let said = [text.to_owned(), format!("per {noun}")];
            found.extend(said.into_iter().map(|text| Candidate { text: parts.with(*start, *end, &text), change }));
        }
    }
    if found.is_empty() {
        found.extend(parts.added(text, change));
        found.extend(parts.added(&format!("per {noun}"), change));
    }
    found
}

/// "Germany", "in Germany": another value of a column that is compared, or of one that is not.
fn values(parts: &Parts<'_>, text: &str, said: &Lattice, mode: Mode) -> Vec<Candidate> {
    let Some(start) = value_start(said) else { return Vec::new() };
    let value = text_of(text, said, start, said.len());
    let columns: Vec<ColumnId> =
        said.cell(start).values.iter().filter(|m| m.end == said.len()).map(|m| m.target.column).collect();
    let mut found = Vec::new();
    for (start, end, _) in parts.values.iter().filter(|(.., column)| columns.contains(column)) {
        let (at, text) = if mode == Mode::Add { (*end, format!("or {value}")) } else { (*start, value.clone()) };
        found.push(Candidate { text: parts.with(at, *end, &text), change: Change::Value });
    }
    if found.is_empty() && mode != Mode::Add {
        let prepositions = ["in", "from", "for", "with", "of"].map(|one| format!("{one} {value}"));
        let typed = text != value;
        let ways = typed.then(|| text.to_owned()).into_iter().chain(prepositions).chain([text.to_owned()]);
        found.extend(ways.flat_map(|text| parts.added(&text, Change::Filter)));
        // "Cancelled orders", but "orders in Germany".
        if let Some((at, _)) = parts.table() {
            let adjective = Candidate { text: parts.with(at, at, &value), change: Change::Filter };
            let place = if value.starts_with(char::is_uppercase) { found.len() } else { 0 };
            found.insert(place, adjective);
        }
    }
    found
}

/// Where the value begins that is all that was said, but for a preposition.
fn value_start(said: &Lattice) -> Option<usize> {
    let begins = |at: &usize| said.cell(*at).values.iter().any(|m| m.end == said.len());
    (0..said.len().min(3)).find(begins).filter(|start| (0..*start).all(|at| is_small(said, at)))
}

/// "over 100", "without newsletter".
fn filters(parts: &Parts<'_>, text: &str) -> Vec<Candidate> {
    const DENIED: [&str; 6] = ["excluding ", "without ", "except ", "not in ", "not from ", "not "];
    let lower = text.to_lowercase();
    let denied = DENIED.iter().find(|way| lower.starts_with(**way)).and_then(|way| text.get(way.len()..));
    let ways = ["with", "of", "for"].map(|way| format!("{way} {text}"));
    let without = denied.into_iter().flat_map(|rest| ["not in", "not from"].map(|way| format!("{way} {rest}")));
    let said = [text.to_owned()].into_iter();
    said.chain(without).chain(ways).flat_map(|text| parts.added(text.trim(), Change::Filter)).collect()
}

/// "number of orders" in place of "revenue", or beside it.
fn measures(parts: &Parts<'_>, text: &str, mode: Mode) -> Vec<Candidate> {
    let starts = parts.times.iter().map(|one| one.0).chain(parts.groups.iter().map(|one| one.0));
    // "In Germany": from the preposition on.
    let values = parts
        .values
        .iter()
        .filter(|one| one.0 > 0)
        .map(|one| if is_small(parts.lattice, one.0 - 1) { one.0 - 1 } else { one.0 });
    let first = starts.chain(values).min().unwrap_or(parts.lattice.len());
    if mode == Mode::Add {
        let text = parts.with(first, first, &format!("and {text}"));
        return vec![Candidate { text, change: Change::Measure { adds: true } }];
    }
    let change = Change::Measure { adds: false };
    let mut found = vec![Candidate { text: parts.with(0, first, text), change }];
    // "Top 5 customers by revenue": what they are ranked by.
    let by = if text.starts_with("by ") { text.to_owned() } else { format!("by {text}") };
    found.extend(parts.groups.iter().map(|(start, end)| Candidate { text: parts.with(*start, *end, &by), change }));
    if matches!(text.to_lowercase().as_str(), "how many" | "how many are there" | "count them" | "count" | "number") {
        found.push(Candidate { text: parts.with(0, 0, "number of"), change: Change::Count });
    }
    found
}

/// The position after a time that begins at a word.
fn time_end(lattice: &Lattice, at: usize) -> Option<usize> {
    let ranges = lattice.cell(at).time_ranges.iter().map(|(_, end)| *end);
    ranges.chain(is_year(lattice, at).then_some(at + 1)).max()
}

fn is_year(lattice: &Lattice, at: usize) -> bool {
    let word = lattice.words.get(at).filter(|word| word.kind == WordKind::Number && word.lower.len() == 4);
    word.and_then(|word| word.lower.parse::<u32>().ok()).is_some_and(|year| (1900..2100).contains(&year))
}

fn preposition_end(lattice: &Lattice, at: usize) -> Option<usize> {
    let ends = lattice.cell(at).categories.iter().filter(|(one, _)| matches!(one, Category::By | Category::Per));
    ends.map(|(_, end)| *end).max()
}

/// The position after a group that begins at a word: "by country and month".
fn group_end(lattice: &Lattice, at: usize) -> Option<usize> {
    let mut end = noun_end(lattice, preposition_end(lattice, at)?)?;
    while let Some(next) = joined(lattice, end).and_then(|next| noun_end(lattice, next)) {
        end = next;
    }
    Some(end)
}

fn joined(lattice: &Lattice, at: usize) -> Option<usize> {
    let joins = |one: &Category| matches!(one, Category::And | Category::Comma);
    let next = lattice.cell(at).categories.iter().find(|(one, _)| joins(one)).map(|(_, end)| *end)?;
    Some(preposition_end(lattice, next).unwrap_or(next))
}

fn noun_end(lattice: &Lattice, at: usize) -> Option<usize> {
    let article = |one: &Category| matches!(one, Category::Article | Category::Each);
    let at =
        lattice.cell(at).categories.iter().filter(|(one, _)| article(one)).map(|(_, end)| *end).max().unwrap_or(at);
    let cell = lattice.cell(at);
    let units = cell.categories.iter().filter(|(one, _)| matches!(one, Category::TimeUnit(_))).map(|(_, end)| *end);
    let names = cell.relations.iter().map(|m| m.end).chain(cell.columns.iter().map(|m| m.end));
    names.chain(units).max()
}

fn is_small(lattice: &Lattice, at: usize) -> bool {
    let ties = |one: &Category| {
        matches!(one, Category::In | Category::Of | Category::With | Category::Article | Category::Per)
    };
    lattice.cell(at).categories.iter().any(|(one, end)| *end == at + 1 && ties(one))
}

/// Of parts that lie in each other, the outer ones.
fn outermost(parts: Vec<(usize, usize)>) -> Vec<(usize, usize)> {
    let inside = |one: &(usize, usize)| parts.iter().any(|other| other != one && other.0 <= one.0 && one.1 <= other.1);
    parts.iter().filter(|one| !inside(one)).copied().collect()
}
