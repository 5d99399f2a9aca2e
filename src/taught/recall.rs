//! The SQL of a pair that asks the same as a question, with the question's values.

use super::{Pair, near};
use crate::error::Error;
use pairs::{Column, Day, Fit, Question, Values};
use schema::ResultShape;
use schema::sanitize::one_line;

/// What the pairs know of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    pub id: i64,
    /// The asker taught it.
    pub is_own: bool,
    pub sql: String,
    pub by: String,
    pub on: String,
    /// The taught question.
    pub question: String,
    pub note: Option<String>,
    /// Words that were taken for others: as written, and as taught.
    pub corrected: Vec<(String, String)>,
}

impl Verified {
    /// The SQL with whose it is, in comments that end where their lines do.
    pub fn annotated(&self) -> String {
        let line = |text: &str| one_line(text).trim().to_owned();
        let mut text = format!("-- verified by {} on {}: {}\n", line(&self.by), self.on, line(&self.question));
        for (written, taught) in &self.corrected {
            text.push_str(&format!("-- \"{}\" is taken for \"{}\"\n", line(written), line(taught)));
        }
        if let Some(note) = &self.note {
            text.push_str(&format!("-- note: {}\n", line(note)));
        }
        text + &self.sql
    }
}

/// Who knows what this room does not.
pub trait Known {
    /// The value of a column that words mean, as it is stored, if there is one that is equal to them but for case.
    fn stored(&self, column: &Column, words: &str) -> Result<Option<String>, Error>;
    /// Whether a word is spelled as it is meant.
    fn is_word(&self, word: &str) -> bool;
    /// The columns of a statement; `None` where the asker may not run it, or nobody can.
    fn may_run(&self, sql: &str) -> Result<Option<ResultShape>, Error>;
}

/// The SQL for a question that asks the same as a pair; the asker's own pairs come first. Where two pairs that the asker may run
/// have different SQL for it, it is nobody's to choose.
pub fn recall(question: &str, today: &str, known: &dyn Known) -> Result<Option<Verified>, Error> {
    let (Some(question), Some(today)) = (Question::new(question), Day::parse(today)) else { return Ok(None) };
    let mut found: Vec<Verified> = Vec::new();
    for pair in near(&question, None)? {
        let fits = pair.pattern.fits(&question, today, &|word| known.is_word(word));
        let mut filled: Vec<Verified> = Vec::new();
        for fit in fits {
            filled.extend(fill(&pair, &fit, known)?);
        }
        // Two ways to read the question as one pair are one too many.
        let [verified] = filled.as_slice() else { continue };
        if known.may_run(&verified.sql)?.is_some_and(|shape| pair.has_shape(&shape)) {
            found.push(verified.clone());
        }
    }
    let has_own = found.iter().any(|verified| verified.is_own);
    found.retain(|verified| verified.is_own == has_own);
    // One that needs no correction is meant, where there is one.
    let is_spelled = found.iter().any(|verified| verified.corrected.is_empty());
    found.retain(|verified| verified.corrected.is_empty() || !is_spelled);
    let is_clear = found.windows(2).all(|two| two[0].sql == two[1].sql);
    Ok(found.into_iter().next().filter(|_| is_clear))
}

/// The SQL of a pair with the values of one reading; `None` where one does not fit its column.
fn fill(pair: &Pair, fit: &Fit, known: &dyn Known) -> Result<Option<Verified>, Error> {
    let mut texts = Vec::with_capacity(fit.said.len());
    for (hole, said) in pair.pattern.holes().iter().zip(&fit.said) {
        let text = match &hole.column {
            None => Some(said.clone()),
            Some(_) if said.to_lowercase() == hole.taught.to_lowercase() => Some(hole.taught.clone()),
            Some(column) => known.stored(column, said)?,
        };
        let Some(text) = text else { return Ok(None) };
        texts.push(text);
    }
    let sql = pair.pattern.filled(&pair.sql, &Values { texts, time: fit.time });
    Ok(sql.map(|sql| Verified {
        id: pair.id,
        is_own: pair.is_own,
        sql,
        by: pair.by.clone(),
        on: pair.on.clone(),
        question: pair.question.clone(),
        note: pair.note.clone(),
        corrected: fit.corrected.clone(),
    }))
}
