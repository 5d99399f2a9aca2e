//! What whoever asks may know of the database, as far as verified pairs need it.

use crate::error::Error;
use crate::grounding::values::Lookup;
use crate::grounding::{self, Context, Name};
use crate::guard::{self, Reads};
use crate::pg::running::sandbox::sandboxed;
use crate::settings::Settings;
use crate::taught::{Judged, Known};
use pairs::Column;
use reader::Interrupted;
use reader::stored_values::{Closeness, ValueLookup};

pub struct KnownToAsker<'a> {
    pub context: &'a Context,
    pub settings: &'a Settings,
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
        let singular = words::singular(word);
        let is_same = |known: &str| known == word || known == singular;
        let of_name = |name: &str| words::identifier_words(name).iter().any(|known| is_same(known));
        words::words_with_synonyms().any(is_same)
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
