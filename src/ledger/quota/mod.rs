//! How much a role may ask models outside the server: `nl2sql.quota`, looked at before a model is called.
//!
//! Where the library is preloaded, what is used is counted in shared memory, and looking and counting are one step: however many
//! sessions ask at once, questions and the number at a time are never exceeded, and tokens and cost by at most one call each, as
//! what a call costs is known when it is over. After a start of the server the counts begin with what the history has. Without
//! preloading the history is all there is: what is under way or was rolled back does not count.

mod counts;
mod under_way;

use std::ffi::CStr;

use crate::error::{Error, Limit, OverQuota};
use crate::pg::host::session;
use crate::pg::running::query::{self, Row};
use crate::pg::shared::background;
pub use counts::{COUNTS, forget_process};
use counts::{Key, Limits, Refusal, Used};

const TABLE: (&CStr, &CStr) = (c"nl2sql", c"quota");

/// A row of `nl2sql.quota` that is for whoever asks.
#[derive(Debug, Clone)]
struct Quota {
    /// Empty: everybody.
    name: String,
    together: bool,
    period: String,
    limits: Limits,
    key: Key,
    /// When the period ends, in UTC.
    ends: String,
}

/// The quotas that a question counts for, until it ends.
#[derive(Debug)]
pub struct Metered {
    quotas: Vec<Quota>,
    /// The question in the background that it is; 0: the session waits for it.
    job: i64,
}

/// Says which quota would forbid a question to call a model now, but for those on how many are under way, and counts nothing. Needs
/// preloading.
pub fn look() -> Result<(), Error> {
    let quotas = applying()?;
    let any_number = |limits: Limits| Limits { concurrent: None, ..limits };
    let wanted: Vec<_> = quotas.iter().map(|quota| (quota.key, any_number(quota.limits))).collect();
    counted(&quotas, || counts::look(&wanted))
}

/// So often quotas are counted anew, where others need their places in shared memory at the same moment.
const TRIES: usize = 5;

/// Does something with quotas while each of them is counted in shared memory.
fn counted(quotas: &[Quota], work: impl Fn() -> Result<(), Refusal>) -> Result<(), Error> {
    for _ in 0..TRIES {
        for quota in quotas {
            if !counts::is_known(&quota.key) {
                counts::begin(&quota.key, recorded(quota)?);
            }
        }
        match work() {
            Ok(()) => return Ok(()),
            Err(Refusal::Over(at, limit, used)) => return Err(quotas[at].is_over(limit, &used)),
            Err(Refusal::Uncounted) => {}
        }
    }
    Err(Error::QuotasUncounted("More roles ask under quotas at the same time than are counted."))
}

/// Lets a question call a model, or says which quota forbids it. `metered`: what its calls before have left; `job`: the question in
/// the background that it is, or 0.
pub fn admit(metered: &mut Option<Metered>, job: i64) -> Result<(), Error> {
    let (quotas, is_counted) = match metered {
        Some(metered) => (metered.quotas.clone(), true),
        None => (applying()?, false),
    };
    if quotas.is_empty() {
        return Ok(());
    }
    if COUNTS.is_there() {
        if quotas.iter().filter(|quota| quota.limits.concurrent.is_some()).count() > counts::MOST_QUOTAS {
            return Err(Error::QuotasUncounted("More than 16 quotas on questions at a time are for the role."));
        }
        let wanted: Vec<_> = quotas.iter().map(|quota| (quota.key, quota.limits)).collect();
        counted(&quotas, || counts::admit(&wanted, is_counted, job))?;
    } else {
        for quota in &quotas {
            let used = recorded(quota)?;
            if let Some(limit) = quota.limits.reached(&used, is_counted) {
                return Err(quota.is_over(limit, &used));
            }
        }
    }
    if metered.is_none() {
        *metered = Some(Metered { quotas, job });
    }
    Ok(())
}

impl Metered {
    /// How many of `further` calls fit into what is left beside one that is under way, each taken for so many tokens and so much
    /// cost. That is kept for them, so that no other session has it meanwhile, until it is released.
    pub fn reserve(&self, further: u32, tokens: u64, cost: f64) -> u32 {
        let further = u64::from(further);
        let limits = || self.quotas.iter().map(|quota| (quota.key, quota.limits));
        let fit = if COUNTS.is_there() {
            under_way::reserve(&limits().collect::<Vec<_>>(), further, tokens, cost)
        } else {
            // Of what others have under way nothing is known.
            let fit = |quota: &Quota| Some(quota.limits.room(&recorded(quota).ok()?, tokens, cost));
            self.quotas.iter().map(|quota| fit(quota).unwrap_or_default()).min().unwrap_or(further).min(further)
        };
        u32::try_from(fit).unwrap_or_default()
    }

