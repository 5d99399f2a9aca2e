//! How well a chain of models answers the questions that were taught.

use std::time::Instant;

use serde_json::Value;

use super::known_to_asker::{KnownToAsker, judge};
use super::{Question, answered::Answered};
use crate::error::Error;
use crate::execution;
use crate::grounding::{self, Extent};
use crate::guard;
use crate::model::Chain;
use crate::pg::host::{interrupts, report};
use crate::pg::rows::sinks::Collected;
use crate::pg::running::sandbox::sandboxed;
use crate::settings::{self, Settings};
use crate::taught::{self, Listed, Pair};

/// One pair, asked again.
#[derive(Debug)]
pub struct Measured {
    pub id: i64,
    pub question: String,
    /// `right`, `wrong`, `silent`, `refused` or `failed`; `unknown` where the taught SQL gave nothing to compare with.
    pub outcome: &'static str,
    /// What was asked wrote.
    pub sql: Option<String>,
    /// Why it is not right.
    pub problem: Option<String>,
    pub tokens_in: Option<i64>,
    pub tokens_out: Option<i64>,
    /// For the whole question, the SQL's run included.
    pub milliseconds: f64,
}

/// Asks the questions of all pairs that the caller may run, or of those that hold `about`, of the models `model`, or of those
/// of nl2sql.model; not from memory, and not from the pair itself.
pub fn evaluate(model: Option<&str>, about: Option<&str>, settings: &Settings) -> Result<Vec<Measured>, Error> {
    let models = model.map_or_else(|| settings.models.clone(), settings::models_of);
    let settings = Settings { models, cache_ttl_s: 0, ..settings.clone() };
    // A model that does not exist, or that the caller may not use, is no outcome.
    Chain::open(&settings.models, settings.model_timeout)?;
    let context = grounding::link("", &settings.scope(), Extent::of(settings.prompt.budget), false)?;
    let known = KnownToAsker { context: &context, settings: &settings, terms: &[] };
    let mut pairs: Vec<Pair> = Vec::new();
    for Listed { pair, .. } in taught::listed(about)? {
        interrupts::serve();
        let is_orphan = pair.by.is_empty();
        pairs.extend(pair.runnable(&known)?.filter(|_| !is_orphan));
    }
    let (all, mut measured) = (pairs.len(), Vec::with_capacity(pairs.len()));
    for pair in pairs {
        let one = measure(&pair, &settings)?;
        measured.push(one);
        let (done, outcome) = (measured.len(), measured.last().map_or("", |one| one.outcome));
        // At most a hundred lines.
        if done.is_multiple_of(all.div_ceil(100)) || done == all {
            report::notice(&format!(
                "{done} of {all}: {outcome}: {}",
                schema::sanitize::one_line_marked(&pair.question)
            ));
        }
    }
    Ok(measured)
}

/// The rows of a statement, and why they are no measure if they are none.
type Rows = Result<Vec<Vec<Value>>, String>;

fn measure(pair: &Pair, settings: &Settings) -> Result<Measured, Error> {
    let taught = taught_rows(pair, settings)?;
    let started = Instant::now();
    let (mut sink, mut question) =
        (Collected::default(), Question::new("nl2sql.evaluate", Some(&pair.question), None)?);
    question.measured = Some(pair.id);
    let asked = super::rows(&question, settings, &mut sink);
    let milliseconds = started.elapsed().as_secs_f64() * 1000.0;
    let (outcome, problem, answered) = match asked {
        Err(error) if error.ends_the_question() => return Err(error),
        Err(error) => {
            let (outcome, sql) = outcome_of(&error);
            return Ok(Measured {
                id: pair.id,
                question: pair.question.clone(),
                outcome,
                sql,
                problem: Some(error.to_string()),
                tokens_in: None,
                tokens_out: None,
                milliseconds,
            });
        }
        Ok((answered, ended)) => {
            let rows = parsed(&sink, ended.reached.is_some());
            let (outcome, problem) = compared(pair, taught, rows, settings)?;
            (outcome, problem, answered)
        }
    };
    let tokens = |count: fn(&wire::Usage) -> Option<u64>| tokens(&answered, count);
    Ok(Measured {
        id: pair.id,
        question: pair.question.clone(),
        outcome,
        problem,
        tokens_in: tokens(|usage| usage.input),
        tokens_out: tokens(|usage| usage.output),
        sql: Some(answered.sql),
        milliseconds,
    })
}

/// The tokens of all calls; nothing where no provider counted any.
fn tokens(answered: &Answered, count: fn(&wire::Usage) -> Option<u64>) -> Option<i64> {
    let counted: Vec<u64> = answered.calls.iter().filter_map(|call| count(&call.usage)).collect();
    (!counted.is_empty()).then(|| i64::try_from(counted.iter().sum::<u64>()).unwrap_or(i64::MAX))
}

fn outcome_of(error: &Error) -> (&'static str, Option<String>) {
    match error {
        Error::Silent { .. } | Error::Clarify { .. } | Error::Undecided { .. } | Error::Declined { .. } => {
            ("silent", None)
        }
        Error::ChainFailed { last, .. } => outcome_of(last),
        Error::Draft { cause, sql, .. } if cause.is_of_a_run() => ("failed", Some(sql.clone())),
        Error::Draft { sql, .. } => ("refused", Some(sql.clone())),
        _ => ("failed", None),
    }
}

fn taught_rows(pair: &Pair, settings: &Settings) -> Result<Rows, Error> {
    let mut sink = Collected::default();
    let ran = sandboxed(settings.bounds, |sandbox| {
        execution::run(guard::approve(sandbox, &pair.sql, None, settings)?, &mut sink, settings.kept_limits())
    });
    match ran {
        Ok(ended) => Ok(parsed(&sink, ended.reached.is_some())),
        Err(error) if error.ends_the_question() => Err(error),
        Err(error) => Ok(Err(error.to_string())),
    }
}

fn parsed(sink: &Collected, is_cut: bool) -> Rows {
    if is_cut {
        return Err("the result is larger than a limit on rows, or than what is compared".to_owned());
    }
    sink.rows.iter().map(|row| serde_json::from_str(row)).collect::<Result<_, _>>().map_err(|error| error.to_string())
}

fn compared(
    pair: &Pair,
    taught: Rows,
    asked: Rows,
    settings: &Settings,
) -> Result<(&'static str, Option<String>), Error> {
    let (taught, asked) = match (taught, asked) {
        (Err(why), _) => return Ok(("unknown", Some(format!("the taught SQL: {why}")))),
        (Ok(_), Err(why)) => return Ok(("unknown", Some(why))),
        (Ok(taught), Ok(asked)) => (taught, asked),
    };
    let judged = judge(&pair.sql, settings)?;
    let column = |name: &String| judged.shape.0.iter().position(|column| column.name == *name);
    let ordered_by: Vec<usize> = judged.sorted_by.iter().filter_map(column).collect();
    if pairs::same_answer(&taught, &asked, &ordered_by) {
        return Ok(("right", None));
    }
    let width = |rows: &[Vec<Value>]| rows.first().map_or(0, Vec::len);
    let size = |rows: &[Vec<Value>]| format!("{} rows of {} columns", rows.len(), width(rows));
    let problem = if (taught.len(), width(&taught)) == (asked.len(), width(&asked)) {
        "the values or their order differ".to_owned()
    } else {
        format!("{} where the taught SQL gives {}", size(&asked), size(&taught))
    };
    Ok(("wrong", Some(problem)))
}
