//! What askers do with their questions in the background: submit, fetch, wait for, cancel.

use std::cell::{Cell, RefCell};
use std::time::{Duration, Instant};

use super::flight::kept;
use super::store::{self, Job, Submitted};
use super::workers;
use crate::ask;
use crate::ask::in_background::{Begun, Way, begin};
use crate::ask::{Question, notes};
use crate::error::{Error, Told};
use crate::ledger::{Asked, Entry, quota, recorded, recorded_if};
use crate::pg::host::{offload, report, session, session_settings, transaction};
use crate::pg::rows::receiver::{Outcome, Sink};
use crate::pg::running::as_asker::Asker;
use crate::pg::shared::background;
use crate::settings::{JobSettings, Settings};
use crate::threads::{self, Turn};

/// How often whoever waits looks.
const LOOKS_EVERY: Duration = Duration::from_millis(50);

/// The server's own settings that decide what a statement means, or how it is planned: they are the asker's while drafts are judged.
const CARRIED: &[&str] = &[
    "search_path",
    "application_name",
    "DateStyle",
    "IntervalStyle",
    "TimeZone",
    "timezone_abbreviations",
    "lc_monetary",
    "lc_numeric",
    "lc_time",
    "default_text_search_config",
    "bytea_output",
    "extra_float_digits",
    "xmlbinary",
    "xmloption",
    "array_nulls",
    "backslash_quote",
    "standard_conforming_strings",
    "escape_string_warning",
    "transform_null_equals",
    "quote_all_identifiers",
    "row_security",
    "work_mem",
    "hash_mem_multiplier",
    "max_parallel_workers_per_gather",
    "constraint_exclusion",
];

/// Settings that users make up (`app.tenant`) are carried too, but for those that may be secrets by their names.
const SECRET: &[&str] = &[
    "secret", "pass", "pwd", "token", "key", "cred", "auth", "private", "salt", "cert", "pin", "card", "header",
    "cookie", "dsn",
];

/// Bytes of a value, and of all those that users made up: a question carries no more.
const MOST_OF_ONE: usize = 8 * 1024;
const MOST_MADE_UP: usize = 64 * 1024;

/// So many settings that users made up are carried: each that is new to a process takes it longer the more it has.
const MOST_NAMES: usize = 50;

/// The questions of a role are counted no more often, unless few more may wait: that takes longer the more there are.
const COUNTS_EVERY: Duration = Duration::from_secs(1);

/// Of what is left, each session may take so small a part before it counts again: as many together as may wait, where there are no more.
const SESSIONS: usize = 64;

/// What was counted of a role's questions that wait.
#[derive(Clone, Copy)]
struct Counted {
    role: u32,
    at: Instant,
    /// Places that this session may take before it counts again.
    left: usize,
}

thread_local! {
    static COUNTED: Cell<Option<Counted>> = const { Cell::new(None) };
    /// The questions that this transaction has submitted.
    static SUBMITTED: RefCell<Vec<i64>> = const { RefCell::new(Vec::new()) };
}

/// Begins a question in the caller's session and leaves it to the background process; gives its number. It is submitted when the
/// transaction commits.
pub fn submit(question: &Question, settings: &Settings) -> Result<i64, Error> {
    let is_end = |begun: &Begun| matches!(begun.way, Way::Answered(_));
    keep(question, begun(question, settings, is_end)?)
}

/// The same, unless the question is answered without a model outside the server: then nothing is left or recorded.
pub fn submit_unless_answered(question: &Question, settings: &Settings) -> Result<Option<i64>, Error> {
    let begun = begun(question, settings, |_| false)?;
    if matches!(begun.way, Way::Answered(_)) { Ok(None) } else { keep(question, begun).map(Some) }
}

/// `is_end`: the question is over, and is recorded.
fn begun(question: &Question, settings: &Settings, is_end: impl FnOnce(&Begun) -> bool) -> Result<Begun, Error> {
    if !workers::are_there() {
        return Err(Error::NotPreloaded);
    }
    look_at_number()?;
    recorded_if(is_end, question.asked(), settings, |entry| {
        let begun = begin(question, settings, entry)?;
        if begun.way == Way::Ask {
            quota::look()?;
        }
        Ok(begun)
    })
}

