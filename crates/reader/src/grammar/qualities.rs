//! The columns that adjectives measure: "cheapest" by a price, "oldest" by a date of birth.

use crate::catalog::comments;
use crate::choice::costs;
use crate::grammar::noun_phrases::opposite;
use crate::grammar::parser::Parser;
use crate::lattice::lexicon::{Quality, quality_words};
use crate::query::tree::{ColumnId, Direction};

impl Parser<'_> {
    /// The columns that measure a quality, each with the direction of its values and a cost. The direction is turned
    /// where greater values mean less of it: the oldest have the earliest date of birth.
    pub fn quality_columns(
        &self,
        relation: usize,
        quality: Quality,
        direction: Direction,
    ) -> Vec<(ColumnId, Direction, u32)> {
        let dates: Vec<ColumnId> = self.schema.event_dates(relation);
        if quality == Quality::Date && !dates.is_empty() {
            return dates.into_iter().map(|id| (id, direction, 0)).collect();
        }
        // What an order costs is all that is paid for it, and not the fee for its way.
        let priced = |id: ColumnId| ["price", "cost"].contains(&self.schema.last_word(id));
        if quality == Quality::Price
            && !self.schema.columns(relation).any(|(id, _)| priced(id))
            && let Some(worth) = self.worth_of_row(relation)
        {
            return vec![(worth, direction, costs::QUALITY_BY_COLUMN_NAME)];
        }
        let is = |word: &String, one: &str| word == one || word.ends_with(one);
        let named = |id: ColumnId, one: &str| self.schema.words(id).iter().any(|word| is(word, one));
        let mut found = self.measuring(relation, quality, named);
        if found.is_empty() {
            // What a terse name holds is told by its comment.
            let told = |id: ColumnId, one: &str| {
                let names = comments::names(self.schema.column(id).comment.as_deref().unwrap_or_default());
                let mut said = names.iter().flat_map(|name| name.split(' ')).map(words::singular);
                said.any(|word| word == words::singular(one))
            };
            found = self.measuring(relation, quality, told);
        }
        // The oldest invoice is the first one. Of people, that may be the oldest or who came first.
        if found.is_empty() && quality == Quality::Age && !self.schema.is_people(relation) {
            found = dates;
        }
        let turn = |id: ColumnId| quality == Quality::Age && (self.schema.is_date(id) || self.schema.is_year(id));
        let flip = |id: ColumnId| if turn(id) { opposite(direction) } else { direction };
        found.into_iter().map(|id| (id, flip(id), costs::QUALITY_BY_COLUMN_NAME)).collect()
    }

    /// The numbers and dates of a relation that are called by the first word for a quality that any of them is called by.
    fn measuring(
        &self,
        relation: usize,
        quality: Quality,
        is_called: impl Fn(ColumnId, &str) -> bool,
    ) -> Vec<ColumnId> {
        let fits = |id: ColumnId| {
            let measures = self.schema.is_number(id)
                || self.schema.is_date(id)
                || (quality == Quality::Date && self.schema.is_year(id));
            measures && !self.schema.is_key(id)
        };
        let columns = || self.schema.columns(relation).map(|(id, _)| id).filter(|id| fits(*id));
        let of_word = |word: &&str| columns().filter(|id| is_called(*id, word)).collect::<Vec<_>>();
        quality_words(quality).iter().map(of_word).find(|found| !found.is_empty()).unwrap_or_default()
    }
}
