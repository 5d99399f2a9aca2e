//! Cancels and terminations that wait to be served.

/// Serves what is pending, for loops of code that knows no server: a cancel or a termination unwinds from here.
pub fn check() -> Result<(), linking::Interrupted> {
    pgrx::check_for_interrupts!();
    Ok(())
}
