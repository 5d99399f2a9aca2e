//! A measure that somebody defined, over some of its rows alone: "revenue last month vs the month before".
//!
//! Its SQL is an expression over aggregates, as the server prints it. Of a part of the rows it is the same with a FILTER behind each
//! aggregate, where all of them are known to be that.

use super::{ROW, TermColumn};

/// The aggregates that terms are made of.
const AGGREGATES: [&str; 5] = ["sum", "count", "avg", "min", "max"];

/// An aggregate in a text: where its name begins, and the position after its closing parenthesis.
type Call = (usize, usize);

impl TermColumn {
    /// Whether the measure of some rows and that of the others add up to that of all: one sum or count.
    pub fn adds_up(&self) -> bool {
        let sql = self.sql.trim();
        matches!(calls(sql).as_deref(), Some([(0, end)]) if *end == sql.len())
            && (sql.starts_with("sum(") || sql.starts_with("count(*"))
    }
}

/// The SQL of a measure over the rows for which a condition holds; `None` where that can't be told from its text.
pub fn of_some_rows(sql: &str, condition: &str) -> Option<String> {
    let calls = calls(sql)?;
    let mut text = String::new();
    let mut copied = 0;
    for (_, end) in calls {
        text.push_str(sql.get(copied..end)?);
        copied = end;
        let rest = sql.get(end..)?;
        match rest.strip_prefix(" FILTER (WHERE ") {
            Some(after) => {
                let begin = end + " FILTER (WHERE ".len();
                let close = begin + closing(after)?;
                text.push_str(&format!(" FILTER (WHERE ({}) AND {condition})", sql.get(begin..close)?));
                copied = close + 1;
            }
            None => text.push_str(&format!(" FILTER (WHERE {condition})")),
        }
    }
    text.push_str(sql.get(copied..)?);
    Some(text)
}

/// The aggregates of a measure; `None` where there is none, or a row stands outside of them, or a text might be misread.
fn calls(sql: &str) -> Option<Vec<Call>> {
    if sql.contains(['\\', '$']) || sql.contains("SELECT") {
        return None;
    }
    let mut found: Vec<Call> = Vec::new();
    let mut outside = String::new();
    let mut at = 0;
    while at < sql.len() {
        let rest = sql.get(at..)?;
        let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
        let length = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        let word = rest.get(..length)?;
        let called = rest.get(length..).is_some_and(|after| after.starts_with('('));
        if called && AGGREGATES.contains(&word) {
            let end = at + length + 1 + closing(rest.get(length + 1..)?)? + 1;
            found.push((at, end));
            at = end;
            if let Some(after) = sql.get(end..)?.strip_prefix(" FILTER (WHERE ") {
                at = end + " FILTER (WHERE ".len() + closing(after)? + 1;
            }
            continue;
        }
        let first = rest.chars().next()?;
        if matches!(first, '\'' | '"') {
            at += 1 + rest.get(1..)?.find(first)? + 1;
            continue;
        }
        let step = length.max(first.len_utf8());
        outside.push_str(rest.get(..step)?);
        at += step;
    }
    (!found.is_empty() && !outside.contains(ROW) && !outside.contains("OVER")).then_some(found)
}

/// The position of the parenthesis that closes one which was opened before the text. A quote within quotes is written twice, which
/// ends one text and begins another.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 1;
    let mut quote: Option<char> = None;
    text.char_indices().find_map(|(at, c)| {
        match (quote, c) {
            (Some(open), _) => quote = quote.filter(|_| c != open),
            (None, '\'' | '"') => quote = Some(c),
            (None, '(') => depth += 1,
            (None, ')') => depth -= 1,
            _ => {}
        }
        (depth == 0).then_some(at)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_aggregate_gets_the_condition() {
        for (sql, wanted) in [
            ("sum(nl2sql_row.total)", Some("sum(nl2sql_row.total) FILTER (WHERE c)")),
            (
                "(sum((nl2sql_row.total - nl2sql_row.shipping)) / (count(*))::numeric)",
                Some(
                    "(sum((nl2sql_row.total - nl2sql_row.shipping)) FILTER (WHERE c) / (count(*) FILTER (WHERE c))::numeric)",
                ),
            ),
            (
                "sum(nl2sql_row.total) FILTER (WHERE (nl2sql_row.paid))",
                Some("sum(nl2sql_row.total) FILTER (WHERE ((nl2sql_row.paid)) AND c)"),
            ),
            ("my_sum(nl2sql_row.total)", None),
            ("sum(nl2sql_row.total) + my_sum(nl2sql_row.total)", None),
            (
                "sum(nl2sql_row.total) FILTER (WHERE (nl2sql_row.status <> 'vo(id'::text))",
                Some("sum(nl2sql_row.total) FILTER (WHERE ((nl2sql_row.status <> 'vo(id'::text)) AND c)"),
            ),
            ("1", None),
        ] {
            assert_eq!(of_some_rows(sql, "c").as_deref(), wanted, "{sql}");
        }
    }
}
