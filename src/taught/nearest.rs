//! The pairs nearest to a question that may be shown to a model outside the server.

use super::{Known, Pair, near};
use crate::error::Error;
use pairs::{Day, Question};
use schema::sanitize::one_line;

/// So many pairs are shown.
const MOST: usize = 5;
/// So many are judged to find them.
const MOST_JUDGED: usize = 10;

/// The pairs nearest to a question, in one of its `wordings`, whose SQL the asker may run, first those that read one of the
/// relations `about`, by their oids; none that says a word that was defined otherwise since. `measured`: the number of a pair whose
/// question is asked to measure a model; what gives its answer away is left out.
pub fn nearest(
    wordings: &[&str],
    today: &str,
    about: &[u32],
    measured: Option<i64>,
    known: &dyn Known,
) -> Result<Vec<Pair>, Error> {
    let texts: Vec<String> = wordings.iter().map(|text| one_line(text)).collect();
    let wordings: Option<Vec<Question<'_>>> = texts.iter().map(|text| Question::new(text)).collect();
    let (Some(wordings), Some(today)) = (wordings, Day::parse(today)) else { return Ok(Vec::new()) };
    let mut pairs = near(&wordings, measured)?;
    if measured.is_some() {
        pairs.retain(|pair| !wordings.iter().any(|wording| pair.gives_away(wording, today)));
    }
    pairs.sort_by_key(|pair| !pair.reads.iter().any(|read| about.contains(&read.oid)));
    let mut examples = Vec::new();
    for pair in pairs.into_iter().take(MOST_JUDGED) {
        if !known.is_redefined(&pair)? {
            examples.extend(pair.runnable(known)?);
        }
        if examples.len() == MOST {
            break;
        }
    }
    Ok(examples)
}