    /// What was kept for calls is not any more.
    pub fn release(&self) {
        under_way::release();
    }

    /// Calls are under way that have taken so much already, which counts where the process ends before they do.
    pub fn sent(&self, tokens: u64, cost: f64) {
        under_way::sent(self.job, self.quotas.iter().map(|quota| quota.key).collect(), tokens, cost);
    }

    /// These calls are over.
    pub fn replied(&self) {
        under_way::replied(self.job);
    }

    /// A call is over, and took so many tokens and cost so much.
    pub fn spend(&self, tokens: u64, cost: f64) {
        counts::spend(self.quotas.iter().map(|quota| &quota.key), tokens, cost);
    }
}

impl Drop for Metered {
    fn drop(&mut self) {
        counts::leave(self.job);
    }
}

/// How many more questions of a role its quotas let be under way now; `None`: any number.
pub fn room_of(role: u32) -> Result<Option<u64>, Error> {
    let room = |quota: &Quota| Some(quota.limits.concurrent?.saturating_sub(counts::running(&quota.key)));
    Ok(applying_to(role)?.iter().filter_map(room).min())
}

fn applying() -> Result<Vec<Quota>, Error> {
    applying_to(session::current_role())
}

fn applying_to(role: u32) -> Result<Vec<Quota>, Error> {
    if !query::has_rows(TABLE) {
        return Ok(Vec::new());
    }
    let rows = query::owner_rows(TABLE, include_str!("applying.sql"), &[Some(&role.to_string())])?;
    Ok(rows.into_iter().filter_map(|row| quota_of(row, role)).collect())
}

fn quota_of(row: Row, asker: u32) -> Option<Quota> {
    let mut columns = row.into_iter();
    let mut next = || columns.next().flatten();
    let (role, name, together, period) = (next()?.parse().ok()?, next()?, next()? == "t", next()?);
    let mut number = || columns.next().flatten();
    let limits = Limits {
        questions: number().and_then(|text| text.parse().ok()),
        tokens: number().and_then(|text| text.parse().ok()),
        cost: number().and_then(|text| text.parse().ok()),
        concurrent: number().and_then(|text| text.parse().ok()),
    };
    let (begins, ends) = (number()?.parse().ok()?, number()?);
    let member = if together { 0 } else { asker };
    let key = Key::new(background::database(), role, member, &period, begins);
    Some(Quota { name, together, period, limits, key, ends })
}

/// What the history has of it.
fn recorded(quota: &Quota) -> Result<Used, Error> {
    let together = if quota.together { "t" } else { "f" };
    let (role, begins) = (quota.key.role.to_string(), quota.key.begins.to_string());
    let asker = session::current_role().to_string();
    let arguments = [Some(role.as_str()), Some(together), Some(&asker), Some(&begins)];
    let rows = query::owner_rows(TABLE, include_str!("used.sql"), &arguments)?;
    let row: Vec<String> = rows.into_iter().flatten().flatten().collect();
    let number = |at: usize| row.get(at).and_then(|text| text.parse::<f64>().ok()).unwrap_or_default();
    Ok(Used { questions: number(0) as u64, tokens: number(1) as u64, cost: number(2), running: 0 })
}

impl Quota {
    fn is_over(&self, limit: Limit, used: &Used) -> Error {
        let (used, most) = match limit {
            Limit::Questions => (used.questions.to_string(), self.limits.questions.map(|most| most.to_string())),
            Limit::Tokens => (used.tokens.to_string(), self.limits.tokens.map(|most| most.to_string())),
            Limit::Cost => (format!("{:.4}", used.cost), self.limits.cost.map(|most| most.to_string())),
            Limit::Concurrent => (used.running.to_string(), self.limits.concurrent.map(|most| most.to_string())),
        };
        Error::OverQuota(Box::new(OverQuota {
            role: self.name.clone(),
            together: self.together,
            period: self.period.clone(),
            limit,
            used,
            most: most.unwrap_or_default(),
            ends: self.ends.clone(),
        }))
    }
}