/// Refuses a question where too many of the role wait already.
fn look_at_number() -> Result<(), Error> {
    let (role, most) = (session::current_role(), JobSettings::load().most_waiting);
    let is_known = |counted: &Counted| counted.role == role && counted.at.elapsed() < COUNTS_EVERY && counted.left > 0;
    if COUNTED.get().as_ref().is_some_and(is_known) {
        return Ok(());
    }
    let waiting = store::waiting_of_role(most)?;
    if waiting >= most {
        return Err(Error::TooManyJobs { most });
    }
    COUNTED.set(Some(Counted { role, at: Instant::now(), left: (most - waiting) / SESSIONS }));
    Ok(())
}

fn keep(question: &Question, begun: Begun) -> Result<i64, Error> {
    // Nobody guesses it, and it is no secret.
    let id = session::random_number() & i64::MAX;
    let submitted = submitted(id, question, begun)?;
    store::insert(&submitted, JobSettings::load().timeout_s)?;
    let less = |counted: Counted| Counted { left: counted.left.saturating_sub(submitted.places), ..counted };
    COUNTED.set(COUNTED.get().map(less));
    tell_at_end(id);
    Ok(id)
}

/// The process is told of a question when the transaction has committed.
fn tell_at_end(id: i64) {
    SUBMITTED.with_borrow_mut(|submitted| {
        if submitted.is_empty() {
            transaction::at_end(at_end, Error::JobsNotPrepared);
        }
        submitted.push(id);
    });
}

fn submitted(id: i64, question: &Question, begun: Begun) -> Result<Submitted<'_>, Error> {
    let Begun { waiting, way, key } = begun;
    let attempts = waiting.attempts();
    let common = Submitted {
        id,
        question: &question.text,
        thread: question.thread.as_deref(),
        attempts,
        ..Submitted::default()
    };
    if let Way::Answered(answer) = way {
        return Ok(Submitted { state: "ready", answer: kept(*answer), ..common }.weighed());
    }
    let submitted = Submitted {
        state: "waiting",
        model: Some(waiting.model().to_owned()),
        asker: Some(json(&Asker::now(carried()?))?),
        progress: Some(json(&waiting)?),
        draft_key: key.as_ref().map(json).transpose()?,
        ..common
    };
    Ok(submitted.weighed())
}

fn carried() -> Result<Vec<(String, String)>, Error> {
    let is_ours = |name: &str| name.starts_with("nl2sql.");
    let is_made_up = |name: &str| name.contains('.') && !is_ours(name);
    let may_be_secret = |name: &str| {
        let name = name.to_ascii_lowercase();
        SECRET.iter().any(|word| name.contains(word))
    };
    let mut settings = session_settings::given(CARRIED);
    let is_long = |(name, value): &&(String, String)| CARRIED.contains(&name.as_str()) && value.len() > MOST_OF_ONE;
    if let Some((name, value)) = settings.iter().find(is_long) {
        return Err(Error::LongSetting { name: name.clone(), bytes: value.len(), most: MOST_OF_ONE });
    }
    let (mut left, mut names) = (MOST_MADE_UP, MOST_NAMES);
    settings.retain(|(name, value)| {
        if !is_made_up(name) {
            return name != "nl2sql.guarded";
        }
        let bytes = name.len() + value.len();
        let fits = names > 0 && bytes <= MOST_OF_ONE.min(left) && !may_be_secret(name);
        if fits {
            (left, names) = (left - bytes, names - 1);
        }
        fits
    });
    Ok(settings)
}

fn json(value: &impl serde::Serialize) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|error| Error::internal(error.to_string()))
}

/// The transaction is over: raises nothing.
fn at_end(has_committed: bool) {
    let submitted =
        SUBMITTED.try_with(|submitted| submitted.try_borrow_mut().map(|mut submitted| std::mem::take(&mut *submitted)));
    if has_committed && matches!(submitted, Ok(Ok(ids)) if !ids.is_empty()) {
        workers::want(background::database());
    }
}

