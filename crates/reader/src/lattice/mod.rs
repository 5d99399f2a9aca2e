//! The question as a word lattice: for each word, everything that may begin there, with the word where it ends.
//!
//! Nothing is chosen here. Overlapping and contradicting meanings stand side by side; the parser combines them.

pub(crate) mod lexicon;
pub(crate) mod misspelt_words;
pub(crate) mod number_values;
pub(crate) mod relative_times;
pub mod stored_values;
pub(crate) mod time_expressions;
pub(crate) mod time_phrases;
pub(crate) mod unknown_words;
pub(crate) mod value_mentions;

use crate::catalog::name_index::{Mention, NameIndex};
use crate::catalog::schema_view::SchemaView;
use crate::choice::costs;
use crate::interrupts::{InterruptCheck, Interrupted};
use crate::lattice::lexicon::Category;
use crate::lattice::stored_values::ValueLookup;
use crate::lattice::time_expressions::TimeRange;
use crate::lattice::value_mentions::StoredValue;
use crate::query::tree::ColumnId;
use words::{Word, WordKind};

/// What may begin at one word. Each entry comes with the position after its last word.
#[derive(Debug, Clone, Default)]
pub struct Cell {
    pub categories: Vec<(Category, usize)>,
    pub relations: Vec<Mention<usize>>,
    pub columns: Vec<Mention<ColumnId>>,
    pub values: Vec<Mention<StoredValue>>,
    pub time_ranges: Vec<(TimeRange, usize)>,
    /// Terms, with the position after all their words.
    pub terms: Vec<(ColumnId, usize)>,
}

/// The words of a question with what may begin at each.
pub struct Lattice {
    pub words: Vec<Word>,
    /// One for each word.
    cells: Vec<Cell>,
    /// What begins after the last word: nothing.
    past: Cell,
}

impl Lattice {
    /// Finds everything that the words of a question may mean. `index` has the names of `schema`.
    pub fn new(
        question: &str,
        words: Vec<Word>,
        schema: &SchemaView,
        index: &NameIndex,
        lookup: &dyn ValueLookup,
        interrupt: InterruptCheck,
    ) -> Result<Self, Interrupted> {
        let is_name = |word: &&Word| matches!(word.kind, WordKind::Word | WordKind::Number);
        let meanings: Vec<_> = words
            .iter()
            .map(|word| Some(word).filter(is_name).map(|word| index.vocabulary.meanings(word)).unwrap_or_default())
            .collect();
        let glued: Vec<Option<usize>> = words
            .iter()
            .zip(words.iter().skip(1))
            .map(|(one, two)| {
                let words = one.kind == WordKind::Word && two.kind == WordKind::Word;
                words.then(|| index.vocabulary.find(&format!("{}{}", one.lower, two.singular))).flatten()
            })
            .collect();
        let mut cells: Vec<Cell> = Vec::with_capacity(words.len());
        for start in 0..words.len() {
            let (relations, columns) = index.mentions(start, &words, &meanings, &glued, interrupt)?;
            let relative = relative_times::time_range(&words, start);
            let said = schema.terms().into_iter().flat_map(|terms| terms.said_at(&words, start));
            let time_ranges = time_expressions::time_range(&words, start).into_iter().chain(relative).collect();
            cells.push(Cell {
                categories: lexicon::categories(&words, start),
                relations,
                columns,
                values: Vec::new(),
                time_ranges,
                terms: said.map(|(term, _, end)| (term, end)).collect(),
            });
        }
        let explained = covered(&words, &cells, costs::OWN_WORDS);
        // "new customers" came lately, whatever columns store the word.
        let is_common = |cell: &Cell| cell.categories.iter().any(|(one, _)| *one != Category::RelationVerb);
        let common: Vec<bool> =
            cells.iter().zip(&words).map(|(cell, word)| is_common(cell) || word.lower == "new").collect();
        let known = value_mentions::Words { question, words: &words, explained: &explained, common: &common };
        for (cell, values) in cells.iter_mut().zip(known.values(schema, lookup, interrupt)?) {
            cell.values = values;
        }
        doubt_values_that_end_in_a_column(&mut cells);
        for (start, cell) in cells.iter_mut().enumerate() {
            let said = schema.terms().into_iter().flat_map(|terms| terms.said_at(&words, start));
            for (column, end, _) in said.filter(|(column, ..)| schema.term(*column).is_some_and(|one| !one.is_measure))
            {
                let target = StoredValue { column, value: "true".to_owned() };
                cell.values.push(Mention { target, end, cost: 0, qualified: false });
            }
        }
        Ok(Self { words, cells, past: Cell::default() })
    }

    /// What may begin at a word; nothing after the last one.
    pub fn cell(&self, position: usize) -> &Cell {
        self.cells.get(position).unwrap_or(&self.past)
    }

    /// How many words there are.
    pub fn len(&self) -> usize {
        self.words.len()
    }

    /// A word in lower case; empty after the last one.
    pub fn lower(&self, position: usize) -> &str {
        self.words.get(position).map_or("", |word| word.lower.as_str())
    }

    /// Whether the word before a position is a plural.
    pub fn is_plural(&self, end: usize) -> bool {
        end.checked_sub(1).and_then(|last| self.words.get(last)).is_some_and(|word| word.lower != word.singular)
    }

