//! How a caller ends a reading before it is finished.

use std::cell::Cell;
use std::rc::Rc;

/// The caller's check said that the reading is to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interrupted;

/// Asked in every loop that grows with the schema or the question; the first `Err` ends the reading at once, and the
/// check is not called again. It is called some thousand times a question, so it should only look at a flag.
pub type InterruptCheck<'a> = &'a dyn Fn() -> Result<(), Interrupted>;

/// A check that is looked at from many places. The first `Err` holds for all of them.
#[derive(Clone)]
pub struct Watch<'a> {
    check: InterruptCheck<'a>,
    ended: Rc<Cell<bool>>,
}

impl<'a> Watch<'a> {
    pub fn new(check: InterruptCheck<'a>) -> Self {
        Self { check, ended: Rc::default() }
    }

    /// Asks the caller, but not again after it said so.
    pub fn look(&self) -> Result<(), Interrupted> {
        if !self.ended.get() && (self.check)().is_err() {
            self.ended.set(true);
        }
        self.whole(())
    }

    /// What was found, unless the caller has ended the reading meanwhile: then it may be a part.
    pub fn whole<T>(&self, found: T) -> Result<T, Interrupted> {
        if self.ended.get() { Err(Interrupted) } else { Ok(found) }
    }
}

/// A check that never ends a reading.
pub fn never() -> Result<(), Interrupted> {
    Ok(())
}
