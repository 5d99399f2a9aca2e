//! Drafts whose judging takes too long, in shared memory: the server can't be made to stop some of what it does, and the process that
//! judges one draft judges those of everybody.
//!
//! A process says whose draft it judges and since when. Where that lasts for too long, [`launcher`](super::launcher) tells it to end,
//! which it does when the server next looks for that, and has another take its place. That one notes the question as failed. A role whose
//! draft holds a process up has no other judged meanwhile and for some time after, and few processes are left behind at a time:
//! so a role takes one of the server's places for processes, and all together no more than [`MOST_LEFT`].

use bytemuck::Zeroable;

use crate::pg::running::timer::monotonic_ms;
use crate::pg::shared::area::Area;
use crate::pg::shared::background;

/// Judging a draft is cancelled after 5 s; what has not ended after so long hears no cancel.
pub const MOST_MS: u64 = 20_000;

/// So many databases have a process: see `workers`.
const MOST_PROCESSES: usize = 64;

/// So many processes may be left behind at a time; where there are more, others wait for the next.
const MOST_LEFT: usize = 3;

/// A role whose draft was one of these has none judged for so long, so that it does not hold everybody up time and again; of so many
/// roles, the last.
const ASIDE_MS: u64 = 300_000;
const MOST_ASIDE: usize = 64;

/// What was to be noted of a question is forgotten after so long, where no process of its database has come: it is gone.
const FORGOTTEN_MS: u64 = 600_000;

pub static OVERDUE: Area<Judgements> = Area::new(c"nl2sql judgements");

#[derive(Clone, Copy, Zeroable)]
#[repr(C)]
pub struct Judgements {
    under_way: [Judgement; MOST_PROCESSES],
    left: [Judgement; MOST_LEFT],
    aside: [Aside; MOST_ASIDE],
}

#[derive(Debug, Clone, Copy, Zeroable)]
#[repr(C)]
struct Aside {
    role: u32,
    unused: u32,
    /// As `since` below.
    until: u64,
}

/// A draft that a process judges, or had begun to judge when it was left behind.
#[derive(Debug, Clone, Copy, PartialEq, Zeroable)]
#[repr(C)]
struct Judgement {
    /// 0: there is none, or it has ended.
    process: i32,
    database: u32,
    role: u32,
    /// 1: that the question has failed is to be written down.
    is_untold: u32,
    question: i64,
    /// Milliseconds since the machine has started; 0: the place is free.
    since: u64,
}

impl Judgements {
    fn begin(&mut self, judgement: Judgement) {
        let is_place = |place: &&mut Judgement| place.process == judgement.process || place.since == 0;
        if let Some(place) = self.under_way.iter_mut().find(is_place) {
            *place = judgement;
        }
    }

    fn end(&mut self, process: i32) {
        let ended = self.under_way.iter_mut().filter(|judgement| judgement.process == process);
        ended.for_each(|judgement| *judgement = Judgement::zeroed());
    }

    /// Leaves processes behind that take too long; their numbers.
    fn leave_late(&mut self, now: u64) -> Vec<i32> {
        let is_free = |left: &Judgement| {
            left.process == 0 && (left.is_untold == 0 || now.saturating_sub(left.since) > FORGOTTEN_MS)
        };
        let is_late = |judgement: &&mut Judgement| judgement.since > 0 && now >= judgement.since + MOST_MS;
        let (mut processes, mut late) = (Vec::new(), Vec::new());
        for judgement in self.under_way.iter_mut().filter(is_late) {
            let Some(place) = self.left.iter_mut().find(|left| is_free(left)) else { break };
            *place = Judgement { is_untold: 1, ..*judgement };
            processes.push(judgement.process);
            late.push(judgement.role);
            *judgement = Judgement::zeroed();
        }
        late.into_iter().for_each(|role| self.put_aside(role, now));
        processes
    }

    fn put_aside(&mut self, role: u32, now: u64) {
        let is_known = |aside: &Aside| aside.role == role;
        if let Some(aside) = self.aside.iter_mut().min_by_key(|aside| (!is_known(aside), aside.until)) {
            *aside = Aside { role, unused: 0, until: now + ASIDE_MS };
        }
    }

    /// A process has ended.
    fn gone(&mut self, process: i32) {
        self.end(process);
        self.left.iter_mut().filter(|left| left.process == process).for_each(|left| left.process = 0);
    }

