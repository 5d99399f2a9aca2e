//! What of quotas is used, in shared memory.

use std::cell::Cell;

use bytemuck::Zeroable;

use super::under_way::{self, Kept};
use crate::error::Limit;
use crate::pg::shared::area::Area;
use crate::pg::shared::background;

/// Quotas and their members that are counted at the same time; the one that nobody has asked under for longest makes way for another,
/// and is counted from the history when it is wanted again.
const MOST_COUNTS: usize = 2048;

/// Questions under way at the same time, of sessions and in the background: there can be more, but not more than these are counted.
const MOST_RUNNING: usize = 4096;

/// Quotas on how many are under way that can be for one question.
pub const MOST_QUOTAS: usize = 16;

pub static COUNTS: Area<Counts> = Area::new(c"nl2sql quotas");

/// A quota in one of its periods, and whom it is counted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Zeroable)]
#[repr(C)]
pub struct Key {
    /// 0: the place is free.
    database: u32,
    /// 0: everybody.
    pub role: u32,
    /// 0: all together.
    member: u32,
    /// The first letters of the period's name.
    period: u32,
    /// Seconds since 1970.
    pub begins: i64,
}

/// What a quota allows; `None`: anything.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Limits {
    pub questions: Option<u64>,
    pub tokens: Option<u64>,
    pub cost: Option<f64>,
    pub concurrent: Option<u64>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Zeroable)]
#[repr(C)]
pub struct Used {
    pub questions: u64,
    pub tokens: u64,
    pub cost: f64,
    /// Questions under way, which is no matter of periods: see [`Running`].
    pub running: u64,
}

#[derive(Clone, Copy, Zeroable)]
#[repr(C)]
pub struct Counts {
    /// Grows with each question.
    clock: u64,
    used: [Count; MOST_COUNTS],
    running: [Running; MOST_RUNNING],
}

#[derive(Clone, Copy, Zeroable)]
#[repr(C)]
struct Count {
    key: Key,
    used: Used,
    /// By the clock above.
    asked_at: u64,
}

/// Why a question may not call a model now.
#[derive(Debug, PartialEq)]
pub enum Refusal {
    /// The quota at this place forbids it, of which so much is used.
    Over(usize, Limit, Used),
    /// One of them is not counted: it had to make way for another since it was looked for.
    Uncounted,
}

/// A question under way, and the quotas that it counts for.
#[derive(Clone, Copy, Zeroable)]
#[repr(C)]
struct Running {
    /// Whose it is; 0: the place is free.
    process: i32,
    unused: u32,
    /// The question in the background that it is; 0: the process waits for it.
    job: i64,
    quotas: [Key; MOST_QUOTAS],
}

impl Key {
    pub fn new(database: u32, role: u32, member: u32, period: &str, begins: i64) -> Self {
        let letters = period.bytes().chain([0; 4]).take(4).fold(0, |number, byte| number << 8 | u32::from(byte));
        Self { database, role, member, period: letters, begins }
    }

    /// The same quota, whatever the period.
    fn is_of(&self, other: &Self) -> bool {
        Self { begins: 0, ..*self } == Self { begins: 0, ..*other }
    }
}

impl Limits {
    /// The limit that forbids a further call of a model. A question `is_counted` from its first call on.
    pub fn reached(&self, used: &Used, is_counted: bool) -> Option<Limit> {
        let over = |most: Option<u64>, used: u64| most.is_some_and(|most| used >= most);
        if over(self.tokens, used.tokens) {
            Some(Limit::Tokens)
        } else if self.cost.is_some_and(|most| used.cost >= most) {
            Some(Limit::Cost)
        } else if !is_counted && over(self.questions, used.questions) {
            Some(Limit::Questions)
        } else if !is_counted && over(self.concurrent, used.running) {
            Some(Limit::Concurrent)
        } else {
            None
        }
    }
}

impl Limits {
    /// How many further calls fit into what is left beside one that is under way, each of so many tokens and so much cost.
    pub fn room(&self, used: &Used, tokens: u64, cost: f64) -> u64 {
        let by_tokens = self.tokens.map(|most| most.saturating_sub(used.tokens) / tokens.max(1));
        let by_cost = self.cost.filter(|_| cost > 0.0).map(|most| ((most - used.cost) / cost).max(0.0) as u64);
        by_tokens.into_iter().chain(by_cost).min().map_or(u64::MAX, |calls| calls.saturating_sub(1))
    }
}

impl Counts {
    fn of(&mut self, key: &Key) -> Option<&mut Used> {
        self.used.iter_mut().find(|count| count.key == *key).map(|count| &mut count.used)
    }

    fn used(&self, key: &Key) -> Option<Used> {
        self.used.iter().find(|count| count.key == *key).map(|count| count.used)
    }

    /// Begins to count, unless somebody else has meanwhile.
    fn begin(&mut self, key: &Key, used: Used) {
        if self.of(key).is_some() {
            return;
        }
        // The same quota's period before, a free place, or the one that nobody has asked under for longest.
        self.clock += 1;
        let same = self.used.iter().position(|count| count.key.is_of(key));
        let oldest = self.used.iter_mut().min_by_key(|count| (count.key.database != 0, count.asked_at));
        let count = Count { key: *key, used, asked_at: self.clock };
        match same {
            Some(at) => self.used[at] = count,
            None => oldest.into_iter().for_each(|place| *place = count),
        }
    }

