//! What a model replied: a statement, a wish to see more of the schema, an explanation, a question back or a refusal.
//!
//! A model is asked for a JSON object. A reply that is none is still accepted if it clearly holds a single statement;
//! if it holds several different ones, nobody could say which is meant.

use schema::sanitize::{multi_line, one_line};
use serde::Deserialize;

use crate::{Task, Usage};

/// Explanations with more characters than this are refused: the prompt asks for a few sentences.
const MAX_EXPLANATION: usize = 4000;
/// The actions of replies in words.
const EXPLAIN: &str = "explain";
const ANSWER: &str = "answer";
/// So many relations can be asked for in one reply; further ones are not heard.
const MAX_RELATIONS: usize = 20;
/// Longer names, in characters, are none: two names of 63 bytes each, every one a quote that is doubled, and a dot.
const MAX_NAME: usize = 300;

/// A reply of a model, whatever its wire format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// What the model wrote, for [`proposal`] or [`explanation`] to read.
    pub text: String,
    pub usage: Usage,
}

/// What a model proposes to do about a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proposal {
    /// To run this statement.
    Statement(String),
    /// To see the detail of these relations first, as the model spells their names.
    Look(Vec<String>),
}

/// Why a reply holds no statement or no explanation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoStatement {
    /// The model asks a question back.
    Clarify(String),
    /// The model says that the database can't answer.
    Declined(String),
    /// The reply can't be used; the reason is a whole sentence.
    Unusable(String),
}

/// The JSON schema of the object that a model is asked for. Every provider is told to enforce it.
pub fn json_schema(task: Task) -> serde_json::Value {
    let words = match task {
        Task::Explanation => Some((EXPLAIN, "the statement in plain words")),
        Task::Narration => Some((ANSWER, "the answer in plain words")),
        Task::Statement { .. } => None,
    };
    if let Some((action, description)) = words {
        return serde_json::json!({
            "type": "object",
            "properties": {
                "action": {"type": "string", "enum": [action]},
                "message": {"type": "string", "description": description}
            },
            "required": ["action", "message"],
            "additionalProperties": false
        });
    }
    let mut schema = serde_json::json!({
        "type": "object",
        "properties": {
            "action": {"type": "string", "enum": ["query", "clarify", "refuse"]},
            "sql": {"type": "string", "description": "one SELECT statement when action is query, else empty"},
            "message": {"type": "string", "description": "the question or reason when action is not query, else empty"}
        },
        "required": ["action", "sql", "message"],
        "additionalProperties": false
    });
    if task == (Task::Statement { may_look: true }) {
        schema["properties"]["action"]["enum"] = serde_json::json!(["query", "look", "clarify", "refuse"]);
        schema["properties"]["relations"] = serde_json::json!({
            "type": "array",
            "items": {"type": "string"},
            "description": "the relations to be shown in detail when action is look, else empty"
        });
        schema["required"] = serde_json::json!(["action", "sql", "message", "relations"]);
    }
    schema
}

/// The object that a model is asked for.
#[derive(Deserialize)]
struct ReplyObject {
    action: String,
    #[serde(default)]
    sql: Option<String>,
    #[serde(default)]
    message: Option<String>,
    #[serde(default)]
    relations: Option<Vec<String>>,
}

/// Reads the object, alone or in a fenced code block.
fn reply_object(text: &str) -> Option<ReplyObject> {
    serde_json::from_str(text.trim())
        .ok()
        .or_else(|| fenced_blocks(text).iter().find_map(|block| serde_json::from_str(block.trim()).ok()))
}

/// The explanation in a reply. A refusal makes the reply unusable rather than declined, since another model may explain
/// the statement.
pub fn explanation(text: &str) -> Result<String, NoStatement> {
    words(text, EXPLAIN)
}

/// The answer in words in a reply, on one line.
pub fn narration(text: &str) -> Result<String, NoStatement> {
    Ok(one_line(&words(text, ANSWER)?))
}

/// The message of a reply whose action is this.
fn words(text: &str, action: &str) -> Result<String, NoStatement> {
    let words = match reply_object(text) {
        Some(reply) if reply.action == action => lines(&reply.message.unwrap_or_default()),
        Some(reply) if reply.action == "refuse" => {
            let why = format!("It declined: {}", message_line(&reply.message.unwrap_or_default()));
            return Err(unusable(why.trim_end_matches([':', ' '])));
        }
        Some(_) => return Err(unusable(&format!("Its action is not {action}."))),
        None if text.contains("```") || text.trim_start().starts_with('{') => String::new(),
        None => lines(text),
    };
    match words.chars().count() {
        0 => Err(unusable("It holds no words.")),
        MAX_EXPLANATION.. => Err(unusable("It is too long.")),
        _ => Ok(words),
    }
}

