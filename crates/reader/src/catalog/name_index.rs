//! Schema linking: which words of a question may name which relations and columns.
//!
//! A name matches where its words stand together in any order, with "of" and articles between them. A word of the name
//! that is missing, or that is only meant by a synonym, has a cost (see [`costs`]).

use crate::bounds;
use crate::catalog::comment_names::{
    names_by_unit, names_in_comment, names_of_event, names_of_state, people_in_comment,
};
use crate::catalog::schema_view::SchemaView;
use crate::choice::costs;
use crate::interrupts::{InterruptCheck, Interrupted};
use crate::query::tree::ColumnId;
use schema::RelationKind;
use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use words::Word;
use words::{Meaning, Vocabulary, WordMatch};

/// A possible meaning of the words from the position where it is noted up to `end`. The lower the cost, the likelier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention<T> {
    pub target: T,
    pub end: usize,
    pub cost: u32,
    /// The name of the column's relation stands before it: "singer name".
    pub qualified: bool,
}

#[derive(Debug, Clone, Copy)]
enum Target {
    Relation(usize),
    Column(ColumnId),
}

/// A name by its words, with those of the relation it belongs to, which may stand before it.
struct IndexedName {
    target: Target,
    own: Vec<usize>,
    owner: Vec<usize>,
    /// What it costs by itself: it is, or belongs to, a view, or it stands in a comment.
    cost: u32,
    /// Its name has the word "per" itself: `pages_per_minute`.
    per: bool,
}

/// The names that the comment on a relation gives to its rows. In "time sheets: hours worked" the hours are those of a number
/// that each row holds.
fn names_of_rows(schema: &SchemaView, relation: usize) -> Vec<(String, u32)> {
    let names = schema.relation(relation).comment.as_deref().map(names_in_comment).unwrap_or_default();
    let numbers = schema.columns(relation).filter(|(id, _)| schema.is_number(*id) && !schema.is_key(*id));
    let held: Vec<(String, u32)> =
        numbers.flat_map(|(_, column)| column.comment.as_deref().map(names_in_comment).unwrap_or_default()).collect();
    let of_rows = |name: &str| !held.iter().any(|(other, _)| words::singular(other) == words::singular(name));
    // Where nothing else is told of them, the rows are called so too.
    if names.iter().any(|(name, _)| of_rows(name)) {
        names.into_iter().filter(|(name, _)| of_rows(name)).collect()
    } else {
        names
    }
}

/// The names of a schema by their words.
pub struct NameIndex {
    pub vocabulary: Vocabulary,
    entries: Vec<IndexedName>,
    by_word: Vec<Vec<usize>>,
    /// For each word of the vocabulary, what it costs to leave it out.
    omission_costs: Vec<u32>,
}

type Mentions = (Vec<Mention<usize>>, Vec<Mention<ColumnId>>);

impl NameIndex {
    /// Indexes all names of a schema.
    pub fn new(schema: &SchemaView) -> Result<Self, Interrupted> {
        let mut vocabulary = Vocabulary::default();
        for (number, relation) in schema.relations() {
            vocabulary.learn(&relation.name);
            schema.columns(number).for_each(|(_, column)| vocabulary.learn(&column.name));
            let remarks =
                schema.columns(number).map(|(_, column)| &column.comment).chain([&relation.comment]).flatten();
            remarks.flat_map(|remark| names_in_comment(remark)).for_each(|(name, _)| vocabulary.learn(&name));
        }
        let mut entries = Vec::new();
        for (number, relation) in schema.relations() {
            let owner = vocabulary.name(&relation.name);
            let view = matches!(relation.kind, RelationKind::View | RelationKind::MaterializedView);
            let base = if view { costs::VIEW } else { 0 };
            let comment = relation.comment.as_deref();
            let mut remarks = names_of_rows(schema, number);
            remarks.extend(comment.and_then(people_in_comment));
            let nouns: Vec<String> = schema.relation_words(number).into_iter().chain(single_words(&remarks)).collect();
            let called: Vec<Vec<usize>> = single_words(&remarks).map(|name| vocabulary.name(&name)).collect();
            for (id, column) in schema.columns(number) {
                let target = Target::Column(id);
                let own = vocabulary.name(&column.name);
                let per = schema.words(id).iter().any(|word| word == "per");
                let mut names = vec![(own, base, per)];
                let told = names_told(schema, id, &nouns).into_iter();
                names.extend(told.map(|(name, cost)| (vocabulary.name(&name), base + cost, false)));
                for (own, cost, per) in names {
                    // "Invoice date" where the comment on a terse name says that the rows are invoices. A key names other rows.
                    for owner in called.iter().filter(|called| **called != owner && !schema.is_key(id)) {
                        let cost = cost + costs::NAME_IN_COMMENT;
                        entries.push(IndexedName { target, own: own.clone(), owner: owner.clone(), cost, per });
                    }
                    entries.push(IndexedName { target, own, owner: owner.clone(), cost, per });
                }
            }
            let target = Target::Relation(number);
            for (name, cost) in remarks {
                // A comment that says in one word what the rows are says it plainly.
                let plain = cost == costs::NAME_IN_COMMENT && !name.contains(' ');
                let part = cost == costs::PART_OF_COMMENT;
                let cost = if plain {
                    costs::ROWS_IN_COMMENT
                } else if part {
                    costs::ROWS_IN_PART
                } else {
                    cost
                };
                let (remark, cost) = (vocabulary.name(&name), base + cost);
                entries.push(IndexedName { target, own: remark, owner: Vec::new(), cost, per: false });
            }
            entries.push(IndexedName { target, own: owner, owner: Vec::new(), cost: base, per: false });
        }
        let mut by_word = vec![Vec::new(); vocabulary.words().len()];
        for (number, entry) in entries.iter().enumerate() {
            for word in entry.own.iter().chain(&entry.owner) {
                if let Some(list) = by_word.get_mut(*word) {
                    list.push(number);
                }
            }
        }
        for list in &mut by_word {
            list.dedup();
        }
        let omission_costs = vocabulary.words().iter().map(|word| costs::of_unsaid_word(word)).collect();
        schema.watch().whole(Self { vocabulary, entries, by_word, omission_costs })
    }

