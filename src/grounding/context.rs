//! A question with everything that is known about it before anybody writes SQL.

use std::cell::OnceCell;
use std::rc::Rc;

use super::detail::Detail;
use linking::Ranked;
use reader::{InterruptCheck, Interrupted, Prepared};
use schema::{Outline, Snapshot};

/// A question with everything that is known about it before anybody writes SQL.
#[derive(Clone)]
pub struct Context {
    pub question: String,
    /// The relations that were chosen, in detail: all that the caller may read where they are few, else those nearest to the
    /// question and what can be joined with them.
    pub snapshot: Rc<Snapshot>,
    /// The snapshot made ready for the builtin model, once it was asked; kept for as long as the snapshot is.
    pub(super) prepared: Rc<OnceCell<Prepared<Rc<Snapshot>>>>,
    pub(super) details: Rc<[Rc<Detail>]>,
    /// The relations that the question may be about, nearest first.
    pub ranked: Rc<[Ranked]>,
    /// The names, and those of the columns, of ranked relations that were not chosen.
    pub outlines: Rc<[Outline]>,
    /// How many relations the caller may read.
    pub total: usize,
}

impl Context {
    /// Whether nothing that the caller may read was left out.
    pub fn is_complete(&self) -> bool {
        self.total <= self.snapshot.relations.len()
    }

    /// The snapshot made ready for the builtin model.
    pub fn prepared(&self, interrupt: InterruptCheck) -> Result<&Prepared<Rc<Snapshot>>, Interrupted> {
        if let Some(prepared) = self.prepared.get() {
            return Ok(prepared);
        }
        let prepared = Prepared::new(Rc::clone(&self.snapshot), interrupt)?;
        Ok(self.prepared.get_or_init(|| prepared))
    }
}

/// A context made by hand.
#[cfg(test)]
pub fn context_of(question: &str, snapshot: Snapshot, ranked: Vec<Ranked>) -> Context {
    let total = snapshot.relations.len();
    let (snapshot, outlines, details) = (Rc::new(snapshot), Rc::default(), Rc::default());
    let prepared = Rc::default();
    Context { question: question.to_owned(), snapshot, prepared, details, ranked: ranked.into(), outlines, total }
}
