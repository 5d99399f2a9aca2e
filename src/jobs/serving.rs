//! The process that works on the questions of a database: it asks their models on threads, many at once, and judges drafts in the
//! stead of the askers.
//!
//! It looks at the table in short transactions, and is in none while models are asked. What it has in flight stands in the table
//! too, so whoever takes over after it goes on from there: a question is asked again only where its reply was not kept.

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use super::fair::InFlight;
use super::flight::{Asked, Flight, Stage, failed};
use super::judging::Turns;
use super::looking::Looks;
use super::memory::Memory;
use super::store::{self, Change};
use super::{overdue, workers};
use crate::draft_cache;
use crate::error::Error;
use crate::model::{Called, Replied};
use crate::pg::host::report;
use crate::pg::host::thread_pool::Pool;
use crate::pg::running::timer::trim_now;
use crate::pg::shared::background;

/// A process without work stays so long. PostgreSQL waits five seconds for others to leave a database that is to be dropped.
const STAYS: Duration = Duration::from_millis(1_500);

/// So many replies are kept before they are judged.
const BATCH: usize = 32;

/// It judges drafts no longer, but for the one that is being judged, before what came of them is written down and others are heard.
const JUDGES_FOR: Duration = Duration::from_millis(100);

/// Whose draft took so many times what it may is set aside.
const TIMES_TOO_LONG: u32 = 2;

/// Nor does it begin calls of models any longer.
const ASKS_FOR: Duration = Duration::from_millis(100);

/// Does all there is to do in a database.
pub fn serve(database: u32) {
    if !workers::attach(database) {
        return;
    }
    background::at_exit(overdue::leave);
    background::at_exit(workers::leave);
    let Ok(pool) = Pool::new() else { return };
    let mut serving = Serving {
        database,
        pool,
        held: HashMap::new(),
        called: Vec::new(),
        unwritten: Vec::new(),
        has_open: false,
        looks: Looks::default(),
        turns: Turns::new(Instant::now()),
        aside: Vec::new(),
        overdue: HashSet::new(),
        memory: Memory::begin(),
    };
    serving.serve();
}

pub(super) struct Serving {
    pub(super) database: u32,
    pool: Pool<Called>,
    pub(super) held: HashMap<i64, Flight>,
    /// What came of calls and was not looked at yet.
    called: Vec<(i64, Option<Called>)>,
    /// What has to be written down.
    pub(super) unwritten: Vec<Change>,
    /// There were questions that could not be taken.
    pub(super) has_open: bool,
    pub(super) looks: Looks,
    turns: Turns,
    /// Roles none of whose drafts are judged now.
    aside: Vec<u32>,
    /// Questions whose drafts held up the process before, which have to be written down as failed.
    overdue: HashSet<i64>,
    pub(super) memory: Memory,
}

impl Serving {
    fn serve(&mut self) {
        let (mut busy, mut has_worked) = (Instant::now(), false);
        loop {
            if workers::is_sent_away(self.database) || !workers::is_attached(self.database) {
                return;
            }
            self.take_replies();
            self.note_overdue();
            self.judge();
            self.write();
            if !self.look_if_due() {
                return self.leave();
            }
            self.ask();
            self.write();
            let is_done = self.held.is_empty() && self.unwritten.is_empty();
            if self.memory.is_to_be_given_back() && is_done || self.memory.is_late() {
                // Another goes on, which `workers::leave` has started.
                return self.tell_calls();
            }
            let has_work = !self.held.is_empty()
                || !self.unwritten.is_empty()
                || !self.overdue.is_empty()
                || self.has_open
                || self.looks.is_wanted();
            if has_work {
                (busy, has_worked) = (Instant::now(), true);
            } else if (!has_worked || busy.elapsed() > STAYS) && workers::leave_unless_wanted(self.database) {
                return;
            }
            self.pause(has_work);
        }
    }

    /// Writes down what was sent to models that have not replied: another process asks them again.
    fn tell_calls(&mut self) {
        self.unwritten.extend(self.held.values_mut().filter_map(Flight::leave));
        self.write();
    }

    fn leave(&mut self) {
        self.held.clear();
        workers::about_to_look(self.database);
        workers::leave_unless_wanted(self.database);
    }

