//! The builtin model: reads an English question against a snapshot of a schema and writes SQL, by rules alone.
//!
//! It answers only where it is sure. Every word has to be explained, and one reading has to be better than all others;
//! else it abstains and says why. There is no network, no training, no state and no chance in it: the same question on
//! the same schema gives the same statement.
//!
//! ```text
//! text ─► word lattice ─► grammar ─► query tree ─► SQL
//! ```
//!
//! 1. **Text to lattice.** `lattice` notes for each word everything that may begin there: relations and columns, stored
//!    values (through the trait in [`stored_values`]), phrases of English, times. A word with nothing ends the reading.
//!    `catalog` knows what the snapshot tells of relations and columns, and which words name them.
//! 2. **Lattice to query trees.** `grammar` holds the parser and the rules of the language, `measures` the rules of what is
//!    counted, added up and compared. What is assumed costs; `choice` says how much, and which readings do not stand.
//! 3. **Query tree to text.** `query` writes the cheapest hypothesis as a statement, and as a line of plain words.
//!
//! Where it is silent, `help` says what was understood and what can be asked instead. `threads` reads
//! questions that refer to the one before.

#![forbid(unsafe_code)]

mod bounds;
mod catalog;
mod choice;
mod grammar;
mod help;
mod interrupts;
mod lattice;
mod measures;
mod query;
mod terms;
mod threads;

#[cfg(test)]
mod tests;

use ::schema::Snapshot;
use ::schema::sanitize::one_line;
use catalog::name_index::NameIndex;
use catalog::schema_view::SchemaView;
use choice::{costs, left_rows, single_amounts, taken_columns};
use grammar::hypothesis::Hypothesis;
use grammar::parser::Parser;
use help::understanding;
use lattice::{Lattice, misspelt_words, unknown_words};
use query::tree::QueryTree;
use query::{data_ends, sql, summary};
use std::borrow::Cow;
use std::collections::BTreeMap;
use stored_values::ValueLookup;

pub use catalog::prepared::Prepared;
pub use help::examples::Example;
pub use help::likeness::taught as taught_suggestion;
pub use help::question_templates::Form;
pub use help::suggestions::Suggestion;
pub use help::understanding::Understood;
pub use interrupts::{InterruptCheck, Interrupted, never};
pub use lattice::stored_values;
pub use lattice::time_phrases::{TimePhrase, time_phrases};
pub use query::data_ends::DataEnd;
pub use terms::{Meaning, ROW, Term, Terms, key, noun_length};
pub use threads::Followed;

/// The one reading of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// One SELECT statement on several lines, without a semicolon.
    pub sql: String,
    /// The reading in plain words, on one line, without control characters.
    pub summary: String,
    /// What the reading assumes, as a cost: 0 where every word is the schema's own, at most 10.
    pub distance: u32,
    /// What else whoever asks should know: a word that was taken for another, a reading that is nearly as likely. One line
    /// each.
    pub notes: Vec<String>,
    /// Where the data may end before the time that was asked for.
    pub data_ends: Vec<DataEnd>,
}

/// Why the reader abstains from an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Abstention {
    /// Words that name nothing in the schema and are no words of the language, as the user spelled them. `nearest` are
    /// the names that are spelled like an unknown word.
    Unknown { words: Vec<String>, understood: Vec<Understood>, nearest: Vec<Nearest> },
    /// Two or more readings are equally likely; their summaries, six at most.
    Ambiguous { readings: Vec<String> },
    /// Every word is known, but the grammar finds no reading, or none that is likely enough.
    /// `read_words`: how many words of the question were read, at most; `unread`: the rest of it, shortened.
    NoParse { understood: Vec<Understood>, read_words: usize, unread: String },
    /// It carries the question before it on, but how is not sure: what was said, and the meaning of that question.
    Unplaced { words: String, before: String },
}

/// A name of the schema that an unknown word may have been meant for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nearest {
    /// The unknown word, as the user spelled it.
    pub word: String,
    /// `relation` or `relation.column`.
    pub name: String,
}

/// Longer questions are not read: the search would take long, and no reading of them is sure.
const MAX_WORDS: usize = 80;
/// More readings of an ambiguous question are not listed.
const MAX_READINGS: usize = 6;

/// A reading with its query tree.
#[derive(Debug, Clone)]
struct Read {
    query: QueryTree,
    reading: Reading,
}

