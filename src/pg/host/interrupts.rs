//! The server's pending interrupts, served where long work of our own can be ended.

/// Serves a pending cancel or termination, which then unwinds as an error of the server; else only looks at a flag.
pub fn serve() {
    pgrx::check_for_interrupts!();
}

/// As [`serve`], for loops of [`linking`], which knows no server.
pub fn check() -> Result<(), linking::Interrupted> {
    serve();
    Ok(())
}