/// The rows that answer a question, in `sink`: its statement is judged and run in the caller's session.
pub fn result(id: i64, settings: &Settings, sink: &mut impl Sink) -> Result<Outcome, Error> {
    let job = mine(id)?;
    let sql = match (&*job.state, &job.sql) {
        ("ready", Some(sql)) => sql.clone(),
        ("failed", _) => return Err(Error::Told(Box::new(told(&job)))),
        ("cancelled" | "expired", _) => return Err(Error::JobEnded { id, state: job.state }),
        _ if is_uncommitted(id) => return Err(Error::JobNotCommitted(id)),
        _ => return Err(Error::JobNotReady { id, state: job.state }),
    };
    let asked = Asked { function: "nl_result", question: Some(&job.question), thread: job.thread.as_deref() };
    let outcome = recorded(asked, settings, |entry| run(&sql, &job, settings, entry, sink))?;
    notes::tell(&job.question, &job.notes);
    if job.is_new && store::fetched(id)? {
        remember(&job, sql, settings)?;
    }
    Ok(outcome)
}

fn run(sql: &str, job: &Job, settings: &Settings, entry: &mut Entry, sink: &mut impl Sink) -> Result<Outcome, Error> {
    entry.written_by(match job.source.as_deref() {
        Some("verified") => "verified",
        Some("builtin") => "builtin",
        Some("cache") => "cache",
        _ => "model",
    });
    ask::run_statement(sql, None, settings, entry, sink)
}

/// It is a turn of its thread once its answer was fetched.
fn remember(job: &Job, sql: String, settings: &Settings) -> Result<(), Error> {
    let Some(thread) = &job.thread else { return Ok(()) };
    let turn = Turn { question: job.question.clone(), meaning: job.meaning.clone(), sql, reading: job.reading.clone() };
    threads::remember(thread, turn, settings.thread_ttl_s)
}

/// Cancels a question; `false` where it has ended already.
pub fn cancel(id: i64) -> Result<bool, Error> {
    mine(id)?;
    let was_open = store::cancel(id)?;
    if was_open {
        tell_at_end(id);
    }
    Ok(was_open)
}

/// Waits until a question has ended, or so long; tells each change of its state, and gives the last.
pub fn wait(id: i64, timeout: Duration) -> Result<String, Error> {
    let until = Instant::now().checked_add(timeout);
    let mut last = String::new();
    loop {
        let job = mine(id)?;
        let is_open = ["waiting", "asking", "repairing"].contains(&&*job.state);
        if is_open && is_uncommitted(id) {
            return Err(Error::JobNotCommitted(id));
        }
        let said = progress(&job);
        if said != last {
            report::notice(&said);
            last = said;
        }
        let left = until.map_or(LOOKS_EVERY, |until| until.saturating_duration_since(Instant::now()));
        if !is_open || left.is_zero() {
            return Ok(job.state);
        }
        offload::sleep(left.min(LOOKS_EVERY));
    }
}

/// A line on how a question stands.
fn progress(job: &Job) -> String {
    let model = job.model.as_deref().unwrap_or_default();
    match (&*job.state, job.attempts) {
        ("asking", _) => format!("asking {model}"),
        ("repairing", drafts) => format!("repairing: {model} was told what is wrong with draft {drafts}"),
        ("failed", _) => format!("failed: {}", job.failure.message),
        (state, _) => state.to_owned(),
    }
}

fn mine(id: i64) -> Result<Job, Error> {
    store::one(id)?.ok_or(Error::NoSuchJob(id))
}

fn is_uncommitted(id: i64) -> bool {
    SUBMITTED.with_borrow(|submitted| submitted.contains(&id))
}

fn told(job: &Job) -> Told {
    let failure = &job.failure;
    Told {
        sqlstate: failure.sqlstate.clone(),
        message: failure.message.clone(),
        detail: failure.detail.clone(),
        hint: failure.hint.clone(),
        is_for_next_model: false,
    }
}
