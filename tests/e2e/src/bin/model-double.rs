//! A language model that says what it is told, for tests and demonstrations:
//!
//! ```text
//! model-double [--port N] [--answers FILE.json] [--key KEY]
//! ```
//!
//! It listens on 127.0.0.1 (port 0, the default, takes a free one), prints `listening on 127.0.0.1:PORT` and runs until
//! its standard input closes or it is killed. It speaks OpenAI chat completions (endpoint `http://127.0.0.1:PORT/v1`),
//! Anthropic messages and Ollama chat (endpoint `http://127.0.0.1:PORT`). With `--key` it refuses every other key.
//!
//! The answers are one JSON object. Its keys are questions, found anywhere in a message (the longest wins, `*` fits
//! when no other does). A value is one reply or a list of replies used in turn, the last one again and again:
//!
//! ```json
//! {
//!   "how many orders": "SELECT count(*) FROM orders",
//!   "revenue": [{"sql": "SELECT sum(totl) FROM orders"}, {"sql": "SELECT sum(total) FROM orders", "after_ms": 300}],
//!   "best product": {"action": "clarify", "message": "By revenue or by pieces sold?"},
//!   "salaries": {"action": "refuse", "message": "There is no such data."},
//!   "busy": [{"status": 429, "retry_after": 1}, "SELECT 1"],
//!   "lost": {"fault": "hang"},
//!   "*": {"text": "I am only a double."}
//! }
//! ```
//!
//! A reply is a statement, or an object with one of
//! - `sql`, `action` (`query`, `clarify`, `refuse`) and `message`: the structured answer;
//! - `action` `look` and `relations`, a list of names: the wish to see more of the schema;
//! - `text`: free text in its place;
//! - `status` and `message`: an HTTP error in the provider's shape;
//! - `body`, with `content_type` and `status`: these bytes;
//! - `fault`: `hang`, `close`, `html`, `invalid_json`, `invalid_utf8`, `empty`, `huge` (of `bytes`, 10 MiB), `prose`
//!   (with `sql`), `fences` (with `sqls`, a list), `unfinished` (with `sql`), `declined` (with `message`);
//!
//! and any of `after_ms` (a pause before the reply), `drip_ms` (a pause after each byte), `cut_off` (true: half of the
//! body, then the end), `retry_after` (seconds) and `headers` (an object). `{key}` in a text is the request's key.
//!
//! Each line of its standard input is answered with one line, the number of questions it has been asked so far. A line
//! that holds an object of answers adds them first.

use std::io::{self, BufRead, Write};
use std::process::ExitCode;

use nl2sql_e2e::double::Double;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("model-double: {message}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), String> {
    let (mut port, mut answers, mut key) = (0, None, None);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let value = arguments.next().ok_or_else(|| format!("{argument} wants a value"))?;
        match argument.as_str() {
            "--port" => port = value.parse().map_err(|_| format!("{value:?} is not a port"))?,
            "--answers" => answers = Some(value),
            "--key" => key = Some(value),
            _ => return Err(format!("there is no {argument}; there are --port, --answers and --key")),
        }
    }
    let double = Double::listen(port, key).map_err(|error| format!("port {port}: {error}"))?;
    if let Some(file) = answers {
        let json = std::fs::read_to_string(&file).map_err(|error| format!("{file}: {error}"))?;
        double.script(&json).map_err(|error| format!("{file}: {error}"))?;
    }
    println!("listening on {}", double.address());
    io::stdout().flush().map_err(|error| error.to_string())?;
    for line in io::stdin().lock().lines() {
        let line = line.map_err(|error| error.to_string())?;
        if !line.trim().is_empty() {
            double.script(&line).map_err(|error| format!("standard input: {error}"))?;
        }
        println!("{}", double.chats().len());
        io::stdout().flush().map_err(|error| error.to_string())?;
    }
    Ok(())
}
