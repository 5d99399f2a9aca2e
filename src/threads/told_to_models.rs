//! What a model outside the server is told of earlier turns.

use super::Turn;
use crate::error::Error;
use crate::settings::Share;

/// A turn as a model is told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    pub question: String,
    /// `None` where the statement says more than a model may know.
    pub sql: Option<String>,
}

/// The turns that a model may know of. One whose statement `approve` no longer lets the asker run is left out, as its
/// question may name what they can no longer read.
pub fn told(turns: &[Turn], share: Share, approve: &dyn Fn(&str) -> Result<bool, Error>) -> Result<Vec<Told>, Error> {
    let mut told = Vec::new();
    for turn in turns {
        if approve(&turn.sql)? {
            let sql = without_remarks(&turn.sql);
            let may_tell = share.tells_values() || holds_only_asked_values(sql, turns);
            told.push(Told { question: turn.question.clone(), sql: may_tell.then(|| sql.to_owned()) });
        }
    }
    Ok(told)
}

/// A statement without the lines of comment before it, which tell how the builtin model read the question.
fn without_remarks(sql: &str) -> &str {
    let mut rest = sql.trim();
    while rest.starts_with("--") {
        rest = rest.split_once('\n').map_or("", |(_, after)| after.trim_start());
    }
    rest
}

/// Whether every text in a statement was written by the asker. The builtin model may have taken another from the data, as it looks up
/// what is stored: where the data is not to be told, neither is such a statement.
fn holds_only_asked_values(sql: &str, turns: &[Turn]) -> bool {
    let is_asked = |text: &String| turns.iter().any(|turn| turn.question.contains(text.as_str()));
    syntax::texts(sql).is_some_and(|texts| texts.iter().all(|literal| literal.is_time || is_asked(&literal.text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turn(question: &str, sql: &str) -> Turn {
        Turn { question: question.to_owned(), meaning: None, sql: sql.to_owned(), reading: None }
    }

    fn sql_told(turns: &[Turn], share: Share) -> Vec<Option<String>> {
        told(turns, share, &|sql| Ok(!sql.contains("vault"))).unwrap().into_iter().map(|one| one.sql).collect()
    }

    #[test]
    fn a_stored_value_that_nobody_typed_is_told_only_as_a_sample() {
        let sql = "SELECT count(*) FROM c WHERE city = 'Berlin'";
        let turns = [turn("customers in berlin", &format!("-- reading: customers in Berlin\n{sql}"))];
        assert_eq!(sql_told(&turns, Share::Schema), [None]);
        assert_eq!(sql_told(&turns, Share::Samples), [Some(sql.to_owned())]);
        let turns = [turn("customers in Berlin", sql)];
        assert_eq!(sql_told(&turns, Share::Schema), [Some(sql.to_owned())]);
        let sql = "SELECT date_trunc('month', d) FROM c WHERE d >= DATE '2025-01-01' + interval '3 days'";
        assert_eq!(sql_told(&[turn("c per month", sql)], Share::Schema), [Some(sql.to_owned())]);
        // What a column of texts holds may look like a time, or have no letter.
        for value in ["0171/555-1234", "2025-01-02", "month"] {
            let sql = format!("SELECT count(*) FROM rooms WHERE code = '{value}'");
            assert_eq!(sql_told(&[turn("rooms with code 0171/555-1235", &sql)], Share::Schema), [None]);
        }
    }

    #[test]
    fn values_in_comments_and_other_quotes_are_seen() {
        for sql in ["SELECT 1 /* Berlin */", "SELECT $$Berlin$$", "SELECT E'Berlin'", "SELECT U&'Berlin'"] {
            assert_eq!(sql_told(&[turn("one", sql)], Share::Schema), [None], "{sql}");
        }
    }

    #[test]
    fn what_no_longer_passes_is_left_out_with_its_question() {
        let turns = [turn("secrets", "SELECT * FROM vault"), turn("one", "SELECT 1")];
        assert_eq!(sql_told(&turns, Share::Schema), [Some("SELECT 1".to_owned())]);
    }
}
