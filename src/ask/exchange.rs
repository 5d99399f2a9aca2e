//! What was taught as a json document, to live in git beside the schema.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::known_to_asker::KnownToAsker;
use super::teaching::{Teaching, teach};
use crate::error::Error;
use crate::grounding::{self, Extent};
use crate::pg::host::interrupts;
use crate::settings::Settings;
use crate::taught::{self, Listed};

/// The format of the document.
const VERSION: u32 = 1;

/// Everything that can be exported. Whatever else is taught gets a list of its own beside the pairs.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    version: u32,
    #[serde(default)]
    pairs: Vec<PairOut>,
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

/// The pairs that the caller may run, as a document.
pub fn export(settings: &Settings) -> Result<Value, Error> {
    let context = grounding::link("", &settings.scope(), Extent::of(settings.prompt.budget), false)?;
    let known = KnownToAsker { context: &context, settings };
    let mut pairs = Vec::new();
    for Listed { pair, audience, .. } in taught::listed(None)? {
        interrupts::serve();
        let is_orphan = pair.by.is_empty();
        if let Some(pair) = pair.runnable(&known)?.filter(|_| !is_orphan) {
            let (by, on) = (Some(pair.by), Some(pair.on));
            pairs.push(PairOut { question: pair.question, sql: pair.sql, note: pair.note, audience, by, on });
        }
    }
    serde_json::to_value(Document { version: VERSION, pairs }).map_err(|error| Error::internal(error.to_string()))
}

/// Teaches the pairs of a document, as the caller: all of them, or none if one can't be taught. Says how many.
pub fn import(document: Value, settings: &Settings) -> Result<i64, Error> {
    let document: Document =
        serde_json::from_value(document).map_err(|error| Error::BadDocument(format!("{error}.")))?;
    if document.version != VERSION {
        let why = format!("Its version is {}, and {VERSION} is known.", document.version);
        return Err(Error::BadDocument(why));
    }
    for (number, pair) in (1..).zip(&document.pairs) {
        interrupts::serve();
        let teaching = Teaching {
            question: Some(&pair.question),
            sql: Some(&pair.sql),
            note: pair.note.as_deref(),
            audience: pair.audience.as_deref(),
        };
        let in_document = |cause: Error| {
            let question = pair.question.chars().take(200).collect();
            Error::InDocument { cause: Box::new(cause), number, question }
        };
        teach(&teaching, settings).map_err(in_document)?;
    }
    Ok(i64::try_from(document.pairs.len()).unwrap_or(i64::MAX))
}
