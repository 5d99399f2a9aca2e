//! The relations that a question is about, nearest first, and why.

use crate::directory::Directory;
use crate::occurrences::Hit;
use crate::options::Options;
use crate::postings::Place;
use crate::relation::{Check, Interrupted};
use crate::scoring::{Concept, Scores, score};
use std::cmp::Ordering;
use std::collections::HashMap;
use std::rc::Rc;

/// Two look-alikes stand side by side; those after them step back.
const SIDE_BY_SIDE: u32 = 2;
/// Relations that are looked through for the neighbour that has a word.
const MOST_NEIGHBOURS: usize = 64;

/// Matches that are told of a relation. One may have a thousand columns of the same words, each of them in the question.
const MOST_MATCHES: usize = 1_000;

/// Who asks, and what is known besides the words.
pub struct Context<'a> {
    /// The schemas of `search_path`.
    pub visible: &'a [String],
    /// Stored values that a look-up in the database has found for phrases of the question.
    pub values: &'a [FoundValue],
    /// Whether the asker may know of a relation. What is not readable gives no score, no evidence and no reason.
    /// Takes the relation's oid and its group.
    pub readable: Option<&'a dyn Fn(u32, u32) -> bool>,
    /// Whether a column of a readable relation, by oid and position, is none the asker may know of.
    pub hidden: Option<&'a dyn Fn(u32, u16) -> bool>,
    /// How many relations are wanted.
    pub limit: usize,
    /// For how many of them the neighbours that speak for them are told.
    pub explained: usize,
    pub options: &'a Options,
}

impl<'a> Context<'a> {
    /// A question of which nothing is known but its words.
    pub fn new(options: &'a Options) -> Self {
        Self { visible: &[], values: &[], readable: None, hidden: None, limit: 300, explained: 0, options }
    }

    /// Whether a hit is about a column that the asker may not know of.
    pub(crate) fn hides(&self, hit: &Hit, directory: &Directory) -> bool {
        let Some((hidden, column)) = self.hidden.zip(hit.column()) else { return false };
        directory.entry(hit.slot).is_some_and(|entry| hidden(entry.oid, column))
    }
}

/// A value that a column holds and the question names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundValue {
    pub phrase: String,
    pub oid: u32,
    pub column: u16,
}

/// A relation with its score, which compares only with others of the same question.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranked {
    pub oid: u32,
    pub score: f32,
    /// Its own words, the most telling first.
    pub matches: Vec<Match>,
    /// Words that a relation nearby has, where that says more than its own.
    pub neighbours: Vec<Neighbour>,
}

/// A word of the question and where the relation has it.
#[derive(Debug, Clone, PartialEq)]
pub struct Match {
    /// As it was asked, in lower case.
    pub asked: Rc<str>,
    /// As the catalog has it; the same as `asked` for a value.
    pub found: Rc<str>,
    pub place: Place,
    /// Position among the columns; `None` for the relation itself.
    pub column: Option<u16>,
    /// Its part in the relation's own score.
    pub weight: f32,
}

/// A word of the question that a relation within a few joins has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Neighbour {
    pub asked: Rc<str>,
    pub oid: u32,
}

impl Ranked {
    /// The columns that words or values of the question met, with the sum of their weights.
    pub fn columns(&self) -> Vec<(u16, f32)> {
        let mut sums: HashMap<u16, f32> = HashMap::new();
        for one in &self.matches {
            if let Some(column) = one.column {
                *sums.entry(column).or_default() += one.weight;
            }
        }
        let mut sums: Vec<(u16, f32)> = sums.into_iter().collect();
        sums.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        sums
    }
}

/// Ranks the relations of a directory, which is brought up to date first. Relations that nothing speaks for are left out.
pub fn rank(
    question: &str,
    directory: &mut Directory,
    context: &Context<'_>,
    check: Check<'_>,
) -> Result<Vec<Ranked>, Interrupted> {
    directory.refresh(check)?;
    let scored = score(question, directory, context, check)?;
    let order = order(&scored, directory, context, check)?;
    explain(&order, &scored, directory, context, check)
}

