//! The chart: for each word of the question, every lexicon phrase, relation, column, value and time that begins there.
//!
//! Finds candidates and ranks how well each matches; chooses nothing.

use super::calendar::{self, Window};
use super::lexicon::{self, Use};
use super::matching;
use super::query::ColumnId;
use super::schema::Schema;
use crate::linking::words::{Kind, Word};

/// Something the words from its place in the chart to `end` may stand for. A lower rank is a better match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention<T> {
    pub target: T,
    pub end: usize,
    pub rank: u32,
}

/// A value that occurs in a column, as it is stored there.
pub type Value = (ColumnId, String);

/// What begins at one word.
#[derive(Debug, Default)]
pub struct Cell {
    pub uses: Vec<(Use, usize)>,
    pub relations: Vec<Mention<usize>>,
    pub columns: Vec<Mention<ColumnId>>,
    pub values: Vec<Mention<Value>>,
    pub window: Option<(Window, usize)>,
}

/// The words with what begins at each.
pub struct Chart {
    pub words: Vec<Word>,
    cells: Vec<Cell>,
    /// What lies beyond the last word.
    nothing: Cell,
}

impl Chart {
    /// Finds everything the words may stand for.
    pub fn new(words: Vec<Word>, schema: &Schema) -> Self {
        let mut cells: Vec<Cell> = (0..words.len())
            .map(|start| Cell {
                uses: lexicon::uses(&words, start),
                window: calendar::window(&words, start),
                ..Cell::default()
            })
            .collect();
        let mut longest = Vec::new();
        for (start, relation) in matching::relations(&words, schema) {
            longest.push((start, relation.end));
            push(&mut cells, start, |cell| cell.relations.push(relation));
        }
        for (start, column) in matching::columns(&words, schema) {
            longest.push((start, column.end));
            push(&mut cells, start, |cell| cell.columns.push(column));
        }
        for (start, value) in matching::values(&words, schema) {
            longest.push((start, value.end));
            push(&mut cells, start, |cell| cell.values.push(value));
        }
        keep_longest(&mut cells, &longest);
        qualify(&mut cells);
        Self { words, cells, nothing: Cell::default() }
    }

    /// What begins at a position; nothing past the end.
    pub fn at(&self, position: usize) -> &Cell {
        self.cells.get(position).unwrap_or(&self.nothing)
    }

    /// The number of words.
    pub fn len(&self) -> usize {
        self.words.len()
    }

    /// A word in lower case; empty past the end.
    pub fn lower(&self, position: usize) -> &str {
        self.words.get(position).map_or("", |word| word.lower.as_str())
    }

    /// Whether the phrase that ends before `end` is a plural.
    pub fn is_plural(&self, end: usize) -> bool {
        self.words.get(end.saturating_sub(1)).is_some_and(|word| word.singular != word.lower)
    }

    /// Whether the phrase that ends before `end` owns what follows: "customers' names".
    pub fn is_possessive(&self, end: usize) -> bool {
        self.words.get(end.saturating_sub(1)).is_some_and(|word| word.text.contains(['\'', '’']))
    }

    /// The words that nothing in the chart accounts for, as the user spelled them.
    pub fn unknown(&self) -> Vec<String> {
        let mut known: Vec<bool> =
            self.words.iter().map(|word| matches!(word.kind, Kind::Number | Kind::Date | Kind::Quoted)).collect();
        for (start, cell) in self.cells.iter().enumerate() {
            let ends = cell.uses.iter().map(|(_, end)| *end).chain(cell.relations.iter().map(|m| m.end));
            let ends = ends.chain(cell.columns.iter().map(|m| m.end)).chain(cell.values.iter().map(|m| m.end));
            let end = ends.chain(cell.window.iter().map(|(_, end)| *end)).max().unwrap_or(start);
            known.iter_mut().take(end).skip(start).for_each(|known| *known = true);
        }
        let unknown = self.words.iter().zip(known).filter(|(_, known)| !known);
        unknown.map(|(word, _)| word.text.chars().take(60).collect()).collect()
    }

    /// What the words were taken for, for a message to the user.
    pub fn understood(&self, schema: &Schema) -> String {
        let mut parts: Vec<String> = Vec::new();
        let mut position = 0;
        while let Some(cell) = self.cells.get(position) {
            let column = cell.columns.iter().min_by_key(|m| m.rank).map(|m| (m.end, schema.spelled(m.target)));
            let relation =
                cell.relations.iter().min_by_key(|m| m.rank).map(|m| (m.end, schema.relation(m.target).name.clone()));
            let value =
                cell.values.first().map(|m| (m.end, format!("{} = {}", schema.spelled(m.target.0), m.target.1)));
            let window = cell.window.as_ref().map(|(window, end)| (*end, window.text.clone()));
            let best = [column, relation, value, window].into_iter().flatten().max_by_key(|(end, _)| *end);
            position = best.as_ref().map_or(position + 1, |(end, _)| *end);
            parts.extend(best.map(|(_, text)| text).filter(|text| !parts.contains(text)));
        }
        parts.truncate(12);
        parts.join(", ")
    }
}

fn push(cells: &mut [Cell], start: usize, add: impl FnOnce(&mut Cell)) {
    if let Some(cell) = cells.get_mut(start) {
        add(cell);
    }
}

/// Drops every match inside a longer one: "order items" is no mention of orders. A longer match that begins with an
/// aggregate ("average rating") leaves the shorter one standing, because the aggregate may be meant as such.
fn keep_longest(cells: &mut [Cell], spans: &[(usize, usize)]) {
    let is_aggregate = |start: usize| {
        cells.get(start).is_some_and(|cell| cell.uses.iter().any(|(one, _)| matches!(one, Use::Aggregate(_))))
    };
    let long: Vec<(usize, usize)> =
        spans.iter().filter(|(start, end)| end - start > 1 && !is_aggregate(*start)).copied().collect();
    for (start, cell) in cells.iter_mut().enumerate() {
        let inside = |end: usize| long.iter().any(|(from, to)| *from <= start && end <= *to && to - from > end - start);
        cell.relations.retain(|mention| !inside(mention.end));
        cell.columns.retain(|mention| !inside(mention.end));
        cell.values.retain(|mention| !inside(mention.end));
    }
}

/// Adds columns named together with their relation: "product price".
fn qualify(cells: &mut [Cell]) {
    for start in 0..cells.len() {
        let Some(cell) = cells.get(start) else { return };
        let mut qualified = Vec::new();
        for relation in &cell.relations {
            let columns = cells.get(relation.end).map_or(&[][..], |cell| cell.columns.as_slice());
            let own = columns.iter().filter(|column| column.target.relation == relation.target);
            qualified.extend(own.map(|column| Mention { rank: column.rank + relation.rank, ..column.clone() }));
        }
        push(cells, start, |cell| cell.columns.extend(qualified));
    }
}
