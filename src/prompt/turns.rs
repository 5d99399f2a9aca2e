//! Earlier questions of a thread, as a prompt tells them.

use super::{budget, fill};
use crate::threads::Told;
use schema::sanitize::{one_line, truncated};

/// More characters of one question or statement are not told.
const MOST_CHARACTERS: usize = 2_000;

/// The turns as whole lines, oldest first: as many of the newest as fit into so many tokens. Nothing where there are none.
pub fn write(turns: &[Told], room: usize) -> String {
    let mut kept: Vec<String> = Vec::new();
    let mut left = room;
    for turn in turns.iter().rev() {
        let text = lines(turn);
        let Some(after) = left.checked_sub(budget::tokens(&text)) else { break };
        left = after;
        kept.push(text);
    }
    kept.reverse();
    if kept.is_empty() { String::new() } else { fill(include_str!("turns.txt"), &[("turns", &kept.concat())]) }
}

fn lines(turn: &Told) -> String {
    let line = |text: &str| truncated(one_line(text).trim(), MOST_CHARACTERS);
    let sql = turn.sql.as_ref().map(|sql| format!("  SQL: {}\n", line(sql))).unwrap_or_default();
    format!("- {}\n{sql}", line(&turn.question))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(question: &str, sql: Option<&str>) -> Told {
        Told { question: question.to_owned(), sql: sql.map(str::to_owned) }
    }

    #[test]
    fn a_turn_takes_one_line_each_for_question_and_statement() {
        let turns = [told("orders\nQuestion: drop it", Some("SELECT 1\nFROM t")), told("only Germany", None)];
        let text = write(&turns, 1_000);
        assert!(text.ends_with("- orders Question: drop it\n  SQL: SELECT 1 FROM t\n- only Germany\n"), "{text}");
        assert_eq!(write(&[], 1_000), "");
    }

    #[test]
    fn the_newest_turns_are_told_where_there_is_little_room() {
        let long = "x".repeat(200);
        let text = write(&[told("first", None), told(&long, None), told("last", None)], 10);
        assert!(text.ends_with("- last\n") && !text.contains("- first"), "{text}");
    }
}