/// The nearest slots with their scores.
fn order(
    scored: &Scores,
    directory: &Directory,
    context: &Context<'_>,
    check: Check<'_>,
) -> Result<Vec<(u32, f32)>, Interrupted> {
    let mut found: Vec<(u32, f32)> =
        (0..).zip(scored.scores.iter().copied()).filter(|(_, score)| *score > 0.0).collect();
    check()?;
    let nearer = |a: &(u32, f32), b: &(u32, f32)| b.1.total_cmp(&a.1).then_with(|| by_oid(directory, a.0, b.0));
    // Look-alikes that step back leave room for others, so more are put in order than are wanted.
    let enough = context.limit.saturating_mul(8);
    if found.len() > enough {
        found.select_nth_unstable_by(enough, nearer);
        found.truncate(enough);
    }
    found.sort_unstable_by(nearer);
    check()?;
    if context.options.look_alikes && context.options.crowding > 0.0 {
        let mut met: HashMap<u64, u32> = HashMap::new();
        for (slot, score) in &mut found {
            let Some((alike, entry)) = directory.alike.get(*slot as usize).zip(directory.entry(*slot)) else {
                continue;
            };
            if alike.size > SIDE_BY_SIDE {
                let mut before = 0;
                for key in [entry.alike.name, entry.alike.columns] {
                    let count = met.entry(key).or_default();
                    before = before.max(*count);
                    *count += 1;
                }
                #[expect(clippy::cast_precision_loss, reason = "a number of relations")]
                let back = before.saturating_sub(SIDE_BY_SIDE - 1) as f32;
                *score /= 1.0 + context.options.crowding * back;
            }
        }
        check()?;
        found.sort_by(nearer);
    }
    found.truncate(context.limit);
    Ok(found)
}

/// Equal scores go by oid, which is the order in which relations were made.
fn by_oid(directory: &Directory, a: u32, b: u32) -> Ordering {
    let oid = |slot: u32| directory.entry(slot).map(|entry| entry.oid);
    oid(a).cmp(&oid(b))
}

fn explain(
    order: &[(u32, f32)],
    scored: &Scores,
    directory: &Directory,
    context: &Context<'_>,
    check: Check<'_>,
) -> Result<Vec<Ranked>, Interrupted> {
    let mut places: Vec<u32> = vec![u32::MAX; directory.entries.len()];
    let mut ranked = Vec::with_capacity(order.len());
    for (place, (slot, score)) in (0..).zip(order) {
        let Some(entry) = directory.entry(*slot) else { continue };
        if let Some(at) = places.get_mut(*slot as usize) {
            *at = place;
        }
        ranked.push(Ranked { oid: entry.oid, score: *score, matches: Vec::new(), neighbours: Vec::new() });
    }
    for concept in &scored.concepts {
        // Where the matches of this concept stand, by the relation's place and the column.
        let mut known: HashMap<(u32, Option<u16>), usize> = HashMap::new();
        concept.each_hit(directory, context.options, check, |hit| {
            let place = places.get(hit.slot as usize).copied().unwrap_or(u32::MAX);
            let Some(one) = ranked.get_mut(place as usize) else { return };
            if context.hides(&hit, directory) {
                return;
            }
            let column = hit.column();
            let weight = concept.weight * hit.strength;
            let next = one.matches.len();
            let found = match known.get(&(place, column)) {
                Some(at) => one.matches.get_mut(*at),
                None => None,
            };
            let text = || directory.table.word(hit.word).map_or(&concept.text, |word| &word.text).clone();
            match found {
                Some(known) if known.weight < weight || (known.weight == weight && known.found > text()) => {
                    *known = Match { found: text(), place: hit.place, weight, ..known.clone() };
                }
                Some(_) => {}
                None if next >= MOST_MATCHES => {}
                None => {
                    known.insert((place, column), next);
                    let asked = concept.text.clone();
                    one.matches.push(Match { asked, found: text(), place: hit.place, column, weight });
                }
            }
        })?;
    }
    for one in &mut ranked {
        let key = |one: &Match| (one.column, one.place, one.asked.clone());
        one.matches.sort_by(|a, b| b.weight.total_cmp(&a.weight).then_with(|| key(a).cmp(&key(b))));
    }
    for ((slot, _), one) in order.iter().zip(&mut ranked).take(context.explained) {
        check()?;
        one.neighbours = neighbours(*slot, &scored.concepts, directory, context);
    }
    Ok(ranked)
}

/// For each word that a relation has not itself, the nearest relation that has it.
fn neighbours(slot: u32, concepts: &[Concept], directory: &Directory, context: &Context<'_>) -> Vec<Neighbour> {
    let mut reached = vec![slot];
    let mut from = 0;
    for _ in 0..context.options.steps {
        let until = reached.len();
        for at in from..until {
            let Some(slot) = reached.get(at).copied() else { break };
            for next in directory.graph.neighbours(slot) {
                if reached.len() < MOST_NEIGHBOURS && !reached.contains(next) {
                    reached.push(*next);
                }
            }
        }
        from = until;
    }
    let evidence = |concept: &Concept, slot: u32| {
        let found = concept.evidence.binary_search_by_key(&slot, |(slot, _)| *slot);
        found.ok().and_then(|at| concept.evidence.get(at)).map_or(0.0, |(_, value)| *value)
    };
    let mut found = Vec::new();
    for concept in concepts {
        let own = evidence(concept, slot);
        let best =
            reached.iter().skip(1).map(|other| (evidence(concept, *other), *other)).filter(|(value, _)| *value > own);
        let best = best.max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| by_oid(directory, b.1, a.1)));
        if let Some(entry) = best.and_then(|(_, other)| directory.entry(other)) {
            found.push(Neighbour { asked: concept.text.clone(), oid: entry.oid });
        }
    }
    found
}