    fn pause(&self, has_work: bool) {
        if !self.called.is_empty() {
            return;
        }
        background::tell(None);
        let again = self.held.values().filter_map(|flight| match flight.stage {
            Stage::Replied(_) | Stage::ToJudgeAgain(_) if self.aside.contains(&flight.role) => None,
            Stage::ToJudgeAgain(at) => Some(at.saturating_duration_since(Instant::now())),
            Stage::Replied(_) | Stage::ToAsk => Some(Duration::ZERO),
            Stage::Asking => None,
        });
        let look = if has_work { self.looks.wait(self.has_open) } else { STAYS / 4 };
        self.pool.wait(again.min().unwrap_or(look).min(look));
        background::read_configuration();
    }

    /// Takes what has come of calls, and keeps the replies before anything else is done with them.
    fn take_replies(&mut self) {
        self.called.extend(self.pool.ended());
        let batch = self.called.len().min(BATCH);
        let mut kept = Vec::new();
        for (id, called) in self.called.drain(..batch).collect::<Vec<_>>() {
            let Some(flight) = self.held.get_mut(&id) else { continue };
            match called {
                Some(called) => flight.replied(called.reply()),
                None => flight.replied(Replied::failed(Error::internal("a thread that asked a model has ended"))),
            }
            if flight.is_over {
                flight.give_up();
                self.drop_flight(id);
            } else {
                kept.extend(flight.reply_to_keep());
            }
        }
        if !kept.is_empty() {
            background::tell(Some(c"nl2sql: keeping replies"));
            // Where that fails the questions go on, and would be asked again by another process.
            let _ =
                background::in_transaction(|| if store::is_ours()? { store::change(&kept) } else { Ok(Vec::new()) });
        }
    }

    /// Notes as failed what held up the process before.
    fn note_overdue(&mut self) {
        for id in overdue::untold(self.database) {
            if self.overdue.insert(id) {
                self.note(failed(id, &Error::JudgingTooLong { seconds: overdue::MOST_MS / 1000 }));
            } else if !self.unwritten.iter().any(|change| change.id == id) {
                overdue::told(id);
                self.overdue.remove(&id);
            }
        }
    }

    /// Judges what has been replied, for a while.
    fn judge(&mut self) {
        let started = Instant::now();
        self.aside = overdue::set_aside();
        while started.elapsed() < JUDGES_FOR {
            let now = Instant::now();
            let judged = self.held.values().filter(|flight| !self.aside.contains(&flight.role));
            let due = judged.filter_map(|flight| Some((flight.id, flight.role, flight.due(now)?)));
            let Some(id) = self.turns.next(due) else { return };
            let Some(flight) = self.held.get_mut(&id) else { return };
            background::tell(Some(c"nl2sql: judging a draft"));
            match flight.before_judging() {
                Ok(None) => {}
                Ok(Some(change)) => drop(write(&[change])),
                Err(error) => {
                    flight.fail(&error);
                    self.drop_flight(id);
                    self.note(failed(id, &error));
                    continue;
                }
            }
            overdue::begin(self.database, flight.role, id);
            let most = self.turns.most(flight.role, now);
            let (change, has_ended) = self.memory.watch(flight.role, || flight.go_on(most));
            overdue::end();
            if now.elapsed() > most * TIMES_TOO_LONG {
                // The asker's own code has caught the cancel.
                overdue::put_aside(flight.role);
            }
            self.turns.took(flight.role, now, Instant::now());
            if has_ended {
                self.drop_flight(id);
            }
            change.into_iter().for_each(|change| self.note(change));
        }
    }

    /// What comes later of a question stands for what came before.
    pub(super) fn note(&mut self, change: Change) {
        self.unwritten.retain(|other| other.id != change.id);
        self.unwritten.push(change);
    }

    fn write(&mut self) {
        if self.unwritten.is_empty() {
            return;
        }
        background::tell(Some(c"nl2sql: writing down what came of questions"));
        match write(&self.unwritten) {
            Ok(written) => self.unwritten.retain(|change| !written.contains(&change.id)),
            Err(error) if is_for_another_time(&error) => {}
            // One that can't be written takes none of the others with it.
            Err(_) => self.write_each(),
        }
    }

    fn write_each(&mut self) {
        for change in std::mem::take(&mut self.unwritten) {
            match write(std::slice::from_ref(&change)) {
                Ok(written) if written.contains(&change.id) => {}
                Err(error) if !is_for_another_time(&error) => {
                    let id = change.id;
                    report::log(&format!("nl2sql could not write down what came of question {id}: {error}"));
                    let why = Error::internal("what came of the question could not be written down");
                    let _ = write(&[failed(id, &why)]);
                }
                _ => self.unwritten.push(change),
            }
        }
    }

