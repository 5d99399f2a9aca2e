//! Questions, answered with a drawing.

use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

use crate::ask::{self, Question};
use crate::settings::Settings;

/// The answer as a chart.
#[pg_extern(volatile, parallel_unsafe)]
fn nl_chart(question: Option<&str>, thread: default!(Option<&str>, "NULL")) -> Result<pgrx::JsonB, ErrorReport> {
    let question = Question::new("nl_chart", question, thread)?;
    Ok(pgrx::JsonB(ask::chart(&question, &*Settings::in_force()?)?))
}

/// The answer as a chart of characters.
#[pg_extern(volatile, parallel_unsafe)]
fn nl_plot(
    question: Option<&str>,
    thread: default!(Option<&str>, "NULL"),
) -> Result<SetOfIterator<'static, String>, ErrorReport> {
    let question = Question::new("nl_plot", question, thread)?;
    Ok(SetOfIterator::new(ask::plot(&question, &*Settings::in_force()?)?))
}
