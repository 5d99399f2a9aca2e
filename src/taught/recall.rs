//! The SQL of a pair that asks the same as a question, with the question's values.

use super::{Judged, Pair, alike};
use crate::error::Error;
use pairs::{Column, Day, Fit, Question, Values};
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
    /// What a statement is that the asker may run; else why not.
    fn judge(&self, sql: &str) -> Result<Result<Judged, Error>, Error>;
    /// Whether a question says a defined word that the question of a pair does not say. What stands for a value there is none.
    fn says_more(&self, question: &str, pair: &Pair) -> bool;
    /// Whether the words of a pair's question mean something else by now.
    fn is_redefined(&self, pair: &Pair) -> Result<bool, Error>;
}

/// The SQL for a question that asks the same as a pair; the asker's own pairs come first. Where two pairs that the asker may run
/// have different SQL for it, it is nobody's to choose. A question with the very values that were taught was verified as it is;
/// with others, what its words mean by now counts.
pub fn recall(question: &str, today: &str, known: &dyn Known) -> Result<Option<Verified>, Error> {
    // As taught questions are kept.
    let text = one_line(question);
    let (Some(question), Some(today)) = (Question::new(&text), Day::parse(today)) else { return Ok(None) };
    let mut found: Vec<Verified> = Vec::new();
    for pair in alike(&question, None)? {
        if let Some(verified) = answer(&pair, &question, today, known)?
            && (verified.sql == pair.sql
                || pair.is_asked_by(&question)
                || !(known.says_more(&text, &pair) || known.is_redefined(&pair)?))
        {
            found.push(verified);
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

/// The SQL of one pair for a question, where it asks the same and the asker may run it, as it was taught or under the names that
/// things have now.
pub fn answer(pair: &Pair, question: &Question<'_>, today: Day, known: &dyn Known) -> Result<Option<Verified>, Error> {
    let fits = pair.pattern.fits(question, today, &|word| known.is_word(word));
    if fits.is_empty() {
        return Ok(None);
    }
    if let Some(verified) = fill_one(pair, &fits, known)?
        && let Ok(judged) = known.judge(&verified.sql)?
    {
        return Ok(pair.has_shape(&judged.shape).then_some(verified));
    }
    let Some((renamed, _)) = pair.renamed(known)? else { return Ok(None) };
    let fits = renamed.pattern.fits(question, today, &|word| known.is_word(word));
    let Some(verified) = fill_one(&renamed, &fits, known)? else { return Ok(None) };
    let may_run = known.judge(&verified.sql)?.is_ok_and(|judged| renamed.has_shape(&judged.shape));
    Ok(may_run.then_some(verified))
}

/// The SQL of a pair where just one reading of the question fits it.
fn fill_one(pair: &Pair, fits: &[Fit], known: &dyn Known) -> Result<Option<Verified>, Error> {
    let mut filled: Vec<Verified> = Vec::new();
    for fit in fits {
        filled.extend(fill(pair, fit, known)?);
    }
    Ok(filled.pop().filter(|_| filled.is_empty()))
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
