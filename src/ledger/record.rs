//! One question as it is written down.

use pgrx::guc::PostgresGucEnum;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use wire::{Price, Usage};

/// How much is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PostgresGucEnum)]
pub enum Detail {
    #[name = c"off"]
    Off,
    /// Figures, and no text that a user or a model wrote.
    #[name = c"usage"]
    Usage,
    #[name = c"full"]
    Full,
}

/// A row of `nl2sql.history` and its rows of `nl2sql.calls`, as `record.sql` takes them.
#[derive(Debug, Clone, Serialize)]
pub struct Record {
    pub id: i64,
    /// Seconds since 1970.
    pub asked_at: f64,
    pub role: u32,
    pub session_role: u32,
    pub application_name: String,
    pub function: &'static str,
    pub question: Option<String>,
    pub thread: Option<String>,
    pub sql: Option<String>,
    pub source: Option<&'static str>,
    pub model: Option<String>,
    pub outcome: &'static str,
    pub sqlstate: Option<String>,
    pub attempts: u32,
    pub rows: Option<u64>,
    pub bytes: Option<u64>,
    pub total_ms: f64,
    pub catalog_ms: f64,
    pub linking_ms: f64,
    pub model_ms: f64,
    pub guard_ms: f64,
    pub run_ms: f64,
    pub tokens_in: Option<u64>,
    pub tokens_cached: Option<u64>,
    pub tokens_out: Option<u64>,
    pub cost: Option<f64>,
    pub calls: Vec<Call>,
}

impl Record {
    /// The same without texts of users and models, and with all calls of models as one, which is kept where the whole finds no room.
    pub fn figures(&self) -> Self {
        let calls = Call::sum(&self.calls).into_iter().collect();
        Self { question: None, thread: None, sql: None, calls, ..self.clone() }
    }

    /// Who is to be told apart from others that ask: callers of a definer's function among each other, and roles that a session goes
    /// through.
    pub fn owner(&self) -> u64 {
        (u64::from(self.role) << 32) | u64::from(self.session_role)
    }

    /// The columns of `nl2sql.history`, as texts.
    pub fn values(&self, role_name: &str, session_role_name: &str) -> Vec<Option<String>> {
        let text = |text: &str| Some(text.to_owned());
        let count = |count: Option<u64>| count.map(|count| count.to_string());
        let ms = |ms: f64| Some(ms.to_string());
        vec![
            Some(self.id.to_string()),
            Some(self.asked_at.to_string()),
            Some(self.role.to_string()),
            text(role_name),
            text(session_role_name),
            text(&self.application_name),
            text(self.function),
            self.question.clone(),
            self.thread.clone(),
            self.sql.clone(),
            self.source.and_then(text),
            self.model.clone(),
            text(self.outcome),
            self.sqlstate.clone(),
            Some(self.attempts.to_string()),
            count(self.rows),
            count(self.bytes),
            ms(self.total_ms),
            ms(self.catalog_ms),
            ms(self.linking_ms),
            ms(self.model_ms),
            ms(self.guard_ms),
            ms(self.run_ms),
            Some(self.calls.len().to_string()),
            count(self.tokens_in),
            count(self.tokens_cached),
            count(self.tokens_out),
            self.cost.and_then(ms),
        ]
    }
}

/// A request to a model outside the server, its retries included.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Call {
    pub model: String,
    pub ms: f64,
    pub tokens_in: Option<u64>,
    pub tokens_cached: Option<u64>,
    pub tokens_out: Option<u64>,
    pub cost: Option<f64>,
    pub sqlstate: Option<String>,
}

/// No call has taken more tokens, whatever its server says: PostgreSQL could not add them up.
const MOST_TOKENS: u64 = 1_000_000_000;

/// To a thousandth.
pub fn ms(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1e3
}

impl Call {
    /// `failure`: the SQLSTATE of what it failed with.
    pub fn new(model: &str, took: Duration, usage: &Usage, price: Option<Price>, failure: Option<&str>) -> Self {
        let counted = |tokens: Option<u64>| tokens.map(|tokens| tokens.min(MOST_TOKENS));
        let (input, cached_input, output) = (counted(usage.input), counted(usage.cached_input), counted(usage.output));
        let usage = &Usage { input, cached_input, output, ..*usage };
        Self {
            model: model.to_owned(),
            ms: ms(took),
            tokens_in: usage.input,
            tokens_cached: usage.cached_input,
            tokens_out: usage.output,
            cost: price.and_then(|price| price.cost(usage)).filter(|cost| cost.is_finite()),
            sqlstate: failure.map(str::to_owned),
        }
    }

    /// All of them as one, named after the last; `None` where there are none.
    pub fn sum(calls: &[Self]) -> Option<Self> {
        let last = calls.last()?;
        let sum = |of: fn(&Self) -> Option<u64>| {
            let mut counted = calls.iter().filter_map(of).peekable();
            counted.peek()?;
            Some(counted.fold(0, u64::saturating_add))
        };
        let costs: Vec<f64> = calls.iter().filter_map(|call| call.cost).collect();
        Some(Self {
            ms: calls.iter().map(|call| call.ms).sum(),
            tokens_in: sum(|call| call.tokens_in),
            tokens_cached: sum(|call| call.tokens_cached),
            tokens_out: sum(|call| call.tokens_out),
            cost: (!costs.is_empty()).then(|| costs.iter().sum()),
            ..last.clone()
        })
    }
}