    /// What the words from `start` may name. `meanings` has a list for each word; `glued` has, for each word, the word
    /// of the vocabulary that it makes together with the next one.
    pub fn mentions(
        &self,
        start: usize,
        words: &[Word],
        meanings: &[Vec<Meaning>],
        glued: &[Option<usize>],
        interrupt: InterruptCheck,
    ) -> Result<Mentions, Interrupted> {
        let first = meanings.get(start).into_iter().flatten().map(|(word, _)| *word);
        let pair = glued.get(start).copied().flatten();
        let mut candidates: Vec<usize> =
            first.chain(pair).flat_map(|word| self.by_word.get(word).into_iter().flatten().copied()).collect();
        candidates.sort_unstable();
        candidates.dedup();
        let (mut relations, mut columns) = (Vec::new(), Vec::new());
        for entry in candidates.into_iter().filter_map(|number| self.entries.get(number)) {
            interrupt()?;
            for (end, cost, qualified) in self.fits(entry, start, words, meanings, glued) {
                match entry.target {
                    Target::Relation(target) => relations.push(Mention { target, end, cost, qualified }),
                    Target::Column(target) => columns.push(Mention { target, end, cost, qualified }),
                }
            }
            if bounds::is_full(&columns) {
                keep_cheapest(&mut columns, |column| column.relation);
            }
            if bounds::is_full(&relations) {
                keep_cheapest(&mut relations, |relation| *relation);
            }
        }
        keep_cheapest(&mut relations, |relation| *relation);
        keep_cheapest(&mut columns, |column| column.relation);
        // Where a name was said as it is, others that only contain it are not meant.
        let mut least: HashMap<usize, u32> = HashMap::new();
        for mention in &relations {
            let cost = least.entry(mention.end).or_insert(mention.cost);
            *cost = mention.cost.min(*cost);
        }
        relations.retain(|mention: &Mention<usize>| {
            least.get(&mention.end).is_none_or(|least| least + costs::CLEARLY_WORSE > mention.cost)
        });
        Ok((relations, columns))
    }

    /// The ends at which enough of a name was said, each with the cost and whether the relation was named before.
    fn fits(
        &self,
        entry: &IndexedName,
        start: usize,
        words: &[Word],
        meanings: &[Vec<Meaning>],
        glued: &[Option<usize>],
    ) -> Vec<(usize, u32, bool)> {
        let mut said = MatchedWords {
            own: vec![false; entry.own.len()],
            owner: vec![false; entry.owner.len()],
            cost: 0,
            last_place: 0,
        };
        let mut found = Vec::new();
        let mut at = start;
        loop {
            let pair = glued.get(at).copied().flatten().filter(|pair| said.hear(entry, &[(*pair, WordMatch::Same)]));
            if pair.is_some() {
                at += 2;
            } else if meanings.get(at).is_some_and(|list| said.hear(entry, list)) {
                at += 1;
            } else {
                // Words like "of" may stand within a name: "date of birth", "name of the course". An article alone begins
                // another noun: "stores the chain has".
                let word = |at: usize| words.get(at).map_or("", |word| word.lower.as_str());
                let link = |at: usize| match word(at) {
                    "of" => true,
                    "the" | "a" => at > start && word(at - 1) == "of",
                    "per" => entry.per,
                    _ => false,
                };
                if at == start || !link(at) || at > start + 6 {
                    break;
                }
                at += 1;
                continue;
            }
            if let Some(cost) = self.cost(entry, &said).filter(|cost| *cost <= costs::MAX_MENTION) {
                found.push((at, cost, said.owner.contains(&true)));
            }
        }
        found
    }

