//! What is known of a question while it is under way.

use std::time::{Duration, Instant, SystemTime};

use super::outcome::Outcome;
use super::quota::{self, Metered};
use super::record::{Call, Detail, Record, ms};
use crate::error::Error;
use crate::pg::host::session;
use wire::{Price, Usage};

/// Who was asked for what.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'q> {
    /// The function of SQL.
    pub function: &'static str,
    /// `None` where a statement was given.
    pub question: Option<&'q str>,
    pub thread: Option<&'q str>,
}

/// How long the stages of a question took, each over all attempts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stages {
    /// Reading the catalogs, what was taught and stored values.
    pub catalog: Duration,
    /// Choosing the relations that a question is about.
    pub linking: Duration,
    /// Writing prompts and waiting for models, the builtin one included.
    pub model: Duration,
    pub guard: Duration,
    pub run: Duration,
}

/// One question under way.
#[derive(Debug)]
pub struct Entry {
    id: i64,
    started: Instant,
    asked_at: SystemTime,
    pub stages: Stages,
    calls: Vec<Call>,
    attempts: u32,
    /// The last statement that was judged.
    sql: Option<String>,
    source: Option<&'static str>,
    rows: Option<u64>,
    bytes: Option<u64>,
    /// The question in the background that it is of; 0: the session waits for it.
    job: i64,
    /// The quotas that it counts for, once it has called a model.
    metered: Option<Metered>,
    /// What was sent to a model that has not replied.
    under_way: Option<UnderWay>,
}

/// Calls of a model that have no reply yet. Where an ERROR ends the question, they are recorded with what was sent, as whoever
/// cancels a question pays for it.
#[derive(Debug)]
struct UnderWay {
    model: String,
    calls: u32,
    started: Instant,
    /// Of each call.
    sent: Usage,
    price: Option<Price>,
}

impl Entry {
    pub(super) fn begin() -> Self {
        Self {
            id: session::random_number(),
            started: Instant::now(),
            asked_at: SystemTime::now(),
            stages: Stages::default(),
            calls: Vec::new(),
            attempts: 0,
            sql: None,
            source: None,
            rows: None,
            bytes: None,
            job: 0,
            metered: None,
            under_way: None,
        }
    }

    /// That of a question in the background, from when it is worked on.
    pub fn of_job(job: i64) -> Self {
        Self { job, ..Self::begin() }
    }

    /// The same where another process worked on it before, which made these calls and counted them.
    pub fn of_job_after(job: i64, calls: Vec<Call>) -> Self {
        Self { calls, ..Self::of_job(job) }
    }

    /// The calls of models so far.
    pub fn calls(&self) -> &[Call] {
        &self.calls
    }

    /// What is known so far, to be recorded.
    pub(super) fn take(&mut self) -> Self {
        std::mem::replace(self, Self::of_job(self.job))
    }

    /// Looks at the quotas before a model outside the server is called.
    pub fn allow(&mut self) -> Result<(), Error> {
        quota::admit(&mut self.metered, self.job)
    }

    /// How many further calls, of at most `further`, may be made at the same time as one that is allowed: so many as quotas have room
    /// for where each takes `most`. What they have room for is kept for them until [`Self::release`].
    pub fn reserve(&self, further: u32, most: &Usage, price: Option<Price>) -> u32 {
        let Some(metered) = &self.metered else { return further };
        let cost = price.and_then(|price| price.cost(most)).unwrap_or_default();
        metered.reserve(further, tokens(most), cost)
    }

    /// A prompt of so many tokens is sent to a model, so many times at once.
    pub fn calling(&mut self, model: &str, calls: u32, sent: Usage, price: Option<Price>) {
        if let Some(metered) = &self.metered {
            let cost = price.and_then(|price| price.cost(&sent)).unwrap_or_default();
            metered.sent(tokens(&sent).saturating_mul(calls.into()), cost * f64::from(calls));
        }
        self.under_way = Some(UnderWay { model: model.to_owned(), calls, started: Instant::now(), sent, price });
    }

    /// The calls are over, and what they took was told by [`Self::called`].
    pub fn release(&mut self) {
        self.under_way = None;
        if let Some(metered) = &self.metered {
            metered.replied();
            metered.release();
        }
    }

    /// An ERROR with this SQLSTATE has ended the question, or the process that works on it, and with it what is under way.
    pub fn interrupted(&mut self, sqlstate: &str) {
        let Some(UnderWay { model, calls, started, sent, price }) = self.under_way.take() else { return };
        for _ in 0..calls {
            self.called(&model, started.elapsed(), &sent, price, Some(sqlstate));
        }
        self.release();
    }

    /// A model outside the server was asked. `failure`: the SQLSTATE of what it failed with.
    pub fn called(&mut self, model: &str, took: Duration, usage: &Usage, price: Option<Price>, failure: Option<&str>) {
        let call = Call::new(model, took, usage, price, failure);
        if let Some(metered) = &self.metered {
            let tokens = call.tokens_in.unwrap_or_default().saturating_add(call.tokens_out.unwrap_or_default());
            metered.spend(tokens, call.cost.unwrap_or_default());
        }
        self.calls.push(call);
    }