/// Reads questions about one schema: [`Prepared::reader`].
pub struct Reader<'a> {
    schema: SchemaView<'a>,
    names: &'a NameIndex,
}

impl<'a> Reader<'a> {
    /// The same with terms that were made for the snapshot.
    pub fn with_terms(self, terms: &'a Terms) -> Self {
        Self { schema: self.schema.with_terms(terms), ..self }
    }

    /// A question with the words that synonyms stand for.
    fn spelled_out<'q>(&self, question: &'q str) -> Cow<'q, str> {
        match self.schema.terms().filter(|terms| !terms.is_empty()) {
            Some(terms) => terms.spelled_out(question).into(),
            None => question.into(),
        }
    }
    /// Reads a question. An answer comes only where every word is explained and one reading is best; else the inner error
    /// says why there is none. `lookup` is asked once at most, for phrases that name nothing in the schema.
    pub fn read(&self, question: &str, lookup: &dyn ValueLookup) -> Result<Result<Reading, Abstention>, Interrupted> {
        let question = &*self.spelled_out(question);
        let words = words::split(question, MAX_WORDS + 1);
        if words.is_empty() || words.len() > MAX_WORDS {
            return Ok(Err(Abstention::NoParse { understood: Vec::new(), read_words: 0, unread: String::new() }));
        }
        if let Some(reading) = self.about_schema(&words)? {
            return Ok(Ok(reading));
        }
        Ok(self.read_words(question, words, costs::MAX_TOTAL, lookup)?.map(|read| read.reading))
    }

    /// Reads the words of a question about the data, whose reading may cost so much.
    fn read_words(
        &self,
        question: &str,
        words: Vec<words::Word>,
        most: u32,
        lookup: &dyn ValueLookup,
    ) -> Result<Result<Read, Abstention>, Interrupted> {
        let schema = &self.schema;
        let lattice = Lattice::new(question, words, schema, self.names, lookup)?;
        let unknown = lattice.unknown();
        let silence = match unknown.as_slice() {
            [] => match self.read_lattice(question, &lattice, most)? {
                Err(silence) => Some(silence),
                read => return Ok(read),
            },
            unknown => match self.read_corrected(question, unknown, most, lookup)? {
                Some(read) => return Ok(Ok(read)),
                None => None,
            },
        };
        let doubtful = misspelt_words::doubtful(&lattice, &unknown, self.names);
        if doubtful.len() > unknown.len()
            && let Some(read) = self.read_corrected(question, &doubtful, most, lookup)?
        {
            return Ok(Ok(read));
        }
        if let Some(silence) = silence {
            return Ok(Err(silence));
        }
        let words: Vec<String> = unknown.iter().map(|word| word.text.clone()).collect();
        let nearest = unknown_words::nearest(&words, schema)?;
        let understood = understanding::understood(question, &lattice, schema);
        self.schema.watch().whole(Err(Abstention::Unknown { words, understood, nearest }))
    }

    /// Reads a question with words in place of misspelt ones, each of which has to be near to one known word.
    fn read_corrected(
        &self,
        question: &str,
        misspelt: &[&words::Word],
        most: u32,
        lookup: &dyn ValueLookup,
    ) -> Result<Option<Read>, Interrupted> {
        let schema = &self.schema;
        let corrected = misspelt_words::correct(question, misspelt, schema, self.names)?;
        let Some(corrected) = corrected else { return Ok(None) };
        let words = words::split(&corrected.question, MAX_WORDS + 1);
        let lattice = Lattice::new(&corrected.question, words, schema, self.names, lookup)?;
        let Ok(mut read) = self.read_lattice(&corrected.question, &lattice, most)? else { return Ok(None) };
        let taken = corrected.words.iter().map(|(word, meant)| format!("{word} taken for {meant}"));
        let taken = one_line(&taken.collect::<Vec<_>>().join(", "));
        read.reading.summary = format!("{}; {taken}", read.reading.summary);
        read.reading.notes.insert(0, taken);
        Ok(Some(read))
    }

    /// Reads a question by its lattice. One with an unknown word has no reading.
    fn read_lattice(
        &self,
        question: &str,
        lattice: &Lattice,
        most: u32,
    ) -> Result<Result<Read, Abstention>, Interrupted> {
        let schema = &self.schema;
        let parser = Parser::new(lattice, schema);
        let hypotheses = if lattice.unknown().is_empty() { parser.parse()? } else { Vec::new() };
        let no_parse = || {
            let read_words = parser.furthest();
            let unread = understanding::unread(question, lattice, read_words);
            let understood = understanding::understood(question, lattice, schema);
            Abstention::NoParse { understood, read_words, unread }
        };
        let read = choose(&hypotheses, schema, most).map(|mut read| {
            read.reading.data_ends.extend(data_ends::up_to_now(question, &read.query, schema));
            read.reading.notes.extend(taken_columns::notes(&read.query, lattice, schema));
            read.reading.notes.extend(left_rows::notes(&read.query, schema));
            read.reading.notes.extend(single_amounts::notes(&read.query, lattice, schema));
            read
        });
        schema.watch().whole(read.map_err(|abstention| abstention.unwrap_or_else(no_parse)))
    }
}

