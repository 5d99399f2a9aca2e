//! How a caller ends a reading before it is finished.

/// The caller's check said that the reading is to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interrupted;

/// Asked in every loop that grows with the schema or the question; the first `Err` ends the reading at once, and the
/// check is not called again. It is called some thousand times a question, so it should only look at a flag.
pub type InterruptCheck<'a> = &'a dyn Fn() -> Result<(), Interrupted>;

/// A check that never ends a reading.
pub fn never() -> Result<(), Interrupted> {
    Ok(())
}