/// The text without control characters and empty lines.
fn lines(text: &str) -> String {
    let text = multi_line(text);
    let lines = text.lines().map(collapse_spaces);
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

/// The statement in a reply, or the relations that it asks for.
pub fn proposal(text: &str) -> Result<Proposal, NoStatement> {
    match reply_object(text) {
        Some(object) if object.action == "look" => look(object.relations.unwrap_or_default()),
        Some(object) => statement_of(object).map(Proposal::Statement),
        None => {
            let statement = statement_in_prose(text).ok_or_else(|| unusable("It holds no single SQL statement."));
            statement.map(Proposal::Statement)
        }
    }
}

fn look(relations: Vec<String>) -> Result<Proposal, NoStatement> {
    let mut names: Vec<String> = Vec::new();
    for name in relations.iter().take(MAX_RELATIONS).map(|name| message_line(name)) {
        if !name.is_empty() && name.chars().count() <= MAX_NAME && !names.contains(&name) {
            names.push(name);
        }
    }
    if names.is_empty() { Err(unusable("It asks to see relations and names none.")) } else { Ok(Proposal::Look(names)) }
}

fn statement_of(reply: ReplyObject) -> Result<String, NoStatement> {
    let message = message_line(reply.message.as_deref().unwrap_or_default());
    let sql = trim_statement(&reply.sql.unwrap_or_default());
    match reply.action.as_str() {
        "query" if !sql.is_empty() => Ok(sql),
        "query" => Err(unusable("Its statement is empty.")),
        "clarify" if !message.is_empty() => Err(NoStatement::Clarify(message)),
        "refuse" if !message.is_empty() => Err(NoStatement::Declined(message)),
        "refuse" => Err(NoStatement::Declined("the model found no answer in this database".to_owned())),
        _ => Err(unusable("Its action is none of query, look, clarify and refuse.")),
    }
}

/// The only statement in a reply that is no object: in a fenced code block, or the whole text.
fn statement_in_prose(text: &str) -> Option<String> {
    let mut found: Vec<String> =
        fenced_blocks(text).iter().map(|block| trim_statement(block)).filter(|sql| is_query(sql)).collect();
    found.dedup();
    match found.as_slice() {
        [] if is_query(text.trim()) => Some(trim_statement(text)),
        [only] => Some(only.clone()),
        _ => None,
    }
}

/// The contents of the fenced code blocks in a text, without language tags.
fn fenced_blocks(text: &str) -> Vec<&str> {
    text.split("```")
        .skip(1)
        .step_by(2)
        .map(|block| match block.split_once('\n') {
            Some((tag, rest)) if tag.trim().chars().all(char::is_alphanumeric) => rest,
            _ => block,
        })
        .collect()
}

/// Whether a text begins like a query.
fn is_query(text: &str) -> bool {
    let first = text.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
    first.eq_ignore_ascii_case("select") || first.eq_ignore_ascii_case("with")
}

/// The statement without white space around it and semicolons after it.
fn trim_statement(sql: &str) -> String {
    sql.trim().trim_end_matches(|c: char| c == ';' || c.is_whitespace()).to_owned()
}

/// The text on one line, without the characters that would do something to a terminal.
fn message_line(text: &str) -> String {
    collapse_spaces(&one_line(text))
}

/// The text without white space at its ends, and with one space wherever there is white space in it.
fn collapse_spaces(text: &str) -> String {
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
        match proposal(text).map_err(kind)? {
            Proposal::Statement(sql) => Ok(sql),
            Proposal::Look(names) => Ok(format!("look at {}", names.join(" and "))),
        }
    }

    #[test]
    fn relations_are_asked_for_by_name() {
        let read = |relations: &str| read(&format!(r#"{{"action":"look","sql":"","relations":{relations}}}"#));
        assert_eq!(read(r#"["a.b", " \"C d\".e\u001b ", "a.b", ""]"#), Ok("look at a.b and \"C d\".e".into()));
        for none in ["[]", "null", r#"[" "]"#, &format!("[{:?}]", "x".repeat(301))] {
            assert_eq!(read(none), Err("unusable".into()), "{none}");
        }
        let many: Vec<String> = (0..50).map(|at| format!("t{at}")).collect();
        assert!(read(&format!("{many:?}")).unwrap().ends_with("and t19"));
    }

    #[test]
    fn objects_are_read() {
        assert_eq!(read(r#"{"action":"query","sql":"SELECT 1;","message":""}"#), Ok("SELECT 1".into()));
        assert_eq!(read(r#"{"action":"query","sql":" ","message":""}"#), Err("unusable".into()));
        assert_eq!(read(r#"{"action":"query","sql":" ; ","message":""}"#), Err("unusable".into()));
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
    fn prose_without_a_single_statement_is_unusable() {
        assert_eq!(read("I cannot help."), Err("unusable".into()));
        assert_eq!(read("```\nSELECT 1\n``` or\n```\nSELECT 2\n```"), Err("unusable".into()));
        assert_eq!(read(""), Err("unusable".into()));
    }

    #[test]
    fn an_answer_in_words_is_one_line() {
        let read = |text: &str| narration(text).map_err(kind);
        assert_eq!(read(r#"{"action":"answer","message":"It is 5.\n\n It was 4."}"#), Ok("It is 5. It was 4.".into()));
        assert_eq!(read(r#"{"action":"explain","message":"It is 5."}"#), Err("unusable".into()));
    }

    #[test]
    fn an_explanation_is_plain_text() {
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
    fn no_message_moves_a_cursor() {
        let reply = r#"{"action":"clarify","sql":"","message":"\u001b[2JWhich\n\u202eyear?\u0007"}"#;
        assert_eq!(proposal(reply), Err(NoStatement::Clarify("[2JWhich year?".into())));
    }

    #[test]
    fn a_semicolon_inside_stays() {
        assert_eq!(
            read(r#"{"action":"query","sql":"SELECT ';'; SELECT 2;","message":""}"#),
            Ok("SELECT ';'; SELECT 2".into())
        );
    }
}
