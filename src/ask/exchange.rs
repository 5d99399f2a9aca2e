//! What was taught as a json document, to live in git beside the schema.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::help;
use super::known_to_asker::KnownToAsker;
use super::teaching::{Teaching, teach};
use crate::error::Error;
use crate::glossary::{self, Definition, Listed, define};
use crate::grounding::{self, Extent};
use crate::pg::host::interrupts;
use crate::settings::Settings;
use crate::taught;

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

/// The pairs and terms that the caller may run, as a document.
pub fn export(settings: &Settings) -> Result<Value, Error> {
    let context = grounding::link("", &settings.scope(), Extent::of(settings.prompt.budget), false)?;
    let known = KnownToAsker { context: &context, settings };
    let mut pairs = Vec::new();
    for taught::Listed { pair, audience, .. } in taught::listed(None)? {
        interrupts::serve();
        let is_orphan = pair.by.is_empty();
        if let Some(pair) = pair.runnable(&known)?.filter(|_| !is_orphan) {
            let (by, on) = (Some(pair.by), Some(pair.on));
            pairs.push(PairOut { question: pair.question, sql: pair.sql, note: pair.note, audience, by, on });
        }
    }
    let mut terms = Vec::new();
    for listed in glossary::listed()? {
        interrupts::serve();
        let may_run = listed.term.probe().map_or(Ok(true), |probe| help::is_approved(&probe, settings))?;
        if may_run && !listed.by.is_empty() {
            terms.push(TermOut::of(listed));
        }
    }
    serde_json::to_value(Document { version: VERSION, pairs, terms })
        .map_err(|error| Error::internal(error.to_string()))
}

/// Defines the terms of a document and teaches its pairs, as the caller: all of them, or none if one can't be. Says how many there
/// are. A term that the caller has already as it is there stays as it is.
pub fn import(document: Value, settings: &Settings) -> Result<i64, Error> {
    let document: Document =
        serde_json::from_value(document).map_err(|error| Error::BadDocument(format!("{error}.")))?;
    if document.version != VERSION {
        let why = format!("Its version is {}, and {VERSION} is known.", document.version);
        return Err(Error::BadDocument(why));
    }
    let known: Vec<TermOut> = glossary::listed()?.into_iter().filter(|one| one.is_own).map(TermOut::of).collect();
    for (number, term) in (1..).zip(&document.terms).filter(|(_, term)| !known.contains(term)) {
        interrupts::serve();
        define(&term.definition(), settings).map_err(|cause| in_document("Term", number, &term.term, cause))?;
    }
    for (number, pair) in (1..).zip(&document.pairs) {
        interrupts::serve();
        let teaching = Teaching {
            question: Some(&pair.question),
            sql: Some(&pair.sql),
            note: pair.note.as_deref(),
            audience: pair.audience.as_deref(),
        };
        teach(&teaching, settings).map_err(|cause| in_document("Pair", number, &pair.question, cause))?;
    }
    Ok(i64::try_from(document.pairs.len() + document.terms.len()).unwrap_or(i64::MAX))
}

fn in_document(what: &'static str, number: usize, text: &str, cause: Error) -> Error {
    Error::InDocument { cause: Box::new(cause), what, number, text: text.chars().take(200).collect() }
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
