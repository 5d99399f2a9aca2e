//! Pairs near to a question, as examples for a model outside the server.

use super::{Known, Pair, near};
use crate::error::Error;
use pairs::{Day, Question};
use schema::sanitize::one_line;

/// So many pairs are shown.
const MOST: usize = 5;
/// So many are judged to find them.
const MOST_JUDGED: usize = 10;

/// The pairs nearest to a question whose SQL the asker may run, first those that read one of the relations `about`, by their oids.
/// `measured`: the number of a pair whose question is asked to measure a model; what gives its answer away is left out.
pub fn examples(
    question: &str,
    today: &str,
    about: &[u32],
    measured: Option<i64>,
    known: &dyn Known,
) -> Result<Vec<Pair>, Error> {
    let text = one_line(question);
    let (Some(question), Some(today)) = (Question::new(&text), Day::parse(today)) else { return Ok(Vec::new()) };
    let mut pairs = near(&question, measured)?;
    if measured.is_some() {
        pairs.retain(|pair| pair.pattern.fits(&question, today, &|_| false).is_empty());
    }
    pairs.sort_by_key(|pair| !pair.reads.iter().any(|read| about.contains(&read.oid)));
    let mut examples = Vec::new();
    for pair in pairs.into_iter().take(MOST_JUDGED) {
        examples.extend(pair.runnable(known)?);
        if examples.len() == MOST {
            break;
        }
    }
    Ok(examples)
}
