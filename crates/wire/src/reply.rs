//! What a model answered: a query, a question back, or a refusal.
//!
//! The asked-for JSON object is the rule. A reply that ignores it is still understood where it plainly holds one
//! statement; where it holds several different ones, it holds none.

use serde::Deserialize;

use crate::Asks;

/// Longer explanations, in characters, were not asked for.
const MAX_WORDS: usize = 4000;

/// Why a reply holds no statement or no explanation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoStatement {
    /// The model asks back.
    Clarify(String),
    /// The model says that the database can't answer.
    Declined(String),
    /// The reply can't be used; the reason is a whole sentence.
    Unusable(String),
}

/// The schema of the reply, which every provider is asked to enforce.
pub fn json_schema(asks: Asks) -> serde_json::Value {
    if asks == Asks::Words {
        return serde_json::json!({
            "type": "object",
            "properties": {
                "action": {"type": "string", "enum": ["explain"]},
                "message": {"type": "string", "description": "the statement in plain words"}
            },
            "required": ["action", "message"],
            "additionalProperties": false
        });
    }
    serde_json::json!({
        "type": "object",
        "properties": {
            "action": {"type": "string", "enum": ["query", "clarify", "refuse"]},
            "sql": {"type": "string", "description": "one SELECT statement when action is query, else empty"},
            "message": {"type": "string", "description": "the question or reason when action is not query, else empty"}
        },
        "required": ["action", "sql", "message"],
        "additionalProperties": false
    })
}

#[derive(Deserialize)]
struct Structured {
    action: String,
    #[serde(default)]
    sql: Option<String>,
    #[serde(default)]
    message: Option<String>,
}

/// The asked-for object, bare or fenced.
fn structured(text: &str) -> Option<Structured> {
    serde_json::from_str(text.trim())
        .ok()
        .or_else(|| blocks(text).iter().find_map(|block| serde_json::from_str(block.trim()).ok()))
}

/// The words a reply holds. What is no explanation is no usable reply, a refusal included: the next model may do it.
pub fn explanation(text: &str) -> Result<String, NoStatement> {
    let words = match structured(text) {
        Some(reply) if reply.action == "explain" => lines(&reply.message.unwrap_or_default()),
        Some(reply) if reply.action == "refuse" => {
            let why = format!("It declined: {}", one_line(&reply.message.unwrap_or_default()));
            return Err(unusable(why.trim_end_matches([':', ' '])));
        }
        Some(_) => return Err(unusable("Its action is not explain.")),
        None if text.contains("```") || text.trim_start().starts_with('{') => String::new(),
        None => lines(text),
    };
    match words.chars().count() {
        0 => Err(unusable("It holds no explanation.")),
        MAX_WORDS.. => Err(unusable("Its explanation is too long.")),
        _ => Ok(words),
    }
}