    fn running(&self, key: &Key) -> u64 {
        let is_of = |running: &&Running| running.process != 0 && running.quotas.iter().any(|quota| quota.is_of(key));
        self.running.iter().filter(is_of).count() as u64
    }

    /// Looks at all quotas. The first that forbids a call, with what of it is used.
    fn look(&self, quotas: &[(Key, Limits)], is_counted: bool) -> Result<(), Refusal> {
        for (at, (key, limits)) in quotas.iter().enumerate() {
            let Some(mut used) = self.used(key) else { return Err(Refusal::Uncounted) };
            used.running = if limits.concurrent.is_some() { self.running(key) } else { 0 };
            if let Some(limit) = limits.reached(&used, is_counted) {
                return Err(Refusal::Over(at, limit, used));
            }
        }
        Ok(())
    }

    /// Looks at all quotas, and counts for all or none.
    fn admit(&mut self, quotas: &[(Key, Limits)], is_counted: bool, (process, job): (i32, i64)) -> Result<(), Refusal> {
        self.look(quotas, is_counted)?;
        self.clock += 1;
        for count in self.used.iter_mut().filter(|count| quotas.iter().any(|(key, _)| *key == count.key)) {
            count.asked_at = self.clock;
        }
        if is_counted {
            return Ok(());
        }
        for (key, _) in quotas {
            self.of(key).into_iter().for_each(|used| used.questions += 1);
        }
        let known = self.running.iter().position(|running| (running.process, running.job) == (process, job));
        let place = known.or_else(|| self.running.iter().position(|running| running.process == 0));
        if let Some(place) = place {
            let mut keys = [Key::zeroed(); MOST_QUOTAS];
            let limiting = quotas.iter().filter(|(_, limits)| limits.concurrent.is_some());
            keys.iter_mut().zip(limiting).for_each(|(place, (key, _))| *place = *key);
            self.running[place] = Running { process, unused: 0, job, quotas: keys };
        }
        Ok(())
    }

    /// Counts so many further calls as used, of at most `further`, as all quotas have room for.
    pub(super) fn reserve(&mut self, quotas: &[(Key, Limits)], further: u64, tokens: u64, cost: f64) -> u64 {
        let mut room =
            |(key, limits): &(Key, Limits)| limits.room(&self.of(key).copied().unwrap_or_default(), tokens, cost);
        let fit = quotas.iter().map(&mut room).min().unwrap_or(further).min(further);
        if fit > 0 {
            self.add(quotas.iter().map(|(key, _)| key), fit.saturating_mul(tokens), fit as f64 * cost);
        }
        fit
    }

    fn add<'k>(&mut self, keys: impl Iterator<Item = &'k Key>, tokens: u64, cost: f64) {
        for key in keys {
            if let Some(used) = self.of(key) {
                used.tokens = used.tokens.saturating_add(tokens);
                used.cost += cost;
            }
        }
    }

    pub(super) fn subtract(&mut self, kept: &Kept) {
        for key in &kept.keys {
            if let Some(used) = self.of(key) {
                used.tokens = used.tokens.saturating_sub(kept.tokens);
                used.cost = (used.cost - kept.cost).max(0.0);
            }
        }
    }

    /// `job`: `None` for all questions of the process.
    fn leave(&mut self, process: i32, job: Option<i64>) {
        let is_it = |running: &&mut Running| running.process == process && job.is_none_or(|job| running.job == job);
        self.running.iter_mut().filter(is_it).for_each(|running| running.process = 0);
    }
}

pub fn is_known(key: &Key) -> bool {
    COUNTS.with(|counts| counts.of(key).is_some()) == Some(true)
}

/// Begins to count with what is used.
pub fn begin(key: &Key, used: Used) {
    COUNTS.with(|counts| counts.begin(key, used));
}

/// See [`Counts::admit`].
pub fn admit(quotas: &[(Key, Limits)], is_counted: bool, job: i64) -> Result<(), Refusal> {
    leave_at_exit();
    COUNTS.with(|counts| counts.admit(quotas, is_counted, (background::process(), job))).unwrap_or(Ok(()))
}

/// How many questions are under way that a quota counts.
pub fn running(key: &Key) -> u64 {
    COUNTS.with(|counts| counts.running(key)).unwrap_or_default()
}

/// See [`Counts::look`], for a question that has called no model yet.
pub fn look(quotas: &[(Key, Limits)]) -> Result<(), Refusal> {
    COUNTS.with(|counts| counts.look(quotas, false)).unwrap_or(Ok(()))
}

/// Counts what a call took.
pub fn spend<'k>(keys: impl Iterator<Item = &'k Key>, tokens: u64, cost: f64) {
    COUNTS.with(|counts| counts.add(keys, tokens, cost));
}

/// A question of this process is over; `job` as for [`admit`].
pub fn leave(job: i64) {
    under_way::release();
    COUNTS.with(|counts| counts.leave(background::process(), Some(job)));
}