/// Reads one question against a snapshot: [`Reader::read`]. Whoever asks several keeps what is [`Prepared`].
pub fn read(
    question: &str,
    snapshot: &Snapshot,
    lookup: &dyn ValueLookup,
    interrupt: InterruptCheck,
) -> Result<Result<Reading, Abstention>, Interrupted> {
    Prepared::new(snapshot, interrupt)?.reader(interrupt).read(question, lookup)
}

/// The reading of the cheapest hypothesis, which costs so much at most. Hypotheses of the same cost that give the same SQL are
/// one reading; if they give several statements, the question is ambiguous. `None` as the error where none is cheap enough, or
/// one of the cheapest can't be written.
fn choose(hypotheses: &[Hypothesis], schema: &SchemaView, most: u32) -> Result<Read, Option<Abstention>> {
    let least = hypotheses.iter().map(|hypothesis| hypothesis.cost).min();
    let Some(best) = least.filter(|least| *least <= most) else { return Err(None) };
    let mut readings: BTreeMap<String, String> = BTreeMap::new();
    let mut query = None;
    // What can be read as a question for measures is one.
    let cheapest = || hypotheses.iter().filter(|hypothesis| hypothesis.cost == best);
    let measures = cheapest().any(|hypothesis| hypothesis.measures);
    for hypothesis in cheapest().filter(|hypothesis| hypothesis.measures == measures) {
        if !sql::can_be_written(&hypothesis.query, schema) {
            return Err(None);
        }
        readings.insert(sql::write(&hypothesis.query, schema), summary::summary(&hypothesis.query, schema));
        query.get_or_insert_with(|| hypothesis.query.clone());
    }
    if readings.len() > 1 {
        return Err(Some(Abstention::Ambiguous { readings: told_apart(&readings) }));
    }
    let Some((sql, summary)) = readings.into_iter().next() else { return Err(None) };
    let chosen = cheapest().find(|hypothesis| hypothesis.measures == measures);
    let data_ends = chosen.map(|hypothesis| data_ends::of(&hypothesis.query, schema)).unwrap_or_default();
    let notes = nearly_as_likely(hypotheses, best, &sql, &summary, schema);
    let reading = Reading { sql, summary, distance: best, notes, data_ends };
    query.map(|query| Read { query, reading }).ok_or(None)
}

/// The reading that comes next where it is about as likely as the best one, as a note.
fn nearly_as_likely(
    hypotheses: &[Hypothesis],
    best: u32,
    sql: &str,
    summary: &str,
    schema: &SchemaView,
) -> Vec<String> {
    let mut rivals: Vec<&Hypothesis> =
        hypotheses.iter().filter(|hypothesis| hypothesis.cost <= best + costs::NEARLY_AS_LIKELY).collect();
    rivals.sort_by_key(|hypothesis| hypothesis.cost);
    let other = rivals.into_iter().find_map(|rival| {
        let told = summary::summary(&rival.query, schema);
        let differs = sql::can_be_written(&rival.query, schema) && sql::write(&rival.query, schema) != sql;
        (differs && told != summary).then_some(told)
    });
    other.map(|told| one_line(&format!("it may also mean: {told}"))).into_iter().collect()
}

/// The summaries of different statements, each with its statement where another has the same summary.
fn told_apart(readings: &BTreeMap<String, String>) -> Vec<String> {
    let alike = |summary: &str| readings.values().filter(|other| *other == summary).count() > 1;
    let told = readings
        .iter()
        .take(MAX_READINGS)
        .map(|(sql, summary)| if alike(summary) { format!("{summary} ({})", one_line(sql)) } else { summary.clone() });
    told.collect()
}
