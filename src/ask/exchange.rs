//! What was taught as a json document, to live in git beside the schema.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::help;
use super::known_to_asker::KnownToAsker;
use super::teaching::{Teaching, teach};
use crate::error::Error;
use crate::glossary::{self, Definition, Listed, define};
use crate::grounding::{self, Extent};
use crate::pg::host::{interrupts, report};
use crate::settings::Settings;
use crate::taught;
use schema::sanitize::one_line_marked;

/// A document of more bytes, as the server keeps it, is neither written nor read: read, small values take more than fifty times their
/// length in memory.
pub const MOST_OF_DOCUMENT: usize = 16_000_000;

/// What a pair or term takes in a document besides its texts, at most.
const BESIDE_TEXTS: usize = 120;

/// The format of the document.
const VERSION: u32 = 1;

/// Everything that can be exported.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    version: u32,
    #[serde(default)]
    pairs: Vec<PairOut>,
    #[serde(default)]
    terms: Vec<TermOut>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TermOut {
    term: String,
    meaning: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    on_relation: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expression: Option<String>,
    /// As for a pair.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    audience: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PairOut {
    question: String,
    sql: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    /// A role's name, or `public`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    audience: Option<String>,
    /// Who taught it and on which day. Whoever imports it is its teacher then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    by: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    on: Option<String>,
}

/// The pairs and terms that the caller may run, as a document; with `about`, the pairs whose question holds it and the terms that do.
pub fn export(about: Option<&str>, settings: &Settings) -> Result<Value, Error> {
    let context = grounding::link("", &settings.scope(), Extent::of(settings.prompt.budget), false)?;
    let known = KnownToAsker { context: &context, settings, terms: &[] };
    let mut room = Room(MOST_OF_DOCUMENT);
    let mut pairs = Vec::new();
    taught::each_listed(about, |taught::Listed { pair, audience, .. }| {
        interrupts::serve();
        let is_orphan = pair.by.is_empty();
        if let Some(pair) = pair.runnable(&known)?.filter(|_| !is_orphan) {
            let (by, on) = (Some(pair.by), Some(pair.on));
            let out = PairOut { question: pair.question, sql: pair.sql, note: pair.note, audience, by, on };
            room.take([
                Some(&out.question),
                Some(&out.sql),
                out.note.as_ref(),
                out.audience.as_ref(),
                out.by.as_ref(),
            ])?;
            pairs.push(out);
        }
        Ok(())
    })?;
    let is_meant = |text: &str| about.is_none_or(|about| text.to_lowercase().contains(&about.to_lowercase()));
    let mut terms = Vec::new();
    for listed in glossary::listed()?.into_iter().filter(|listed| is_meant(&listed.term.text)) {
        interrupts::serve();
        let may_run = listed.term.probe().map_or(Ok(true), |probe| help::is_approved(&probe, settings))?;
        if may_run && !listed.by.is_empty() {
            let out = TermOut::of(listed);
            let optional = [&out.on_relation, &out.expression, &out.audience].map(Option::as_ref);
            room.take([Some(&out.term), Some(&out.meaning)].into_iter().chain(optional))?;
            terms.push(out);
        }
    }
    serde_json::to_value(Document { version: VERSION, pairs, terms })
        .map_err(|error| Error::internal(error.to_string()))
}

/// How many bytes a document may still grow by.
struct Room(usize);

impl Room {
    fn take<'t>(&mut self, texts: impl IntoIterator<Item = Option<&'t String>>) -> Result<(), Error> {
        let bytes = BESIDE_TEXTS + texts.into_iter().flatten().map(String::len).sum::<usize>();
        self.0 = self.0.checked_sub(bytes).ok_or(Error::LongExport { most: MOST_OF_DOCUMENT })?;
        Ok(())
    }
}

/// Defines the terms of a document and teaches its pairs, as the caller: all that is theirs to define and teach, or nothing if one of
/// these can't be. Says how many of the document count for the caller now, and tells what was left out. What they have already, or
/// what somebody shares with them, stays as it is.
pub fn import(document: Value, settings: &Settings) -> Result<i64, Error> {
    let document = Document::of(document)?;
    let importer = Importer { may_share: taught::sharing(None, &settings.teachers)?.may_share, settings };
    let mut taken = 0;
    let known: Vec<Listed> = glossary::listed()?.into_iter().filter(|one| !one.by.is_empty()).collect();
    for (number, term) in (1..).zip(&document.terms) {
        interrupts::serve();
        let defined = importer.define(term, &known);
        taken += importer.taken(defined, &Place { what: "Term", number, text: &term.term })?;
    }
    let known: Vec<taught::Listed> = taught::listed(None)?.into_iter().filter(|one| !one.pair.by.is_empty()).collect();
    for (number, pair) in (1..).zip(&document.pairs) {
        interrupts::serve();
        let taught = importer.teach(pair, &known);
        taken += importer.taken(taught, &Place { what: "Pair", number, text: &pair.question })?;
    }
    Ok(taken)
}

