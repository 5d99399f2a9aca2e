//! A schema that is ready for questions: what does not depend on the question is found once.

use std::borrow::Borrow;

use crate::Reader;
use crate::catalog::name_index::NameIndex;
use crate::catalog::schema_view::{SchemaFacts, SchemaView};
use crate::interrupts::{InterruptCheck, Interrupted};
use schema::Snapshot;

/// A snapshot with its foreign keys, its names by their words and what its comments teach. To find them takes longer than to read
/// a question, so whoever asks often keeps this for as long as the snapshot is true.
pub struct Prepared<S> {
    snapshot: S,
    facts: SchemaFacts,
    names: NameIndex,
}

impl<S: Borrow<Snapshot>> Prepared<S> {
    /// The time grows with the number of columns; `interrupt` is called for each of them.
    pub fn new(snapshot: S, interrupt: InterruptCheck) -> Result<Self, Interrupted> {
        let facts = SchemaFacts::new(snapshot.borrow(), interrupt)?;
        let names = NameIndex::new(&SchemaView::new(snapshot.borrow(), &facts, interrupt))?;
        Ok(Self { snapshot, facts, names })
    }

    /// A reader of questions. `interrupt` is called in every loop that may be long while they are read. The error is the
    /// caller's own wish to end.
    pub fn reader<'a>(&'a self, interrupt: InterruptCheck<'a>) -> Reader<'a> {
        let schema = SchemaView::new(self.snapshot.borrow(), &self.facts, interrupt);
        Reader { schema, names: &self.names }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interrupts::never;
    use crate::lattice::stored_values::NoValues;
    use crate::tests::shop_fixture::shop;
    use std::cell::Cell;
    use std::rc::Rc;

    #[test]
    fn what_is_kept_reads_every_question_as_what_was_just_made() {
        let shop = Rc::new(shop());
        let kept = Prepared::new(Rc::clone(&shop), &never).unwrap();
        for question in ["revenue by category in 2025", "top 5 customers by revenue", "orders by status", "xyzzy"] {
            let first = kept.reader(&never).read(question, &NoValues).unwrap();
            assert_eq!(kept.reader(&never).read(question, &NoValues).unwrap(), first, "{question}");
            assert_eq!(crate::read(question, &shop, &NoValues, &never).unwrap(), first, "{question}");
        }
    }

    #[test]
    fn making_it_can_be_ended() {
        let asked = Cell::new(0);
        let end_at = |last: usize| {
            asked.set(0);
            let interrupt = || {
                asked.set(asked.get() + 1);
                if asked.get() > last { Err(Interrupted) } else { Ok(()) }
            };
            Prepared::new(shop(), &interrupt).map(drop)
        };
        assert_eq!(end_at(usize::MAX), Ok(()));
        for last in 0..asked.get() {
            assert_eq!(end_at(last), Err(Interrupted), "after {last} steps");
        }
    }
}
