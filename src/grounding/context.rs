//! A question with everything that is known about it before anybody writes SQL.

use std::cell::OnceCell;
use std::rc::Rc;
use std::time::Duration;

use super::detail::Detail;
use linking::Ranked;
use reader::{InterruptCheck, Interrupted, Prepared};
use schema::{Outline, Snapshot};

/// An outline with what prompts say of the relation, once that was written: it is the same in each.
#[derive(Debug)]
pub struct KeptOutline {
    pub outline: Outline,
    pub line: OnceCell<Rc<str>>,
    pub name: OnceCell<Rc<str>>,
}

impl From<Outline> for KeptOutline {
    fn from(outline: Outline) -> Self {
        Self { outline, line: OnceCell::new(), name: OnceCell::new() }
    }
}

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
    pub outlines: Rc<[Rc<KeptOutline>]>,
    /// How many relations the caller may read.
    pub total: usize,
    /// How long ranking and choosing them took.
    pub linking: Duration,
}

impl Context {
    /// The same for another question, about the same relations.
    pub fn asking(&self, question: &str) -> Self {
        Self { question: question.to_owned(), ..self.clone() }
    }

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
    Context {
        question: question.to_owned(),
        snapshot,
        prepared,
        details,
        ranked: ranked.into(),
        outlines,
        total,
        linking: Duration::ZERO,
    }
}
