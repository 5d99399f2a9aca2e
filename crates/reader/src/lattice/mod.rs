//! The question as a word lattice: for each word, everything that may begin there, with the word where it ends.
//!
//! Nothing is chosen here. Overlapping and contradicting meanings stand side by side; the parser combines them.

pub(crate) mod idle_words;
pub(crate) mod lexicon;
pub(crate) mod misspelt_words;
pub(crate) mod number_values;
pub(crate) mod relative_times;
pub mod stored_values;
pub(crate) mod time_expressions;
pub(crate) mod time_phrases;
pub(crate) mod unknown_words;
pub(crate) mod value_mentions;

use crate::bounds;
use crate::catalog::name_index::{Mention, NameIndex};
use crate::catalog::schema_view::SchemaView;
use crate::choice::costs;
use crate::interrupts::{Interrupted, Watch};
use crate::lattice::lexicon::Category;
use crate::lattice::stored_values::ValueLookup;
use crate::lattice::time_expressions::TimeRange;
use crate::lattice::value_mentions::StoredValue;
use crate::query::tree::ColumnId;
use std::collections::{BTreeSet, HashMap, HashSet};
use words::{Meaning, Word, WordKind};

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
pub struct Lattice<'a> {
    pub words: Vec<Word>,
    /// One for each word.
    cells: Vec<Cell>,
    /// What begins after the last word: nothing.
    past: Cell,
    watch: Watch<'a>,
}