    fn cost(&self, entry: &IndexedName, said: &MatchedWords) -> Option<u32> {
        let theirs = |word: &usize| entry.owner.contains(word);
        let heard = |(word, heard): (&usize, &bool)| *heard && !theirs(word);
        let whole = said.own.iter().all(|heard| *heard);
        if !whole && !entry.own.iter().zip(&said.own).any(heard) {
            return None;
        }
        let missing = entry.own.iter().zip(&said.own).filter(|(word, heard)| !**heard && !theirs(word));
        let missing: u32 =
            missing.map(|(word, _)| self.omission_costs.get(*word).copied().unwrap_or(costs::UNSAID_WORD)).sum();
        let understood = entry.own.iter().zip(&said.own).any(|(word, heard)| !*heard && theirs(word));
        let understood = if understood { costs::WORD_OF_OWNER } else { 0 };
        Some(said.cost + missing + understood + entry.cost)
    }
}

/// The names of one word.
fn single_words(names: &[(String, u32)]) -> impl Iterator<Item = String> {
    names.iter().map(|(name, _)| name.clone()).filter(|name| !name.contains(' '))
}

/// What a column is called beside its name: in short, and by its comment. `rows` are nouns for the rows that it belongs to.
fn names_told(schema: &SchemaView, id: ColumnId, rows: &[String]) -> Vec<(String, u32)> {
    let mut names: Vec<(String, u32)> =
        schema.names_in_short(id).into_iter().map(|name| (name, costs::NAME_IN_SHORT)).collect();
    let Some(comment) = schema.column(id).comment.as_deref() else { return names };
    names.extend(names_in_comment(comment));
    if schema.is_number(id) {
        names.extend(names_by_unit(comment));
    }
    if schema.is_flag(id) {
        names.extend(names_of_state(comment));
    }
    if schema.is_date(id) {
        names.extend(names_of_event(comment, rows));
    }
    names
}

/// Of mentions of the same thing by several names, the cheapest.
fn keep_cheapest<T: Copy + Eq + Hash>(mentions: &mut Vec<Mention<T>>, relation: impl Fn(&T) -> usize) {
    mentions.sort_by_key(|mention| mention.cost);
    let mut known: HashSet<(T, usize, bool)> = HashSet::with_capacity(mentions.len());
    mentions.retain(|mention| known.insert((mention.target, mention.end, mention.qualified)));
    bounds::keep_most(mentions, relation);
}

/// Which words of a name were matched so far.
struct MatchedWords {
    own: Vec<bool>,
    owner: Vec<bool>,
    cost: u32,
    last_place: usize,
}

impl MatchedWords {
    /// Matches a word in its nearest meaning that the name still has a word for; false where there is none.
    fn hear(&mut self, entry: &IndexedName, meanings: &[Meaning]) -> bool {
        let begun = self.own.iter().any(|heard| *heard);
        for (word, found_by) in meanings {
            if let Some(place) =
                (0..entry.own.len()).find(|&i| entry.own.get(i) == Some(word) && self.own.get(i) == Some(&false))
            {
                let reordered = if place < self.last_place { costs::REORDERED } else { 0 };
                self.cost += costs::of_word(*found_by) + reordered;
                self.last_place = place;
                if let Some(heard) = self.own.get_mut(place) {
                    *heard = true;
                }
                return true;
            }
            // The words of the relation come before those of the column: "singer name".
            let owner =
                (0..entry.owner.len()).find(|&i| entry.owner.get(i) == Some(word) && self.owner.get(i) == Some(&false));
            if let Some(heard) = owner.filter(|_| !begun).and_then(|place| self.owner.get_mut(place)) {
                *heard = true;
                self.cost += costs::of_word(*found_by);
                return true;
            }
        }
        false
    }
}
