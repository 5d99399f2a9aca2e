//! The model that needs no server: the reader, with its abstentions as errors.

use std::cell::Cell;

use super::Draft;
use crate::error::Error;
use crate::glossary::Term;
use crate::grounding::Context;
use crate::grounding::values::Lookup;
use crate::pg::host::interrupts;
use reader::{Abstention, DataEnd, Example, Followed, Form, Interrupted, Reader, Reading, Terms};
use schema::sanitize::one_line;

/// What a question of a thread means by itself.
pub struct Meant {
    pub text: String,
    /// It took something from the question before it.
    pub refers: bool,
}

/// What the builtin model made of a question.
pub struct Read {
    pub draft: Draft,
    pub meant: Meant,
    /// The dates of which it should be told where they end.
    pub ends: Vec<DataEnd>,
}

/// Reads the question of a context; `before` is the meaning of the question before it in its thread. Where no reading is sure, the
/// error says what was not understood.
pub fn read(context: &Context, values: &Lookup, terms: &[Term], before: Option<&str>) -> Result<Read, Error> {
    let terms: Vec<reader::Term> = terms.iter().filter_map(Term::for_reader).collect();
    let terms = Terms::new(&terms, &context.snapshot);
    let read = context.prepared(&go_on).and_then(|prepared| {
        prepared.reader(&go_on).with_terms(&terms).read_in_thread(&context.question, before, values)
    });
    match read.map_err(|Interrupted| values.interruption())? {
        Ok(Followed { reading, meaning, refers }) => {
            let line = one_line(&reading.summary).trim().to_owned();
            let sql = format!("-- reading: {line}\n{}", reading.sql);
            let mut draft = Draft { sql, reading: Some(line), notes: Vec::new() };
            reading.notes.into_iter().for_each(|note| draft.note(note));
            Ok(Read { draft, meant: Meant { text: meaning, refers }, ends: reading.data_ends })
        }
        Err(abstention) => Err(Error::Silent { abstention, suggestions: Vec::new() }),
    }
}

/// The words of a text that name nothing, as they are written, where that is why it is not read.
pub fn unknown_words(context: &Context, values: &Lookup, terms: &[Term], text: &str) -> Result<Vec<String>, Error> {
    match read(&context.asking(text), values, terms, None) {
        Err(Error::Silent { abstention: Abstention::Unknown { words, .. }, .. }) => Ok(words),
        Ok(_) | Err(Error::Silent { .. }) => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// What decides whether a question may be shown as one that can be asked.
pub struct Asker<'a> {
    /// The terms that a text says.
    pub said: &'a dyn Fn(&str) -> Result<Vec<Term>, Error>,
    /// Whether the asker may run a statement.
    pub approve: &'a dyn Fn(&str) -> Result<bool, Error>,
}

impl Asker<'_> {
    /// Whether a question, read with all that can be looked up and the terms it says, is answered for the asker.
    pub fn is_answered(&self, question: &str, context: &Context, values: &Lookup) -> Result<bool, Error> {
        match read(&context.asking(question), values, &(self.said)(question)?, None) {
            Ok(read) => (self.approve)(&read.draft.sql),
            Err(Error::Silent { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

/// The same error with questions near to the one asked that are answered. Any other error is handed back as it is.
pub fn with_suggestions(error: Error, context: &Context, values: &Lookup, asker: &Asker) -> Result<Error, Error> {
    let abstention = match error {
        Error::Silent { abstention, .. } => abstention,
        Error::ChainFailed { last, earlier } => {
            let last = Box::new(with_suggestions(*last, context, values, asker)?);
            return Ok(Error::ChainFailed { last, earlier });
        }
        other => return Ok(other),
    };
    let failed = Cell::new(None);
    let terms: Vec<reader::Term> = (asker.said)(&context.question)?.iter().filter_map(Term::for_reader).collect();
    let terms = Terms::new(&terms, &context.snapshot);
    let mut accept = |text: &str, _: &Reading| noting(asker.is_answered(text, context, values), &failed);
    let found = context.prepared(&go_on).and_then(|prepared| {
        let reader = prepared.reader(&go_on).with_terms(&terms);
        reader.suggestions(&context.question, &abstention, values, &mut accept)
    });
    match found {
        Ok(suggestions) => Ok(Error::Silent { abstention, suggestions }),
        Err(Interrupted) => Err(failed.take().unwrap_or_else(|| values.interruption())),
    }
}

/// Up to `most` questions that can be asked of the schema, of the forms that `wanted` names, each of which is read with all that
/// can be looked up, and whose SQL the asker may run.
pub fn examples(
    context: &Context,
    values: &Lookup,
    most: usize,
    wanted: &dyn Fn(Form) -> bool,
    asker: &Asker,
) -> Result<Vec<Example>, Error> {
    let failed = Cell::new(None);
    let found = context.prepared(&go_on).and_then(|prepared| {
        let reader = prepared.reader(&go_on);
        reader.examples(most, wanted, &mut |example: &Example| {
            let is_same = reader.read(&example.question, values)?.as_ref() == Ok(&example.reading);
            let says_term =
                noting((asker.said)(&example.question), &failed)?.iter().any(|term| term.for_reader().is_some());
            Ok((is_same || says_term) && noting(asker.is_answered(&example.question, context, values), &failed)?)
        })
    });
    found.map_err(|Interrupted| failed.take().unwrap_or_else(|| values.interruption()))
}

/// The tables and views that the caller may read with their comments, one a line.
pub fn table_lines(context: &Context, most: usize) -> Result<Vec<String>, Error> {
    Ok(reader_of(context)?.table_lines(most))
}

/// What is told of one table.
pub struct TablePage {
    /// One a line.
    pub columns: Vec<String>,
    pub examples: Vec<Example>,
}

/// The columns of a table, and up to `most` questions about it; `None` where no table is called so.
pub fn table_page(
    context: &Context,
    name: &str,
    most: usize,
    approve: &dyn Fn(&str) -> Result<bool, Error>,
) -> Result<Option<TablePage>, Error> {
    let reader = reader_of(context)?;
    let Some(columns) = reader.column_lines(name) else { return Ok(None) };
    let mut examples = Vec::new();
    for example in reader.examples_about(name, most).map_err(|Interrupted| interrupted())?.unwrap_or_default() {
        if approve(&example.reading.sql)? {
            examples.push(example);
        }
    }
    Ok(Some(TablePage { columns, examples }))
}

fn reader_of(context: &Context) -> Result<Reader<'_>, Error> {
    let prepared = context.prepared(&go_on).map_err(|Interrupted| interrupted())?;
    Ok(prepared.reader(&go_on))
}

/// Work of the reader that the caller's own check ended.
fn interrupted() -> Error {
    Error::internal("a check that never ends a reading has ended it")
}

/// Hands an error of the caller's on past the reader, which only knows that it is to end.
fn noting<T>(result: Result<T, Error>, failed: &Cell<Option<Error>>) -> Result<T, Interrupted> {
    result.map_err(|error| {
        failed.set(Some(error));
        Interrupted
    })
}

fn go_on() -> Result<(), Interrupted> {
    interrupts::serve();
    Ok(())
}