impl<'a> Lattice<'a> {
    /// Finds everything that the words of a question may mean. `index` has the names of `schema`.
    pub fn new(
        question: &str,
        words: Vec<Word>,
        schema: &SchemaView<'a>,
        index: &NameIndex,
        lookup: &dyn ValueLookup,
    ) -> Result<Self, Interrupted> {
        let watch = schema.watch();
        let (meanings, glued) = known_words(&words, index);
        let mut cells: Vec<Cell> = Vec::with_capacity(words.len());
        for start in 0..words.len() {
            let (relations, columns) = index.mentions(start, &words, &meanings, &glued, &|| watch.look())?;
            let columns = without_longer_names(columns, start, &words, schema)?;
            let relations = said_by_their_own_words(relations, start, &words, schema);
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
        add_compound_nouns(&mut cells, &words, schema)?;
        let explained = covered(&words, &cells, costs::OWN_WORDS);
        // "new customers" came lately, whatever columns store the word.
        let is_common = |cell: &Cell| cell.categories.iter().any(|(one, _)| *one != Category::RelationVerb);
        let common: Vec<bool> =
            cells.iter().zip(&words).map(|(cell, word)| is_common(cell) || word.lower == "new").collect();
        let known = value_mentions::Words { question, words: &words, explained: &explained, common: &common };
        for (cell, values) in cells.iter_mut().zip(known.values(schema, lookup)?) {
            cell.values = values;
        }
        for start in 0..cells.len() {
            watch.look()?;
            doubt_values_that_end_in_a_column(&mut cells, start);
        }
        for cell in &mut cells {
            watch.look()?;
            prefer_values_of_kinds(cell);
        }
        for (start, cell) in cells.iter_mut().enumerate() {
            let said = schema.terms().into_iter().flat_map(|terms| terms.said_at(&words, start));
            for (column, end, _) in said.filter(|(column, ..)| schema.term(*column).is_some_and(|one| !one.is_measure))
            {
                let target = StoredValue { column, value: "true".to_owned() };
                cell.values.push(Mention { target, end, cost: 0, qualified: false });
            }
        }
        watch.whole(Self { words, cells, past: Cell::default(), watch: watch.clone() })
    }

    /// What may begin at a word; nothing after the last one, and once the reading is ended.
    pub fn cell(&self, position: usize) -> &Cell {
        if self.watch.look().is_err() {
            return &self.past;
        }
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

    /// Whether a word within the question begins with a capital letter.
    pub fn is_proper_name(&self, position: usize) -> bool {
        is_proper_name(&self.words, position)
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

/// The words of names that each word may mean, and the one that it makes together with the next.
fn known_words(words: &[Word], index: &NameIndex) -> (Vec<Vec<Meaning>>, Vec<Option<usize>>) {
    let is_name = |word: &&Word| matches!(word.kind, WordKind::Word | WordKind::Number);
    let meanings = words
        .iter()
        .map(|word| Some(word).filter(is_name).map(|word| index.vocabulary.meanings(word)).unwrap_or_default())
        .collect();
    let glued = words
        .iter()
        .zip(words.iter().skip(1))
        .map(|(one, two)| {
            let words = one.kind == WordKind::Word && two.kind == WordKind::Word;
            words.then(|| index.vocabulary.find(&format!("{}{}", one.lower, two.singular))).flatten()
        })
        .collect();
    (meanings, glued)
}

/// Without columns whose names only contain that of another one of their relation which was said as well: "order ids" are
/// no order item ids where there are order ids.
fn without_longer_names(
    mut columns: Vec<Mention<ColumnId>>,
    start: usize,
    words: &[Word],
    schema: &SchemaView,
) -> Result<Vec<Mention<ColumnId>>, Interrupted> {
    let mut beside: HashMap<(usize, usize), Vec<Mention<ColumnId>>> = HashMap::new();
    for mention in &columns {
        beside.entry((mention.target.relation, mention.end)).or_default().push(mention.clone());
    }
    // "Number of cards" counts cards, whatever holds a card number, be it called so or but a number of the cards.
    let counts = |m: &Mention<ColumnId>| {
        let word = |at: usize| words.get(at).map_or("", |word| word.lower.as_str());
        let plural = words.get(m.end - 1).is_some_and(|last| last.lower != last.singular);
        if (word(start), word(start + 1), m.end) == ("number", "of", start + 1) {
            let skipped = |at: &usize| matches!(word(*at), "the" | "all" | "different" | "distinct" | "their" | "its");
            let of = (start + 2..words.len()).find(|at| !skipped(at));
            return of.and_then(|at| words.get(at)).is_some_and(|of| of.lower != of.singular);
        }
        // So does "number of invoices", where invoices have a number.
        if (word(start), word(start + 1)) == ("number", "of") && m.qualified && plural && m.end > start + 2 {
            return matches!(schema.last_word(m.target), "number" | "no");
        }
        let [.., thing, number] = schema.words(m.target) else { return false };
        let is_thing = |relation: usize| {
            schema.relation_words(relation).last().is_some_and(|last| words::singular(last) == *thing)
        };
        matches!((word(start), word(start + 1)), ("number" | "numbers", "of"))
            && m.end > start + 2
            && plural
            && matches!(number.as_str(), "number" | "no")
            && schema.relations().any(|(relation, _)| is_thing(relation))
    };
    columns.retain(|mention| !counts(mention));
    columns.retain(|longer| {
        let (target, name) = (longer.target, schema.words(longer.target));
        let beside = beside.get(&(target.relation, longer.end)).into_iter().flatten();
        let mut cheaper =
            beside.filter(|m| m.cost < longer.cost && m.target != target && schema.watch().look().is_ok());
        !cheaper.any(|m| {
            let shorter = schema.words(m.target);
            (2..name.len()).contains(&shorter.len()) && shorter.iter().all(|word| name.contains(word))
        })
    });
    schema.watch().whole(columns)
}

/// "Events" are those of `party_events`, where the party is named too, and no parties by another word.
fn said_by_their_own_words(
    mut relations: Vec<Mention<usize>>,
    start: usize,
    words: &[Word],
    schema: &SchemaView,
) -> Vec<Mention<usize>> {
    let said = |word: &String, mut among: std::ops::Range<usize>| {
        among.any(|at| words.get(at).is_some_and(|one| one.singular == words::singular(word)))
    };
    let unsaid = |m: &&mut Mention<usize>| m.cost >= costs::UNSAID_WORD && schema.watch().look().is_ok();
    for mention in relations.iter_mut().filter(unsaid) {
        let name = schema.relation_words(mention.target);
        let own = name.last().is_some_and(|last| said(last, start..mention.end));
        let elsewhere = name.iter().all(|word| said(word, 0..words.len()));
        // In "locks taken" the whole name is said, and no part of it is another noun.
        let adjacent = start > 0 && name.iter().any(|word| said(word, start - 1..start));
        if own && elsewhere && !adjacent {
            mention.cost = costs::WORD_OF_OWNER;
        }
    }
    let own: Vec<usize> = relations.iter().filter(|m| m.cost <= costs::WORD_OF_OWNER).map(|m| m.end).collect();
    relations.retain(|m| m.cost < costs::SYNONYM_ALONE || !own.contains(&m.end));
    relations
}

/// "Product categories" are the categories, where products have them and nothing else does, and "customer orders" the orders, each
/// of which has a customer: the first noun adds nothing.
fn add_compound_nouns(cells: &mut [Cell], words: &[Word], schema: &SchemaView) -> Result<(), Interrupted> {
    let is_of = |one: usize, other: usize| {
        let only = schema.keys_to(other).all(|(_, edge)| edge.from == one) && schema.keys_to(other).next().is_some();
        only || schema.keys_of(other).any(|(_, edge)| edge.to == one && !edge.nullable)
    };
    for start in 0..cells.len() {
        let mut found: Vec<Mention<usize>> = Vec::new();
        let cell = cells.get(start);
        for first in cell.into_iter().flat_map(|cell| &cell.relations).filter(|m| m.cost <= costs::INFLECTED_NAME) {
            let is_singular =
                words.get(first.end - 1).is_some_and(|word| word.lower == word.singular && !word.possessive);
            let second = cells.get(first.end).filter(|_| is_singular);
            for noun in second.into_iter().flat_map(|cell| &cell.relations).filter(|m| m.cost <= costs::OWN_WORDS) {
                schema.watch().look()?;
                // A comment may call the same so, from afar.
                let known = |m: &Mention<usize>| m.end == noun.end && (m.target != noun.target || m.cost <= noun.cost);
                let is_new = cell.is_none_or(|cell| !cell.relations.iter().any(known));
                if is_new
                    && found.len() < bounds::MOST_MEANINGS
                    && noun.target != first.target
                    && is_of(first.target, noun.target)
                {
                    found.push(noun.clone());
                }
            }
        }
        cells.get_mut(start).into_iter().for_each(|cell| cell.relations.append(&mut found));
    }
    Ok(())
}

/// "Suites" are a kind of rooms where that is stored of them, and not all rooms by another word.
fn prefer_values_of_kinds(cell: &mut Cell) {
    let stored = cell.values.iter().filter(|value| value.cost <= costs::STORED_AS_SAID);
    let kinds: HashSet<(usize, usize)> = stored.map(|value| (value.target.column.relation, value.end)).collect();
    cell.relations.retain(|m| m.cost < costs::SYNONYM_ALONE || !kinds.contains(&(m.target, m.end)));
}

/// "Sonoma County" may be stored as a whole, or "Sonoma" in a column `county`: then the whole is no sure reading.
fn doubt_values_that_end_in_a_column(cells: &mut [Cell], start: usize) {
    // The columns that a longer value may end in, where a shorter one is a value of one of them.
    let split = |end: usize| {
        let named = cells.get(end.wrapping_sub(1)).into_iter().flat_map(|cell| &cell.columns);
        let columns: HashSet<ColumnId> =
            named.filter(|m| m.end == end && m.cost <= costs::INFLECTED_NAME).map(|m| m.target).collect();
        let values = cells.get(start).into_iter().flat_map(|cell| &cell.values);
        let mut shorter = values.filter(|m| m.end + 1 == end && m.cost <= costs::STORED_AS_SAID);
        shorter.any(|m| columns.contains(&m.target.column)).then_some((end, columns))
    };
    let values = cells.get(start).into_iter().flat_map(|cell| &cell.values);
    let ends: BTreeSet<usize> = values.map(|m| m.end).collect();
    let splits: HashMap<usize, HashSet<ColumnId>> = ends.into_iter().filter_map(split).collect();
    for mention in cells.get_mut(start).into_iter().flat_map(|cell| &mut cell.values) {
        if splits.get(&mention.end).is_some_and(|columns| !columns.contains(&mention.target.column)) {
            mention.cost += costs::VALUE_ENDS_IN_COLUMN;
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
    "anything", "something", "nor", "times", "twice", "side", "separately", "respectively", "apart",
];

/// Verbs that questions for growth have, after "did".
const CHANGES: [&str; 9] = ["grow", "increase", "rise", "fall", "drop", "decrease", "decline", "change", "develop"];

fn is_proper_name(words: &[Word], position: usize) -> bool {
    let capital = |word: &Word| word.kind == WordKind::Word && word.text.starts_with(char::is_uppercase);
    position > 0 && words.get(position).is_some_and(capital)
}

/// Whether a word is one of those that tell a name: "Weber" in "named Weber".
fn tells_name(words: &[Word], position: usize) -> bool {
    let begin = (0..position).rev().find(|at| !is_proper_name(words, *at));
    let names = |word: &Word| matches!(word.lower.as_str(), "named" | "called");
    is_proper_name(words, position) && begin.and_then(|at| words.get(at)).is_some_and(names)
}

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
                || time_expressions::month_of_later_year(words, start).is_some()
                // The grammar looks for the state that "cancellation rate" tells of.
                || words.get(start + 1).is_some_and(|next| next.lower == "rate")
        });
        if (literal || limit == u32::MAX && tells_name(words, start))
            && let Some(flag) = known.get_mut(start)
        {
            *flag = true;
        }
    }
    known
}
