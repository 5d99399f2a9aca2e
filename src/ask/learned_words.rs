//! What verified pairs teach the builtin model: what a word means that nothing else explains.
//!
//! A pair that says the word is read with every meaning that its SQL has to offer for it: a condition, a measure, or the name of
//! something that it reads. What makes the builtin model write just the SQL that was taught is what the word means there; one that
//! changes nothing when it is left out means nothing. All pairs that say the word, and that the asker may run, have to agree.
//! Nothing of it is kept.

use std::time::{Duration, Instant};

use super::known_to_asker::{KnownToAsker, taken_apart};
use super::question::Question;
use crate::error::Error;
use crate::glossary::{self, Term};
use crate::grounding::values::Lookup;
use crate::grounding::{self, Context, Extent};
use crate::model::builtin;
use crate::pg::tree::pieces::Piece;
use crate::settings::Settings;
use crate::taught::{self, Pair};
use pairs::{Day, same_statement};
use prose::outline::Outline;
use schema::sanitize::{one_line, truncated};
use words::{Word, WordKind};

/// So many runs of unknown words are looked up.
const MAX_RUNS: usize = 3;
/// A word that more pairs say that the asker may run is not learned.
const MAX_PAIRS: usize = 20;
/// Nor one that more pairs say, whether the asker may run them or not.
const MAX_FOUND: usize = 50;
/// Where there are more meanings to try for a word of one pair, it is not learned.
const MAX_MEANINGS: usize = 12;
/// Where it takes longer, nothing is learned.
const MOST_TIME: Duration = Duration::from_secs(1);
/// So many characters of a taught question are told.
const MAX_SHOWN: usize = 100;
/// No question that is read has more words.
const MAX_WORDS: usize = 200;

/// What was learned for a question.
pub struct Learned {
    context: Context,
    values: Lookup,
    /// The question, and the one before it in its thread, in the words that synonyms stand for.
    texts: Vec<String>,
    /// The terms that the question says, and those that were learned.
    terms: Vec<Term>,
    /// What was learned, one line each, with the words it is about.
    told: Vec<(String, String)>,
}

impl Learned {
    /// The question as the builtin model reads it now, which says what was learned.
    pub fn read(&self, before: Option<&str>) -> Result<builtin::Read, Error> {
        let mut read = builtin::read(&self.context, &self.values, &self.terms, before)?;
        let said = self.texts.iter().take(if read.meant.refers { 2 } else { 1 });
        let said: Vec<Words<'_>> = said.map(|text| Words::of(text)).collect();
        for (term, line) in &self.told {
            if said.iter().any(|words| words.places(term).next().is_some()) {
                read.draft.note(line.clone());
            }
        }
        Ok(read)
    }
}

/// What the pairs say of the unknown words in the texts that a question is read from, its own first; `None` where they do not
/// say it of all, or are not of one mind. `said`: the terms that the question says, which win over what is learned.
pub fn learn(
    question: &Question,
    texts: &[(String, Vec<String>)],
    said: &[Term],
    today: &str,
    settings: &Settings,
) -> Result<Option<Learned>, Error> {
    let mut runs: Vec<String> = texts.iter().flat_map(|(text, unknown)| Words::of(text).runs(unknown)).collect();
    runs.sort();
    runs.dedup_by_key(|run| reader::key(run));
    // A note is defined too, though only models outside the server can make something of it.
    let is_defined = |run: &String| said.iter().any(|term| Words::of(&term.text).places(run).next().is_some());
    if runs.is_empty() || runs.len() > MAX_RUNS || runs.iter().any(is_defined) {
        return Ok(None);
    }
    let (Some(asked), Some(today)) = (pairs::Question::new(&question.text), Day::parse(today)) else { return Ok(None) };
    let mut taught = Vec::new();
    for run in runs {
        let mut pairs = taught::saying(&run, &asked, today, question.measured)?;
        pairs.retain(|pair| Words::of(&pair.question).places(&run).next().is_some());
        if pairs.is_empty() || pairs.len() > MAX_FOUND {
            return Ok(None);
        }
        taught.push((run, pairs));
    }
    let about = taught.iter().flat_map(|(_, pairs)| pairs.iter().map(|pair| pair.question.as_str()));
    let about: Vec<&str> = texts.iter().map(|(text, _)| text.as_str()).chain(about).collect();
    let mut context = grounding::link(&about.join("\n"), &settings.scope(), Extent::of(settings.prompt.budget), true)?;
    context.question.clone_from(&question.text);
    let values = Lookup::new(&context);
    let school = School { context: &context, values: &values, today, settings, started: Instant::now() };
    let (mut terms, mut told) = (said.to_vec(), Vec::new());
    for (run, pairs) in &taught {
        let Some((learned, from)) = school.meaning(run, pairs)? else { return Ok(None) };
        for term in learned {
            let line = format!("taught: {}, as in the verified answer to \"{}\"", term.in_words(), shown(from));
            told.push((term.text.clone(), line));
            terms.push(term);
        }
    }
    let is_over = school.is_over();
    let texts = texts.iter().map(|(text, _)| text.clone()).collect();
    Ok((!is_over).then_some(Learned { context, values, texts, terms, told }))
}