    fn untold(&self, database: u32) -> Vec<i64> {
        let untold = self.left.iter().filter(|left| left.is_untold == 1 && left.database == database);
        untold.map(|left| left.question).collect()
    }

    fn told(&mut self, question: i64) {
        self.left.iter_mut().filter(|left| left.question == question).for_each(|left| left.is_untold = 0);
    }

    fn set_aside(&self, now: u64) -> Vec<u32> {
        let of_left = self.left.iter().filter(|left| left.process != 0).map(|left| left.role);
        let aside = self.aside.iter().filter(|aside| aside.until > now).map(|aside| aside.role);
        of_left.chain(aside).collect()
    }
}

/// This process begins to judge a draft of a role.
pub fn begin(database: u32, role: u32, question: i64) {
    let since = monotonic_ms().cast_unsigned().max(1);
    let judgement = Judgement { process: background::process(), database, role, is_untold: 0, question, since };
    OVERDUE.with(|judgements| judgements.begin(judgement));
}

/// It has judged it.
pub fn end() {
    OVERDUE.with(|judgements| judgements.end(background::process()));
}

/// This process ends.
pub fn leave() {
    OVERDUE.with(|judgements| judgements.gone(background::process()));
}

/// Leaves processes behind whose judging takes too long; their numbers.
pub fn leave_late() -> Vec<i32> {
    OVERDUE.with(|judgements| judgements.leave_late(monotonic_ms().cast_unsigned())).unwrap_or_default()
}

/// The questions of a database that failed so, as far as that is not written down.
pub fn untold(database: u32) -> Vec<i64> {
    OVERDUE.with(|judgements| judgements.untold(database)).unwrap_or_default()
}

/// What came of a question is written down.
pub fn told(question: i64) {
    OVERDUE.with(|judgements| judgements.told(question));
}

/// No draft of this role is judged for some time.
pub fn put_aside(role: u32) {
    OVERDUE.with(|judgements| judgements.put_aside(role, monotonic_ms().cast_unsigned()));
}

/// The roles whose drafts hold processes up, or did so lately, or have filled one.
pub fn set_aside() -> Vec<u32> {
    OVERDUE.with(|judgements| judgements.set_aside(monotonic_ms().cast_unsigned())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judgement(process: i32, role: u32, since: u64) -> Judgement {
        Judgement { process, database: 5, role, is_untold: 0, question: i64::from(process) * 10, since }
    }

    #[test]
    fn a_process_that_takes_too_long_is_left_behind() {
        let mut judgements: Box<Judgements> = bytemuck::zeroed_box();
        judgements.begin(judgement(7, 70, 1000));
        assert_eq!(judgements.leave_late(MOST_MS), [0; 0]);
        judgements.end(7);
        assert_eq!(judgements.leave_late(MOST_MS + 2000), [0; 0], "it has ended in time");
        judgements.begin(judgement(7, 70, 1000));
        assert_eq!(judgements.leave_late(MOST_MS + 1000), [7]);
        assert_eq!(judgements.leave_late(MOST_MS + 1000), [0; 0], "it was left before");
        assert_eq!((judgements.untold(5), judgements.untold(6)), (vec![70], vec![]));
        judgements.told(70);
        let later = MOST_MS + 1000 + ASIDE_MS;
        assert_eq!((judgements.untold(5), judgements.set_aside(later)), (vec![], vec![70]), "it still goes on");
        judgements.gone(7);
        assert_eq!((judgements.set_aside(later - 1), judgements.set_aside(later)), (vec![70], vec![]));
    }

    #[test]
    fn few_are_left_behind_at_a_time() {
        let mut judgements: Box<Judgements> = bytemuck::zeroed_box();
        (1..=5).for_each(|process| judgements.begin(judgement(process, 70, 1)));
        assert_eq!(judgements.leave_late(MOST_MS + 1), [1, 2, 3]);
        judgements.gone(2);
        assert_eq!(judgements.leave_late(MOST_MS + 1), [0; 0], "that it failed is still to be told");
        judgements.told(20);
        assert_eq!(judgements.leave_late(MOST_MS + 1), [4]);
        judgements.gone(1);
        assert_eq!(judgements.leave_late(FORGOTTEN_MS + 2), [5], "its database is gone");
    }
}