/// Lines of plain text: nothing that moves a cursor, none of them empty.
fn lines(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(|line| one_line(&line.replace(char::is_control, " "))).collect();
    lines.into_iter().filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

/// The statement a reply holds.
pub fn statement(text: &str) -> Result<String, NoStatement> {
    match structured(text) {
        Some(structured) => act(structured),
        None => plain(text).ok_or_else(|| unusable("It holds no single SQL statement.")),
    }
}

fn act(reply: Structured) -> Result<String, NoStatement> {
    let message = one_line(reply.message.as_deref().unwrap_or_default());
    let sql = reply.sql.unwrap_or_default();
    match reply.action.as_str() {
        "query" if !sql.trim().is_empty() => Ok(tidy(&sql)),
        "query" => Err(unusable("Its statement is empty.")),
        "clarify" if !message.is_empty() => Err(NoStatement::Clarify(message)),
        "refuse" if !message.is_empty() => Err(NoStatement::Declined(message)),
        "refuse" => Err(NoStatement::Declined("the model found no answer in this database".to_owned())),
        _ => Err(unusable("Its action is none of query, clarify and refuse.")),
    }
}

/// The one statement of a reply in prose: a fenced block, or the whole text where that is a query.
fn plain(text: &str) -> Option<String> {
    let mut found: Vec<String> = blocks(text).iter().map(|block| tidy(block)).filter(|sql| is_query(sql)).collect();
    found.dedup();
    match found.as_slice() {
        [] if is_query(text.trim()) => Some(tidy(text)),
        [only] => Some(only.clone()),
        _ => None,
    }
}

/// The insides of ``` fences, without the language tag.
fn blocks(text: &str) -> Vec<&str> {
    text.split("```")
        .skip(1)
        .step_by(2)
        .map(|block| match block.split_once('\n') {
            Some((tag, rest)) if tag.trim().chars().all(char::is_alphanumeric) => rest,
            _ => block,
        })
        .collect()
}

fn is_query(text: &str) -> bool {
    let first = text.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
    first.eq_ignore_ascii_case("select") || first.eq_ignore_ascii_case("with")
}

/// The statement without what may surround it; the text itself is left alone.
fn tidy(sql: &str) -> String {
    sql.trim().trim_end_matches(|c: char| c == ';' || c.is_whitespace()).to_owned()
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn unusable(why: &str) -> NoStatement {
    NoStatement::Unusable(why.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(why: NoStatement) -> String {
        match why {
            NoStatement::Clarify(_) => "clarify",
            NoStatement::Declined(_) => "declined",
            NoStatement::Unusable(_) => "unusable",
        }
        .to_owned()
    }

    fn read(text: &str) -> Result<String, String> {
        statement(text).map_err(kind)
    }

    #[test]
    fn structured_replies() {
        assert_eq!(read(r#"{"action":"query","sql":"SELECT 1;","message":""}"#), Ok("SELECT 1".into()));
        assert_eq!(read(r#"{"action":"query","sql":" ","message":""}"#), Err("unusable".into()));
        assert_eq!(read(r#"{"action":"clarify","sql":"","message":"Which year?"}"#), Err("clarify".into()));
        assert_eq!(read(r#"{"action":"refuse","sql":null,"message":"no such data"}"#), Err("declined".into()));
        assert_eq!(read(r#"{"action":"dance","sql":"","message":""}"#), Err("unusable".into()));
        assert_eq!(
            read("```json\n{\"action\":\"query\",\"sql\":\"SELECT 2\",\"message\":\"\"}\n```"),
            Ok("SELECT 2".into())
        );
    }

    #[test]
    fn prose_with_one_statement_is_understood() {
        assert_eq!(read("Here you go:\n```sql\nSELECT 1\n```\nEnjoy."), Ok("SELECT 1".into()));
        assert_eq!(read("SELECT 1 -- one"), Ok("SELECT 1 -- one".into()));
        assert_eq!(read("```\nSELECT 1\n``` again\n```\nSELECT 1;\n```"), Ok("SELECT 1".into()));
    }

    #[test]
    fn prose_with_none_or_several_is_not() {
        assert_eq!(read("I cannot help."), Err("unusable".into()));
        assert_eq!(read("```\nSELECT 1\n``` or\n```\nSELECT 2\n```"), Err("unusable".into()));
        assert_eq!(read(""), Err("unusable".into()));
    }

    #[test]
    fn an_explanation_is_plain_text_and_no_more() {
        let read = |text: &str| explanation(text).map_err(kind);
        assert_eq!(
            read(r#"{"action":"explain","message":"It counts.\n\n Orders\u001b[2J. "}"#),
            Ok("It counts.\nOrders [2J.".into())
        );
        assert_eq!(read("It counts orders."), Ok("It counts orders.".into()));
        for reply in [
            "",
            r#"{"action":"explain","message":" "}"#,
            r#"{"action":"query","sql":"SELECT 1","message":"m"}"#,
            r#"{"action":"refuse","message":"no"}"#,
            r#"{"action":"expl"#,
            "```sql\nSELECT 1\n```",
            &"word ".repeat(1000),
        ] {
            assert_eq!(read(reply), Err("unusable".into()), "{reply}");
        }
    }

    #[test]
    fn a_semicolon_inside_stays() {
        assert_eq!(
            read(r#"{"action":"query","sql":"SELECT ';'; SELECT 2;","message":""}"#),
            Ok("SELECT ';'; SELECT 2".into())
        );
    }
}