    /// Works on a question no more; another may have its place.
    fn drop_flight(&mut self, id: i64) {
        self.held.remove(&id);
        self.looks.has_room = true;
    }

    /// Forgets what has ended otherwise. A thread that waits for a model can't be stopped; what comes of it is counted.
    pub(super) fn drop_ended(&mut self, live: &[i64]) {
        self.held.retain(|id, flight| {
            flight.is_over |= !live.contains(id);
            if flight.is_over && !matches!(flight.stage, Stage::Asking) {
                flight.give_up();
                self.looks.has_room = true;
                return false;
            }
            true
        });
    }

    pub(super) fn in_flight(&self) -> InFlight {
        let mut in_flight = InFlight::default();
        for flight in self.held.values() {
            let is_aside = matches!(flight.stage, Stage::Replied(_)) && self.aside.contains(&flight.role);
            if is_aside || matches!(flight.stage, Stage::ToJudgeAgain(_)) {
                *in_flight.locked.entry(flight.role).or_default() += flight.places;
            } else {
                in_flight.take(flight.role, flight.model(), flight.places);
            }
        }
        in_flight
    }

    /// Has threads ask the models of the questions that are to be asked.
    fn ask(&mut self) {
        let due = self.held.values().filter(|flight| matches!(flight.stage, Stage::ToAsk));
        let mut due: Vec<(u64, i64)> = due.map(|flight| (flight.order, flight.id)).collect();
        due.sort_unstable();
        let started = Instant::now();
        for (_, id) in due {
            if started.elapsed() > ASKS_FOR {
                break;
            }
            background::tell(Some(c"nl2sql: asking models"));
            let Some(flight) = self.held.get_mut(&id) else { continue };
            match flight.ask() {
                Ok(Asked::Call(call)) => match self.pool.start(id, move || call.make()) {
                    Ok(()) => flight.stage = Stage::Asking,
                    Err(error) => {
                        report::log(&format!("nl2sql could not start a thread that asks a model: {error}"));
                        self.put_back(id);
                    }
                },
                Ok(Asked::Replied(replied)) => flight.stage = Stage::Replied(replied),
                Ok(Asked::Later) => self.put_back(id),
                Err(error) => {
                    flight.fail(&error);
                    self.drop_flight(id);
                    self.note(failed(id, &error));
                }
            }
        }
        if self.held.is_empty() && self.pool.under_way() == 0 {
            trim_now();
        }
    }

    /// Another time.
    fn put_back(&mut self, id: i64) {
        if let Some(mut flight) = self.held.remove(&id) {
            flight.not_asked();
        }
        self.note(Change { id, state: Some("waiting"), ..Change::default() });
    }
}

/// Writes changes in a transaction of its own, and keeps the drafts that stood for others who ask the same.
fn write(changes: &[Change]) -> Result<Vec<i64>, Error> {
    let of_models = changes.iter().filter(|change| change.answer.source == Some("model"));
    let of_models: Vec<(i64, &str)> =
        of_models.filter_map(|change| Some((change.id, change.answer.sql.as_deref()?))).collect();
    background::in_transaction(|| {
        if !store::is_ours()? {
            return Ok(changes.iter().map(|change| change.id).collect());
        }
        if !of_models.is_empty() {
            let ids: Vec<i64> = of_models.iter().map(|(id, _)| *id).collect();
            for kept in store::draft_keys(&ids)? {
                let sql = of_models.iter().find(|(id, _)| *id == kept.id).map(|(_, sql)| *sql);
                let of_question = changes.iter().filter(|change| change.id == kept.id);
                let model = of_question.filter_map(|change| change.model.as_deref()).next_back().unwrap_or(&kept.model);
                if let (Some(sql), Ok(key)) = (sql, serde_json::from_str(&kept.key)) {
                    draft_cache::remember_for(kept.role, &key, sql, model)?;
                }
            }
        }
        store::change(changes)
    })
}

/// Somebody holds a lock, or the process was told to stop what it did.
fn is_for_another_time(error: &Error) -> bool {
    ["55P03", "57014", "40P01", "40001"].contains(&error.sqlstate()) || error.sqlstate().starts_with("53")
}