/// A part of a document.
struct Place<'a> {
    what: &'static str,
    number: usize,
    text: &'a str,
}

/// What became of a part of a document.
enum Taken {
    AsItIs,
    /// Not for those whom it was for.
    ForTheCaller,
    /// What somebody shares with the caller means something else.
    SharedOtherwise,
}

/// Whoever imports a document.
struct Importer<'a> {
    may_share: bool,
    settings: &'a Settings,
}

impl Importer<'_> {
    fn define(&self, term: &TermOut, known: &[Listed]) -> Result<Taken, Error> {
        let is_same = |one: &&Listed| {
            let other = TermOut::of((*one).clone());
            other == *term || (!self.may_share && TermOut { audience: term.audience.clone(), ..other } == *term)
        };
        if known.iter().any(|one| is_same(&one)) {
            return Ok(Taken::AsItIs);
        }
        let (audience, taken) = self.audience(term.audience.as_deref());
        match define(&Definition { audience, ..term.definition() }, self.settings) {
            Ok(()) => Ok(taken),
            Err(Error::TermDefined(_))
                if !known.iter().any(|one| one.term.is_own && one.term.is_said_by(&term.term)) =>
            {
                Ok(Taken::SharedOtherwise)
            }
            Err(error) => Err(error),
        }
    }

    fn teach(&self, pair: &PairOut, known: &[taught::Listed]) -> Result<Taken, Error> {
        let is_same = |one: &&taught::Listed| {
            !one.pair.is_own
                && (&one.pair.question, &one.pair.sql) == (&pair.question, &pair.sql)
                && (one.audience == pair.audience || !self.may_share)
        };
        if known.iter().any(|one| is_same(&one)) {
            return Ok(Taken::AsItIs);
        }
        let (audience, taken) = self.audience(pair.audience.as_deref());
        let (question, sql) = (Some(pair.question.as_str()), Some(pair.sql.as_str()));
        teach(&Teaching { question, sql, note: pair.note.as_deref(), audience }, self.settings)?;
        Ok(taken)
    }

    fn audience<'t>(&self, audience: Option<&'t str>) -> (Option<&'t str>, Taken) {
        match audience {
            Some(_) if !self.may_share => (None, Taken::ForTheCaller),
            audience => (audience, Taken::AsItIs),
        }
    }

    /// How many parts were taken of one. What the caller has no right to is left out, with a word; any other error is that of the
    /// whole document.
    fn taken(&self, result: Result<Taken, Error>, place: &Place<'_>) -> Result<i64, Error> {
        let (why, hint) = match result {
            Ok(Taken::AsItIs) => return Ok(1),
            Ok(Taken::ForTheCaller) => {
                let hint = "Superusers and members of the roles in nl2sql.teachers import it for others.";
                place.tell("was taken for your own questions alone", hint);
                return Ok(1);
            }
            Ok(Taken::SharedOtherwise) => ("another one is shared with you".to_owned(), "Ask whoever shares it."),
            Err(error) if error.sqlstate() == "42501" => {
                (error.to_string(), "Import it as a role that may run its SQL.")
            }
            Err(cause) => {
                let (what, number, text) = (place.what, place.number, place.text.chars().take(200).collect());
                return Err(Error::InDocument { cause: Box::new(cause), what, number, text });
            }
        };
        place.tell(&format!("was left out: {why}"), hint);
        Ok(0)
    }
}

impl Place<'_> {
    fn tell(&self, what_became_of_it: &str, hint: &str) {
        let text: String = one_line_marked(self.text).chars().take(200).collect();
        let message = format!("{} {} of the document {what_became_of_it}", self.what.to_lowercase(), self.number);
        report::warning(&message, &format!("It is \"{text}\"."), hint);
    }
}

impl Document {
    fn of(document: Value) -> Result<Self, Error> {
        if !document.is_object() {
            let why = "It is no object with \"version\", \"pairs\" and \"terms\".";
            return Err(Error::BadDocument(why.to_owned()));
        }
        let document: Self =
            serde_json::from_value(document).map_err(|error| Error::BadDocument(format!("{error}.")))?;
        if document.version != VERSION {
            let why = format!("Its version is {}, and {VERSION} is known.", document.version);
            return Err(Error::BadDocument(why));
        }
        Ok(document)
    }
}

impl TermOut {
    fn of(listed: Listed) -> Self {
        let on_relation = listed.relation();
        let glossary::Listed { term, audience, .. } = listed;
        Self { term: term.text, meaning: term.meaning, on_relation, expression: term.expression, audience }
    }

    fn definition(&self) -> Definition<'_> {
        Definition {
            term: Some(&self.term),
            meaning: Some(&self.meaning),
            on_relation: self.on_relation.as_deref(),
            expression: self.expression.as_deref(),
            audience: self.audience.as_deref(),
        }
    }
}