/// A taught question on one line.
fn shown(question: &str) -> String {
    truncated(one_line(question).trim(), MAX_SHOWN)
}

/// Where pairs are read.
struct School<'a> {
    context: &'a Context,
    values: &'a Lookup,
    today: Day,
    settings: &'a Settings,
    started: Instant,
}

impl School<'_> {
    /// Whether the time is over; what was not tried by then may have been right.
    fn is_over(&self) -> bool {
        self.started.elapsed() > MOST_TIME
    }

    /// What the pairs agree that a run of words means, in each of the wordings in which it means that, and the question of the first
    /// pair.
    fn meaning<'p>(&self, run: &str, pairs: &'p [Pair]) -> Result<Option<(Vec<Term>, &'p str)>, Error> {
        let known = KnownToAsker { context: self.context, settings: self.settings, terms: &[] };
        let mut learned: Vec<Term> = Vec::new();
        let (mut first, mut seen) = (None, 0);
        for pair in pairs {
            if self.is_over() || seen == MAX_PAIRS {
                return Ok(None);
            }
            let Some(asked) = pairs::Question::new(&pair.question) else { return Ok(None) };
            let Some(verified) = taught::answer(pair, &asked, self.today, &known)? else {
                match pair.clone().runnable(&known)? {
                    // It does not answer its own question: what its words mean is not clear.
                    Some(_) => return Ok(None),
                    // For this asker there is no such pair.
                    None => continue,
                }
            };
            let Some(term) = self.meaning_in(run, &pair.question, &verified.sql)? else { return Ok(None) };
            if learned.iter().any(|other| !other.means_the_same(&term)) {
                return Ok(None);
            }
            seen += 1;
            first.get_or_insert(pair.question.as_str());
            if learned.iter().all(|other| !other.is_said_by(&term.text)) {
                learned.push(term);
            }
        }
        Ok(first.map(|first| (learned, first)))
    }

    /// What a run of words means in one taught question; `None` where that is not sure.
    fn meaning_in(&self, run: &str, question: &str, sql: &str) -> Result<Option<Term>, Error> {
        let words = Words::of(question);
        let mut places = words.places(run);
        let (Some(place), None) = (places.next(), places.next()) else { return Ok(None) };
        let Some(taught) = taken_apart(sql, self.settings)? else { return Ok(None) };
        let said = glossary::said(question, &|sql| super::help::is_approved(sql, self.settings))?;
        let without = words.without(place.clone());
        if self.is_read_as(&without, &said, None, &taught.outline)? {
            return Ok(None);
        }
        // What the SQL says comes before other names for what it reads: those are words, which may mean more.
        // Names that stand for the row where a term is used mean it, and nothing in the SQL.
        let is_taken = |piece: &Piece| sql.contains(&format!("{}_row", piece.relation)) || sql.contains(reader::ROW);
        let pieces = taught.pieces.iter().filter(|piece| !is_taken(piece));
        let of_rows = pieces.flat_map(|piece| terms_of(piece, &words, place.clone()));
        let names = self.names_in(sql, &taught.relations);
        let of_names = names.into_iter().map(|name| Term::synonym(words.text(place.clone()), &name));
        for meanings in [of_rows.collect::<Vec<_>>(), of_names.collect()] {
            let mut right: Vec<Term> = Vec::new();
            if meanings.len() > MAX_MEANINGS {
                return Ok(None);
            }
            for term in meanings {
                let is_known = right.iter().any(|other| other.means_the_same(&term));
                if !is_known && self.is_read_as(question, &said, Some(&term), &taught.outline)? {
                    right.push(term);
                }
            }
            if right.len() > 1 {
                return Ok(None);
            }
            if let Some(term) = right.pop() {
                return Ok(Some(term));
            }
        }
        Ok(None)
    }

    /// Whether the builtin model reads a question as a statement, with these terms and one more.
    fn is_read_as(&self, question: &str, said: &[Term], more: Option<&Term>, taught: &Outline) -> Result<bool, Error> {
        if self.is_over() {
            return Ok(false);
        }
        let terms: Vec<Term> = said.iter().chain(more).cloned().collect();
        let read = match builtin::read(&self.context.asking(question), self.values, &terms, None) {
            Ok(read) => read,
            Err(Error::Silent { .. }) => return Ok(false),
            Err(error) => return Err(error),
        };
        let written = taken_apart(&read.draft.sql, self.settings)?;
        Ok(written.is_some_and(|written| same_statement(&written.outline, taught)))
    }

    /// The names of what a statement reads, in words.
    fn names_in(&self, sql: &str, relations: &[u32]) -> Vec<String> {
        let written = pairs::names(sql);
        let known = relations.iter().filter_map(|oid| self.context.snapshot.relations.with_oid(*oid));
        let named =
            known.flat_map(|relation| relation.columns.iter().map(|column| &column.name).chain([&relation.name]));
        let named = named.filter(|name| written.iter().any(|one| one.name == **name));
        let mut names: Vec<String> = named.map(|name| words::identifier_words(name).join(" ")).collect();
        names.sort();
        names.dedup();
        names
    }
}

