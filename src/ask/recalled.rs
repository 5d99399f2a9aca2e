//! The verified pair that answers a question, in its own words or in those that its synonyms stand for.

use super::known_to_asker::KnownToAsker;
use crate::error::Error;
use crate::glossary::{self, Term};
use crate::grounding::Context;
use crate::settings::Settings;
use crate::taught::{self, Verified};

/// The SQL of the pair that asks the same as a question. `terms`: those that the question says.
pub fn recall(
    question: &str,
    context: &Context,
    terms: &[Term],
    settings: &Settings,
) -> Result<Option<Verified>, Error> {
    let today = &context.snapshot.today;
    let verified = taught::recall(question, today, &KnownToAsker { context, settings, terms })?;
    let Some(other) = glossary::spelled_out(question, terms).filter(|_| verified.is_none()) else {
        return Ok(verified);
    };
    let (synonyms, terms): (Vec<Term>, Vec<Term>) = terms.iter().cloned().partition(Term::is_synonym);
    let verified = taught::recall(&other, today, &KnownToAsker { context, settings, terms: &terms })?;
    let taken = synonyms.iter().filter(|synonym| synonym.is_said_in(question));
    let taken =
        taken.filter_map(|synonym| Some((synonym.text.clone(), glossary::spelled_out(&synonym.text, &synonyms)?)));
    Ok(verified
        .map(|verified| Verified { corrected: verified.corrected.iter().cloned().chain(taken).collect(), ..verified }))
}
