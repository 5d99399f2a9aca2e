//! What calls of models take of quotas while they are under way in this process.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::counts::{COUNTS, Key, Limits, spend};

/// So much of each of these quotas.
#[derive(Debug)]
pub struct Kept {
    pub keys: Vec<Key>,
    pub tokens: u64,
    pub cost: f64,
}

thread_local! {
    /// Counted as used.
    static KEPT: RefCell<Option<Kept>> = const { RefCell::new(None) };
    /// To be counted as used where the process ends: of each question in the background, and as 0 of the one of a session.
    static SENT: RefCell<BTreeMap<i64, Kept>> = const { RefCell::new(BTreeMap::new()) };
}

/// See [`super::Metered::reserve`].
pub fn reserve(quotas: &[(Key, Limits)], further: u64, tokens: u64, cost: f64) -> u64 {
    release();
    let fit = COUNTS.with(|counts| counts.reserve(quotas, further, tokens, cost)).unwrap_or(further);
    let keys = quotas.iter().map(|(key, _)| *key).collect();
    KEPT.set(Some(Kept { keys, tokens: fit.saturating_mul(tokens), cost: fit as f64 * cost }));
    fit
}

/// What was kept for calls is used by what they took, and no more.
pub fn release() {
    if let Some(kept) = KEPT.take() {
        COUNTS.with(|counts| counts.subtract(&kept));
    }
}

/// See [`super::Metered::sent`].
pub fn sent(job: i64, keys: Vec<Key>, tokens: u64, cost: f64) {
    SENT.with_borrow_mut(|sent| sent.insert(job, Kept { keys, tokens, cost }));
}

/// See [`super::Metered::replied`].
pub fn replied(job: i64) {
    SENT.with_borrow_mut(|sent| sent.remove(&job));
}

/// The process ends while calls are under way.
pub fn ended_with_process() {
    for Kept { keys, tokens, cost } in SENT.take().into_values() {
        spend(keys.iter(), tokens, cost);
    }
}
