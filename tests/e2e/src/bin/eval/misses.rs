//! What the builtin model missed, as text for people: each question with its gold statement and what was understood,
//! sorted by kind.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::builtin::Asked;

/// Why a question counts as missed, the worst first; `None` where it does not.
fn kind(asked: &Asked) -> Option<&'static str> {
    match (asked.verdict.as_str(), &asked.answer) {
        ("correct" | "declined" | "unscorable", _) => None,
        ("wrong", _) if asked.question.gold.is_empty() => Some("1 answered what the database can't answer"),
        ("wrong", _) => Some("2 wrong answer"),
        (_, Ok(_)) => Some("3 the answer fails when it runs"),
        (_, Err((sqlstate, _))) if sqlstate != "0A000" => Some("4 an error that is no silence"),
        (_, Err((_, said))) if said.contains("could not place") => Some("5 silent: unknown words"),
        (_, Err((_, said))) if said.contains("more than one way") => Some("6 silent: ambiguous"),
        (_, Err(_)) => Some("7 silent: no shape"),
    }
}

/// All misses, a block each.
pub fn text(asked: &[Asked]) -> String {
    let mut text = String::new();
    for (kind, misses) in by_kind(asked) {
        let _ = writeln!(text, "=== {kind}: {}\n", misses.len());
        for asked in misses {
            block(&mut text, asked);
        }
    }
    text
}

fn block(text: &mut String, asked: &Asked) {
    let question = asked.question;
    let _ = writeln!(text, "{} {}\n  asked  {}", question.id, question.database, question.text);
    for gold in question.gold.iter().take(1) {
        let _ = writeln!(text, "  gold   {}", flat(gold));
    }
    // The reading stands in the statement, as its first line; after a message comes what was understood.
    let (label, told) = match &asked.answer {
        Ok(sql) => ("gave  ", sql.as_str()),
        Err((_, said)) => ("silent", said.split_once('\n').map_or("", |(_, detail)| detail)),
    };
    for line in told.lines() {
        let _ = writeln!(text, "  {label} {line}");
    }
    if !asked.remark.is_empty() && asked.answer.is_ok() {
        let _ = writeln!(text, "  server {}", asked.remark);
    }
    text.push('\n');
}

fn flat(sql: &str) -> String {
    sql.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn by_kind<'a, 'q>(asked: &'a [Asked<'q>]) -> BTreeMap<&'static str, Vec<&'a Asked<'q>>> {
    let mut kinds: BTreeMap<&str, Vec<&Asked>> = BTreeMap::new();
    for asked in asked {
        if let Some(kind) = kind(asked) {
            kinds.entry(kind).or_default().push(asked);
        }
    }
    kinds
}

/// How many misses there are of each kind.
pub fn counts(asked: &[Asked]) {
    for (kind, misses) in by_kind(asked) {
        println!("{:>6}  {kind}", misses.len());
    }
}