/// No question of another process is under way any more.
pub fn forget_process(process: i32) {
    COUNTS.with(|counts| counts.leave(process, None));
}

fn leave_all() {
    under_way::ended_with_process();
    under_way::release();
    COUNTS.with(|counts| counts.leave(background::process(), None));
}

/// A session that is terminated leaves no question under way.
fn leave_at_exit() {
    thread_local! {
        static DEFINED_IN: Cell<i32> = const { Cell::new(0) };
    }
    if DEFINED_IN.replace(background::process()) != background::process() {
        background::at_exit(leave_all);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(role: u32, begins: i64) -> Key {
        Key::new(1, role, 0, "day", begins)
    }

    #[test]
    fn all_quotas_count_or_none() {
        let mut counts: Box<Counts> = bytemuck::zeroed_box();
        let wide = (key(1, 100), Limits { questions: Some(5), ..Limits::default() });
        let narrow = (key(2, 100), Limits { questions: Some(1), ..Limits::default() });
        for (key, _) in [wide, narrow] {
            counts.begin(&key, Used::default());
        }
        assert_eq!(counts.admit(&[wide, narrow], false, (7, 0)), Ok(()));
        assert_eq!(counts.admit(&[wide, narrow], true, (7, 0)), Ok(()), "a further call of the same question");
        let refused = counts.admit(&[wide, narrow], false, (8, 0));
        assert!(matches!(refused, Err(Refusal::Over(1, Limit::Questions, Used { questions: 1, .. }))), "{refused:?}");
        assert_eq!(counts.of(&wide.0).map(|used| used.questions), Some(1));
    }

    #[test]
    fn further_calls_are_asked_where_all_quotas_have_room_for_them() {
        let mut counts: Box<Counts> = bytemuck::zeroed_box();
        let wide = (key(1, 100), Limits { tokens: Some(1000), ..Limits::default() });
        let narrow = (key(2, 100), Limits { cost: Some(2.5), questions: Some(1), ..Limits::default() });
        for (key, _) in [wide, narrow] {
            counts.begin(&key, Used { tokens: 100, ..Used::default() });
        }
        assert_eq!(counts.reserve(&[wide], 2, 100, 0.0), 2);
        assert_eq!(counts.of(&wide.0).map(|used| used.tokens), Some(300));
        assert_eq!(counts.reserve(&[wide], 4, 200, 0.0), 2, "700 are left, and one call is under way");
        counts.subtract(&Kept { keys: vec![wide.0], tokens: 400, cost: 0.0 });
        assert_eq!(counts.reserve(&[wide, narrow], 4, 10, 1.0), 1);
        assert_eq!(counts.reserve(&[wide, narrow], 4, 10, 1.0), 0);
        let used = counts.of(&narrow.0).map(|used| used.cost);
        assert_eq!(counts.reserve(&[wide, narrow], 4, 10, f64::INFINITY), 0);
        assert_eq!(counts.of(&narrow.0).map(|used| used.cost), used, "what is not made costs nothing");
        assert_eq!(counts.reserve(&[narrow], 4, 10, 0.0), 4, "what costs nothing");
        assert_eq!(counts.of(&narrow.0).map(|used| (used.tokens, used.cost)), Some((110 + 40, 1.0)));
    }

    #[test]
    fn what_makes_way_is_not_taken_for_unused() {
        let mut counts: Box<Counts> = bytemuck::zeroed_box();
        let limits = Limits { questions: Some(3), ..Limits::default() };
        let month = (key(1, 100), limits);
        counts.begin(&month.0, Used { questions: 1, ..Used::default() });
        for role in 2..MOST_COUNTS as u32 + 1 {
            counts.begin(&key(role, 200), Used::default());
        }
        assert_eq!(counts.admit(&[month], false, (7, 0)), Ok(()), "it is the oldest and was not asked under");
        counts.begin(&key(5000, 200), Used::default());
        assert_eq!(counts.used(&key(2, 200)), None, "nobody has asked under it for longest");
        assert_eq!(counts.admit(&[month], false, (8, 0)), Ok(()));
        (6000..6000 + MOST_COUNTS as u32).for_each(|role| counts.begin(&key(role, 200), Used::default()));
        assert_eq!(counts.admit(&[month], false, (9, 0)), Err(Refusal::Uncounted));
    }

    #[test]
    fn those_under_way_are_counted_over_periods() {
        let mut counts: Box<Counts> = bytemuck::zeroed_box();
        let limits = Limits { concurrent: Some(1), ..Limits::default() };
        counts.begin(&key(1, 100), Used::default());
        assert_eq!(counts.admit(&[(key(1, 100), limits)], false, (7, 0)), Ok(()));
        counts.begin(&key(1, 200), Used::default());
        assert!(counts.admit(&[(key(1, 200), limits)], false, (8, 0)).is_err());
        counts.leave(7, None);
        assert_eq!(counts.admit(&[(key(1, 200), limits)], false, (8, 0)), Ok(()));
        assert_eq!(counts.of(&key(1, 100)), None, "the period before is over");
    }
}