    /// Whether the word before a position has a possessive ending.
    pub fn is_possessive(&self, end: usize) -> bool {
        end.checked_sub(1).and_then(|last| self.words.get(last)).is_some_and(|word| word.possessive)
    }

    /// Whether rules of the grammar look for a word themselves, beside others.
    pub fn is_structure(word: &str) -> bool {
        STRUCTURE.contains(&word)
    }

    /// The words for which the lattice holds nothing.
    pub fn unknown(&self) -> Vec<&Word> {
        let known = covered(&self.words, &self.cells, u32::MAX);
        self.words.iter().zip(known).filter(|(_, known)| !known).map(|(word, _)| word).collect()
    }
}

/// "Sonoma County" may be stored as a whole, or "Sonoma" in a column `county`: then the whole is no sure reading.
fn doubt_values_that_end_in_a_column(cells: &mut [Cell]) {
    for start in 0..cells.len() {
        let split = |end: usize| {
            let named = cells.get(end.wrapping_sub(1)).into_iter().flat_map(|cell| &cell.columns);
            let columns: Vec<ColumnId> =
                named.filter(|m| m.end == end && m.cost <= costs::INFLECTED_NAME).map(|m| m.target).collect();
            let values = cells.get(start).into_iter().flat_map(|cell| &cell.values);
            let mut shorter = values.filter(|m| m.end + 1 == end && m.cost <= costs::STORED_AS_SAID);
            shorter.any(|m| columns.contains(&m.target.column)).then_some(columns)
        };
        let ends =
            cells.get(start).map(|cell| cell.values.iter().map(|m| m.end).collect::<Vec<_>>()).unwrap_or_default();
        let splits: Vec<Option<Vec<ColumnId>>> = ends.into_iter().map(split).collect();
        let values = cells.get_mut(start).into_iter().flat_map(|cell| &mut cell.values);
        for (mention, columns) in values.zip(splits) {
            if columns.is_some_and(|columns| !columns.contains(&mention.target.column)) {
                mention.cost += costs::VALUE_ENDS_IN_COLUMN;
            }
        }
    }
}

/// Words that rules of the grammar look for themselves, beside others.
#[rustfmt::skip]
const STRUCTURE: &[&str] = &[
    "after", "before", "since", "until", "more", "less", "than", "greater", "later", "earlier", "older", "younger",
    "old", "years", "$", "%", "dollars", "members", "full", "first", "last", "euro", "euros", "eur", "€", "£",
    "pounds",
];

/// Words that forms of business questions are made of. Only the rules of these forms take them in.
#[rustfmt::skip]
const FORM_WORDS: &[&str] = &[
    "revenue", "sales", "turnover", "income", "earnings", "takings", "spend", "spending", "spent", "units", "sold",
    "pieces", "unit", "inventory", "worth", "value", "values", "size", "median", "percentile", "rate", "ratio",
    "quota", "repeat", "repurchase", "growth", "running", "cumulative", "cumulated", "vs", "versus", "compare",
    "compared", "comparison", "against", "percent", "previous", "prior", "preceding", "rank", "ranking", "date",
    "far", "time", "weekend", "weekends", "weekday", "weekdays", "selling", "bestselling", "new", "yoy", "mom",
    "wow", "qoq", "stock", "share", "money", "turn", "take", "taken", "make", "made", "earn", "earned", "bring",
    "receive", "collect", "who", "everybody", "everyone", "else", "others", "rest", "subscribers", "fewer",
    "second", "third", "fourth", "fifth", "out", "up", "down", "go", "headcount", "head", "signed", "sign", "very",
];

/// Verbs that questions for growth have, after "did".
const CHANGES: [&str; 9] = ["grow", "increase", "rise", "fall", "drop", "decrease", "decline", "change", "develop"];

/// Which words are part of something that the lattice holds; of names only those that cost no more than `limit`.
fn covered(words: &[Word], cells: &[Cell], limit: u32) -> Vec<bool> {
    let mut known = vec![false; words.len()];
    for (start, cell) in cells.iter().enumerate() {
        let relations = cell.relations.iter().filter(|m| m.cost <= limit).map(|m| m.end);
        let columns = cell.columns.iter().filter(|m| m.cost <= limit).map(|m| m.end);
        let values = cell.values.iter().map(|m| m.end);
        let time_ranges = cell.time_ranges.iter().map(|w| w.1);
        let categories = cell.categories.iter().map(|u| u.1).chain(cell.terms.iter().map(|term| term.1));
        let end = relations.chain(columns).chain(values).chain(time_ranges).chain(categories).max().unwrap_or(start);
        for flag in known.iter_mut().take(end).skip(start) {
            *flag = true;
        }
        let literal = words.get(start).is_some_and(|word| {
            matches!(word.kind, WordKind::Number | WordKind::Date | WordKind::Quoted)
                || lexicon::number_word(&word.lower).is_some()
                || STRUCTURE.contains(&word.lower.as_str())
                || FORM_WORDS.contains(&word.lower.as_str())
                || (CHANGES.contains(&word.lower.as_str()) && words.iter().any(|word| word.lower == "did"))
                || words.get(start + 1).is_some_and(|next| next.lower == "percentile")
                // The grammar looks for the state that "cancellation rate" tells of.
                || words.get(start + 1).is_some_and(|next| next.lower == "rate")
        });
        if literal && let Some(flag) = known.get_mut(start) {
            *flag = true;
        }
    }
    known
}