    /// How often models were asked, and the tokens of all calls, as far as they were counted.
    pub fn usage(&self) -> (usize, Usage) {
        let sum = |of: fn(&Call) -> Option<u64>| {
            let mut counted = self.calls.iter().filter_map(of).peekable();
            counted.peek()?;
            Some(counted.fold(0, u64::saturating_add))
        };
        let (input, cached_input) = (sum(|call| call.tokens_in), sum(|call| call.tokens_cached));
        let usage = Usage { input, cached_input, output: sum(|call| call.tokens_out), ..Usage::default() };
        (self.calls.len(), usage)
    }

    /// A draft is about to be judged.
    pub fn drafted(&mut self, sql: &str) {
        self.attempts += 1;
        self.sql = Some(sql.to_owned());
    }

    /// Drafts that were judged.
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// A draft that was judged before is taken.
    pub fn chosen(&mut self, sql: &str) {
        self.sql = Some(sql.to_owned());
    }

    /// Who wrote the statement that stands: `builtin`, `verified`, `cache`, `model` or `caller`.
    pub fn written_by(&mut self, source: &'static str) {
        self.source = Some(source);
    }

    /// It was run, and gave so many rows and bytes, where these are counted.
    pub fn ran(&mut self, rows: u64, bytes: Option<u64>) {
        (self.rows, self.bytes) = (Some(rows), bytes);
    }

    /// How much is written down: what quotas count, in any case.
    pub(super) fn detail(&self, history: Detail) -> Detail {
        if history == Detail::Off && self.metered.is_some() { Detail::Usage } else { history }
    }

    pub(super) fn record(self, asked: &Asked<'_>, outcome: &Outcome, detail: Detail) -> Record {
        let text = |text: Option<&str>, most| text.filter(|_| detail == Detail::Full).map(|text| cut(text, most));
        let sum = |of: fn(&Call) -> Option<u64>| {
            let counted: Vec<u64> = self.calls.iter().filter_map(of).collect();
            (!counted.is_empty()).then(|| counted.iter().fold(0, |sum: u64, count| sum.saturating_add(*count)))
        };
        let costs: Vec<f64> = self.calls.iter().filter_map(|call| call.cost).collect();
        Record {
            id: self.id,
            asked_at: self.asked_at.duration_since(SystemTime::UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64()),
            role: session::current_role(),
            session_role: session::session_role(),
            application_name: session::application_name(),
            function: asked.function,
            question: text(asked.question, MOST_TEXT),
            thread: text(asked.thread, MOST_TEXT),
            sql: text(self.sql.as_deref(), MOST_TEXT),
            source: self.source,
            model: self.calls.last().map(|call| call.model.clone()),
            outcome: outcome.name,
            sqlstate: outcome.sqlstate.clone(),
            attempts: self.attempts,
            rows: self.rows,
            bytes: self.bytes,
            total_ms: ms(self.started.elapsed()),
            catalog_ms: ms(self.stages.catalog),
            linking_ms: ms(self.stages.linking),
            model_ms: ms(self.stages.model),
            guard_ms: ms(self.stages.guard),
            run_ms: ms(self.stages.run),
            tokens_in: sum(|call| call.tokens_in),
            tokens_cached: sum(|call| call.tokens_cached),
            tokens_out: sum(|call| call.tokens_out),
            cost: (!costs.is_empty()).then(|| costs.iter().sum()),
            calls: few(self.calls),
        }
    }
}

/// So many calls are told of one by one; the first of more are told as one.
const MOST_CALLS: usize = 100;

fn few(mut calls: Vec<Call>) -> Vec<Call> {
    let more = calls.len().saturating_sub(MOST_CALLS - 1);
    if more > 1 {
        let first: Vec<Call> = calls.drain(..more).collect();
        calls.splice(0..0, Call::sum(&first));
    }
    calls
}

/// All that quotas count.
fn tokens(usage: &Usage) -> u64 {
    usage.input.unwrap_or_default().saturating_add(usage.output.unwrap_or_default())
}

/// Of a longer text so many bytes are kept.
const MOST_TEXT: usize = 20_000;

/// The first bytes of a text, whole characters, without signs that nobody sees or that turn the direction of writing: PostgreSQL
/// can't keep a zero, others take six bytes each on their way, and whoever reads the history is to see what was asked.
fn cut(text: &str, most: usize) -> String {
    let end = (0..=most.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
    let is_kept = |sign: &char| match sign {
        '\n' | '\r' | '\t' => true,
        sign => !sign.is_control() && syntax::deceptive_character(sign.encode_utf8(&mut [0; 4])).is_none(),
    };
    text[..end].chars().filter(is_kept).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_between_characters() {
        assert_eq!(cut("naïve", 3), "na");
        assert_eq!(cut("naïve", 4), "naï");
        assert_eq!(cut("naïve", 100), "naïve");
        assert_eq!(cut("", 0), "");
        assert_eq!(cut("SELECT '\0\u{1}'\n", 100), "SELECT ''\n");
        assert_eq!(cut("no\u{202e}w \u{200d}", 100), "now \u{200d}");
    }

    #[test]
    fn many_calls_are_told_as_a_hundred() {
        let call = |tokens| Call {
            model: "gpt".to_owned(),
            ms: 1.0,
            tokens_in: Some(tokens),
            tokens_cached: None,
            tokens_out: None,
            cost: None,
            sqlstate: None,
        };
        let told = few((0..250).map(call).collect());
        assert_eq!((told.len(), told[0].ms), (MOST_CALLS, 151.0));
        assert_eq!(told.iter().filter_map(|call| call.tokens_in).sum::<u64>(), (0..250).sum::<u64>());
        assert_eq!(few((0..100).map(call).collect()).len(), 100);
    }
}