/// The terms that words at a place could be, if they mean this piece of a statement.
fn terms_of(piece: &Piece, words: &Words<'_>, place: std::ops::Range<usize>) -> Vec<Term> {
    let wider = |more: usize| words.has(place.end + more).then(|| words.text(place.start..place.end + more));
    let texts = if piece.aggregates {
        // "Net revenue" is one measure.
        [wider(0), wider(1)].into_iter().flatten().collect()
    } else {
        // "Premium customers" says nothing of premium orders.
        let noun = (1..=2)
            .rev()
            .find_map(|more| wider(more).filter(|text| reader::noun_length(text, &piece.relation) == more));
        vec![noun.unwrap_or_else(|| words.text(place.clone()))]
    };
    texts.into_iter().map(|text| Term::of_rows(text, piece)).collect()
}

/// The words of a text, without what only separates them.
struct Words<'t> {
    text: &'t str,
    words: Vec<Word>,
}

impl<'t> Words<'t> {
    fn of(text: &'t str) -> Self {
        let words = words::split(text, MAX_WORDS).into_iter().filter(|word| word.kind != WordKind::Symbol).collect();
        Self { text, words }
    }

    /// Where it says some words, in any form.
    fn places(&self, said: &str) -> impl Iterator<Item = std::ops::Range<usize>> + use<> {
        let wanted = reader::key(said);
        let keys: Vec<String> = self.words.iter().map(|word| reader::key(&word.text).join(" ")).collect();
        let starts = 0..keys.len();
        starts.filter_map(move |start| {
            let end = start + wanted.len();
            (!wanted.is_empty() && keys.get(start..end)? == wanted.as_slice()).then_some(start..end)
        })
    }

    /// Whether it has so many words.
    fn has(&self, count: usize) -> bool {
        count <= self.words.len()
    }

    fn text(&self, of: std::ops::Range<usize>) -> String {
        let words = self.words.get(of).unwrap_or_default();
        let (Some(first), Some(last)) = (words.first(), words.last()) else { return String::new() };
        self.text.get(first.start..last.end).unwrap_or_default().to_owned()
    }

    fn without(&self, left_out: std::ops::Range<usize>) -> String {
        let (before, after) = (self.text(0..left_out.start), self.text(left_out.end..self.words.len()));
        format!("{before} {after}").trim().to_owned()
    }

    /// The words of a list, those that follow each other together.
    fn runs(&self, listed: &[String]) -> Vec<String> {
        let is_listed = |at: usize| self.words.get(at).is_some_and(|word| listed.contains(&word.text));
        let mut runs = Vec::new();
        let mut at = 0;
        while at < self.words.len() {
            let length = (at..).take_while(|at| is_listed(*at)).count();
            if length > 0 {
                runs.push(self.text(at..at + length));
            }
            at += length.max(1);
        }
        runs
    }
}
