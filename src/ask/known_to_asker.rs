//! What whoever asks may know of the database, as far as verified pairs need it.

use crate::error::Error;
use crate::glossary::Term;
use crate::grounding::values::Lookup;
use crate::grounding::{self, Context, Name};
use crate::guard::{self, Reads};
use crate::pg::host::interrupts;
use crate::pg::running::sandbox::sandboxed;
use crate::pg::tree::pieces::{Piece, pieces};
use crate::settings::Settings;
use crate::taught::{Judged, Known, Pair};
use pairs::Column;
use prose::outline::Outline;
use reader::Interrupted;
use reader::stored_values::{Closeness, ValueLookup};

pub struct KnownToAsker<'a> {
    pub context: &'a Context,
    pub settings: &'a Settings,
    /// The terms that the question says.
    pub terms: &'a [Term],
}

impl Known for KnownToAsker<'_> {
    fn stored(&self, column: &Column, words: &str) -> Result<Option<String>, Error> {
        let name = Name { schema: Some(column.schema.clone()), name: column.relation.clone() };
        let meant = grounding::meant(&[name], &self.settings.scope(), self.context, true)?;
        let lookup = Lookup::new(&meant);
        let found = lookup.find(&[words.to_owned()]).map_err(|Interrupted| lookup.interruption())?;
        let is_of_column = |found: &&reader::stored_values::Match| {
            (&found.schema, &found.relation, &found.column) == (&column.schema, &column.relation, &column.name)
                && found.closeness < Closeness::Near
        };
        let nearest = found.iter().filter(is_of_column).min_by_key(|found| found.closeness);
        Ok(nearest.map(|found| found.value.clone()))
    }

    fn is_word(&self, word: &str) -> bool {
        // All names are looked through, for each word of each pair that may be misspelt.
        interrupts::serve();
        let singular = words::singular(word);
        let is_same = |known: &str| known == word || known == singular;
        let of_name = |name: &str| words::identifier_words(name).iter().any(|known| is_same(known));
        words::words_with_synonyms().any(is_same)
            || self.terms.iter().any(|term| term.is_said_in(word))
            || self
                .context
                .snapshot
                .relations
                .iter()
                .any(|relation| of_name(&relation.name) || relation.columns.iter().any(|column| of_name(&column.name)))
    }

    fn judge(&self, sql: &str) -> Result<Result<Judged, Error>, Error> {
        match judge(sql, self.settings) {
            Err(error) if error.ends_the_question() => Err(error),
            judged => Ok(judged),
        }
    }

    fn says_more(&self, question: &str, pair: &Pair) -> bool {
        let is_more = |term: &Term| term.is_said_in(question) && !term.is_said_in(&pair.question);
        self.terms.iter().any(|term| !term.is_note() && is_more(term))
    }

    fn is_redefined(&self, pair: &Pair) -> Result<bool, Error> {
        Ok(redefined(pair, self.terms, self.settings)?.is_some())
    }
}

/// The term by which the words of a pair's question mean something else than when it was taught: one that was defined later, and
/// not in place of what the asker taught by somebody else.
pub fn redefined<'t>(pair: &Pair, terms: &'t [Term], settings: &Settings) -> Result<Option<&'t Term>, Error> {
    let is_later = |term: &&Term| {
        let counts = !term.is_note() && (term.is_own || !pair.is_own);
        counts && term.defined_at > pair.taught_at && term.is_said_in(&pair.question)
    };
    let mut later = terms.iter().filter(is_later).peekable();
    if later.peek().is_none() {
        return Ok(None);
    }
    let pieces = taken_apart(&pair.sql, settings)?.map(|apart| apart.pieces).unwrap_or_default();
    Ok(later.find(|term| !pieces.iter().any(|piece| term.is(piece))))
}

/// What a statement is that the asker may run.
pub fn judge(sql: &str, settings: &Settings) -> Result<Judged, Error> {
    sandboxed(settings.bounds, |sandbox| {
        let approved = guard::approve(sandbox, sql, None, settings)?;
        let outline = approved.outline();
        let constants = pairs::constants(&outline);
        let sorted_by = outline.query.order.into_iter().filter_map(|key| key.output).collect();
        let Reads { relations, columns } = approved.reads;
        Ok(Judged { shape: approved.shape, constants, sorted_by, relations, columns })
    })
}

/// A statement that the asker may run, taken apart.
pub struct Apart {
    pub outline: Outline,
    pub pieces: Vec<Piece>,
    /// The relations that it reads itself, by their oids.
    pub relations: Vec<u32>,
}

/// Takes a statement apart; `None` where the asker may not run it.
pub fn taken_apart(sql: &str, settings: &Settings) -> Result<Option<Apart>, Error> {
    let apart = sandboxed(settings.bounds, |sandbox| {
        let approved = guard::approve(sandbox, sql, None, settings)?;
        let (outline, relations) = (approved.outline(), approved.reads.relations);
        Ok(Apart { outline, pieces: pieces(sandbox, sql, reader::ROW)?, relations })
    });
    match apart {
        Ok(apart) => Ok(Some(apart)),
        Err(error) if error.ends_the_question() => Err(error),
        Err(_) => Ok(None),
    }
}
