//! Counters in shared memory, by database and role, where the library is preloaded: they count on a standby and in transactions
//! that roll back too, whatever `nl2sql.history` is.

use std::time::{SystemTime, UNIX_EPOCH};

use bytemuck::Zeroable;

use super::record::Record;
use crate::pg::shared::area::Area;
use crate::pg::shared::background;

/// Roles of all databases that are counted apart; the rest of a database is counted together, as role 0.
const MOST_ROLES: usize = 1024;

pub static COUNTERS: Area<Counters> = Area::new(c"nl2sql counters");

#[derive(Clone, Copy, Zeroable)]
#[repr(C)]
pub struct Counters {
    rows: [Counted; MOST_ROLES],
}

/// What a role did in a database.
#[derive(Debug, Clone, Copy, Zeroable)]
#[repr(C)]
pub struct Counted {
    /// 0: the place is free.
    database: u32,
    pub role: u32,
    /// Seconds since 1970.
    pub since: f64,
    pub questions: u64,
    pub answered: u64,
    pub clarified: u64,
    pub declined: u64,
    pub refused: u64,
    pub over_quota: u64,
    pub failed: u64,
    pub calls: u64,
    pub tokens_in: u64,
    pub tokens_cached: u64,
    pub tokens_out: u64,
    pub cost: f64,
    pub total_ms: f64,
    pub model_ms: f64,
}

impl Counters {
    fn of(&mut self, database: u32, role: u32) -> Option<&mut Counted> {
        let place = |role| {
            let known = |row: &Counted| row.database == database && row.role == role;
            self.rows.iter().position(known).or_else(|| self.rows.iter().position(|row| row.database == 0))
        };
        // The last places are for those without one.
        let own = place(role).filter(|at| *at < MOST_ROLES - RESERVED || self.rows[*at].database != 0);
        let row = &mut self.rows[own.or_else(|| place(0))?];
        if row.database == 0 {
            let role = if own.is_some() { role } else { 0 };
            *row = Counted { database, role, since: now(), ..Counted::zeroed() };
        }
        Some(row)
    }
}

/// Places that are left for role 0 of databases that come late.
const RESERVED: usize = 64;

fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64())
}

/// Counts a question.
pub fn count(record: &Record) {
    COUNTERS.with(|counters| {
        if let Some(row) = counters.of(background::database(), record.role) {
            row.add(record);
        }
    });
}

impl Counted {
    fn add(&mut self, record: &Record) {
        self.questions += 1;
        *match record.outcome {
            "answered" => &mut self.answered,
            "clarified" => &mut self.clarified,
            "declined" => &mut self.declined,
            "refused" => &mut self.refused,
            "over quota" => &mut self.over_quota,
            _ => &mut self.failed,
        } += 1;
        self.calls += record.calls.len() as u64;
        let add = |sum: &mut u64, count: Option<u64>| *sum = sum.saturating_add(count.unwrap_or_default());
        add(&mut self.tokens_in, record.tokens_in);
        add(&mut self.tokens_cached, record.tokens_cached);
        add(&mut self.tokens_out, record.tokens_out);
        self.cost += record.cost.unwrap_or_default();
        self.total_ms += record.total_ms;
        self.model_ms += record.model_ms;
    }
}

/// What was counted in this database; `None` without preloading.
pub fn counted() -> Option<Vec<Counted>> {
    let database = background::database();
    COUNTERS.with(|counters| counters.rows.iter().filter(|row| row.database == database).copied().collect())
}

/// Begins anew in this database; `false` without preloading.
pub fn reset() -> bool {
    let database = background::database();
    let reset = |counters: &mut Counters| {
        counters.rows.iter_mut().filter(|row| row.database == database).for_each(|row| *row = Counted::zeroed());
    };
    COUNTERS.with(reset).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_beyond_the_last_place_are_counted_together() {
        let mut counters: Box<Counters> = bytemuck::zeroed_box();
        for role in 1..=2000u32 {
            if let Some(row) = counters.of(5, role) {
                row.questions += 1;
            }
        }
        assert_eq!(counters.of(5, 1).map(|row| row.questions), Some(1));
        assert_eq!(counters.of(5, 0).map(|row| row.questions), Some(2000 - (MOST_ROLES - RESERVED) as u64));
        assert_eq!(counters.of(6, 1).map(|row| (row.role, row.questions)), Some((0, 0)), "of another database");
    }
}
