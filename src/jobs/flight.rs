//! One question that the background process works on.

use std::time::{Duration, Instant};

use super::store::{self, Change, Taken};
use crate::ask::Question;
use crate::ask::deadline::Deadline;
use crate::ask::in_background::{Answer, Reply, Waiting, Way};
use crate::error::Error;
use crate::ledger::{self, Entry, ended};
use crate::model::{self, Chain, Replied};
use crate::pg::running::as_asker::{Asker, as_asker};
use crate::pg::running::watching::support_functions;
use crate::settings::Settings;
use wire::Price;

/// Where a draft could not be judged, it is judged again after so long, and then after twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// A table may be locked for so long before the question fails, or for `nl2sql.question_timeout` where that is shorter.
const LONGEST_LOCKED: Duration = Duration::from_secs(60);

/// A draft that may have ended the process is judged so often.
const MOST_ENDS: u32 = 3;

/// A call may go on for so long after its question has expired, so that it does not fail by that first.
const GRACE: Duration = Duration::from_secs(3);

/// The SQLSTATE of a call that ends with its process.
const ADMIN_SHUTDOWN: &str = "57P01";

pub struct Flight {
    pub id: i64,
    pub role: u32,
    /// The earlier it was taken, the smaller.
    pub order: u64,
    /// So many that it takes.
    pub places: usize,
    /// How often a process has ended that was to judge its draft.
    pub ends: u32,
    pub stage: Stage,
    /// It has ended otherwise while a model was asked: nothing more comes of it.
    pub is_over: bool,
    asker: Asker,
    question: Question,
    waiting: Waiting,
    entry: Entry,
    /// Begins with the first call, and again where another process takes over.
    deadline: Option<Deadline>,
    expires: Instant,
    price: Option<Price>,
    pause: Duration,
    /// A table of the draft is locked since then.
    locked: Option<Instant>,
    /// When its reply has come.
    replied: Instant,
}

/// What is to be done next.
pub enum Stage {
    ToAsk,
    /// A thread waits for the model.
    Asking,
    /// There is a reply, which was not judged yet.
    Replied(Box<Replied>),
    /// From then on.
    ToJudgeAgain(Instant),
}

/// What came of an attempt to ask.
pub enum Asked {
    Call(Box<model::Call>),
    /// A quota lets no more questions be under way now.
    Later,
    /// There is no call, and what the question is told in its place.
    Replied(Box<Replied>),
}

impl Flight {
    pub fn new(taken: Taken, order: u64) -> Result<Self, Error> {
        let unreadable = |error: serde_json::Error| Error::internal(format!("a question can't be read again: {error}"));
        let question = Question::new("nl_submit", Some(&taken.question), taken.thread.as_deref())?;
        let asker: Asker = serde_json::from_str(&taken.asker).map_err(unreadable)?;
        let mut waiting: Waiting = serde_json::from_str(&taken.progress).map_err(unreadable)?;
        let mut calls = std::mem::take(&mut waiting.calls);
        let stage = match taken.reply {
            Some(reply) => {
                let Reply { proposal, usage, took } = serde_json::from_str(&reply).map_err(unreadable)?;
                calls.push(ledger::Call::new(waiting.model(), took, &usage, None, None));
                Stage::Replied(Box::new(Replied { proposal: Ok(proposal), usage, took }))
            }
            None => Stage::ToAsk,
        };
        let left = Duration::try_from_secs_f64(taken.seconds).unwrap_or_default();
        Ok(Self {
            id: taken.id,
            role: taken.role,
            order,
            places: taken.places,
            ends: taken.ends,
            stage,
            is_over: false,
            asker,
            question,
            waiting,
            entry: Entry::of_job_after(taken.id, calls),
            deadline: None,
            expires: Instant::now() + left,
            price: None,
            pause: FIRST_PAUSE,
            locked: None,
            replied: Instant::now(),
        })
    }

    /// The model that is asked, or is to be asked.
    pub fn model(&self) -> &str {
        self.waiting.model()
    }

    /// Makes a call of the model ready, in the stead of the asker. An error ends the question.
    pub fn ask(&mut self) -> Result<Asked, Error> {
        let (waiting, entry, price, deadline) = (&self.waiting, &mut self.entry, &mut self.price, &mut self.deadline);
        as_asker(&self.asker, || {
            let settings = Settings::load();
            let deadline = *deadline.get_or_insert_with(|| Deadline::of(&settings));
            let chain = Chain::open(&[waiting.model().to_owned()], settings.model_timeout)?;
            let prompt = waiting.prompt().ok_or_else(|| Error::internal("a question has no prompt"))?;
            let now = Instant::now();
            if deadline.is_over() {
                return Err(deadline.passed());
            }
            let time = deadline.end.saturating_duration_since(now) / waiting.models_left();
            // One that is under way when the question expires is given up with it.
            let end = (now + time).min(self.expires + GRACE);
            match entry.allow() {
                Ok(()) => {}
                Err(Error::OverQuota(over)) if over.limit == crate::error::Limit::Concurrent => {
                    return Ok(Asked::Later);
                }
                Err(error) => return Ok(Asked::Replied(Box::new(Replied::failed(error)))),
            }
            *price = chain.price(0);
            let sent = model::sent(&prompt);
            match chain.prepare(0, prompt, end) {
                Ok(call) => {
                    entry.calling(waiting.model(), 1, sent, *price);
                    Ok(Asked::Call(Box::new(call)))
                }
                Err(error) => Ok(Asked::Replied(Box::new(Replied::failed(error)))),
            }
        })
    }

    /// A model has replied, or has not.
    pub fn replied(&mut self, replied: Replied) {
        let failure = replied.proposal.as_ref().err().map(Error::sqlstate);
        self.entry.release();
        self.entry.called(self.waiting.model(), replied.took, &replied.usage, self.price, failure);
        self.stage = Stage::Replied(Box::new(replied));
        self.replied = Instant::now();
    }

    /// No thread could be started for the call.
    pub fn not_asked(&mut self) {
        self.entry.release();
    }

    /// The process ends before the model has replied: what was sent to it is counted, and kept for whoever asks it again.
    pub fn leave(&mut self) -> Option<Change> {
        if !matches!(self.stage, Stage::Asking) {
            return None;
        }
        self.entry.interrupted(ADMIN_SHUTDOWN);
        Some(Change { id: self.id, progress: self.progress(), ..Change::default() })
    }

    /// As json.
    fn progress(&mut self) -> Option<String> {
        self.waiting.calls = self.entry.calls().to_vec();
        serde_json::to_string(&self.waiting).ok()
    }

    /// Since when its draft is to be judged, where it is.
    pub fn due(&self, now: Instant) -> Option<Instant> {
        match self.stage {
            Stage::Replied(_) => Some(self.replied),
            Stage::ToJudgeAgain(at) => Some(at).filter(|at| *at <= now),
            Stage::ToAsk | Stage::Asking => None,
        }
    }

    /// The reply as it is kept until it was judged; `None` where there is none that was of use.
    pub fn reply_to_keep(&self) -> Option<Change> {
        let Stage::Replied(replied) = &self.stage else { return None };
        let Replied { proposal: Ok(proposal), usage, took } = &**replied else { return None };
        let reply = Reply { proposal: proposal.clone(), usage: *usage, took: *took };
        Some(Change { id: self.id, reply: serde_json::to_string(&reply).ok(), ..Change::default() })
    }

    /// Goes on with the reply, or with a draft that could not be judged, in the stead of the asker, for so long at `most`. Gives what
    /// is to be written down, and whether the question has ended.
    pub fn go_on(&mut self, most: Duration) -> (Option<Change>, bool) {
        let stage = std::mem::replace(&mut self.stage, Stage::ToAsk);
        let (waiting, entry, question, locked) = (&mut self.waiting, &mut self.entry, &self.question, &mut self.locked);
        let carried = as_asker(&self.asker, || {
            support_functions::refresh()?;
            let settings = Settings::load();
            let way = match stage {
                Stage::Replied(replied) => waiting.go_on(*replied, question, &settings, most, entry),
                _ => waiting.judge_again(question, &settings, most, entry),
            };
            let way = match way {
                Ok(Way::Later) => may_wait(locked, &settings).map(|()| Way::Later),
                way => {
                    *locked = None;
                    way
                }
            };
            if !matches!(way, Ok(Way::Ask | Way::Later)) {
                ended(entry, question.asked(), &settings, way.as_ref().err())?;
            }
            Ok(way)
        });
        let attempts = Some(self.waiting.attempts());
        match carried.and_then(|way| way) {
            Ok(Way::Ask) => {
                self.pause = FIRST_PAUSE;
                let state = if self.waiting.attempts() > 0 { "repairing" } else { "asking" };
                let progress = self.progress();
                let model = Some(self.model().to_owned());
                let change = Change { id: self.id, state: Some(state), model, attempts, progress, ..Change::default() };
                (Some(change), false)
            }
            Ok(Way::Later) => {
                let is_first = self.pause == FIRST_PAUSE;
                self.stage = Stage::ToJudgeAgain(Instant::now() + self.pause);
                self.pause = (self.pause * 2).min(LONGEST_PAUSE);
                (is_first.then(|| Change { id: self.id, state: Some("waiting"), ..Change::default() }), false)
            }
            Ok(Way::Answered(answer)) => {
                let answer = kept(*answer);
                (Some(Change { id: self.id, state: Some("ready"), attempts, answer, ..Change::default() }), true)
            }
            Err(error) => (Some(Change { attempts, ..failed(self.id, &error) }), true),
        }
    }

    /// What is to be written down before its draft is judged, where that may have ended a process before; an error where it did so
    /// time and again.
    pub fn before_judging(&mut self) -> Result<Option<Change>, Error> {
        if self.ends == 0 {
            return Ok(None);
        }
        if self.ends > MOST_ENDS {
            return Err(Error::JudgingEndsProcess { times: self.ends });
        }
        self.ends += 1;
        Ok(Some(Change { id: self.id, ends: Some(self.ends), ..Change::default() }))
    }

    /// Notes that the question has ended otherwise.
    pub fn give_up(&mut self) {
        self.fail(&Error::JobEnded { id: self.id, state: "over".to_owned() });
    }

    /// Notes what it failed with, where that was before a model was asked.
    pub fn fail(&mut self, error: &Error) {
        let (entry, question) = (&mut self.entry, &self.question);
        // Where the asker is gone, there is nobody to count it for.
        let _ = as_asker(&self.asker, || ended(entry, question.asked(), &Settings::load(), Some(error)));
    }
}

/// Whether a draft may go on waiting for a table that is `locked` since then.
fn may_wait(locked: &mut Option<Instant>, settings: &Settings) -> Result<(), Error> {
    let since = *locked.get_or_insert_with(Instant::now);
    let given = u64::try_from(settings.question_timeout_ms).ok().filter(|most| *most > 0);
    let most = given.map_or(LONGEST_LOCKED, |most| Duration::from_millis(most).min(LONGEST_LOCKED));
    if since.elapsed() < most { Ok(()) } else { Err(Error::DraftLocked { seconds: since.elapsed().as_secs() }) }
}

/// An answer as it is kept.
pub fn kept(answer: Answer) -> store::Answer {
    let Answer { answered, meaning } = answer;
    store::Answer {
        sql: Some(answered.sql),
        source: Some(answered.source.kind()),
        reading: answered.reading,
        meaning,
        notes: (!answered.notes.is_empty()).then(|| answered.notes.join("\n")),
    }
}

/// An error as it is kept.
pub fn failed(id: i64, error: &Error) -> Change {
    Change {
        id,
        state: Some("failed"),
        sqlstate: Some(error.sqlstate().to_owned()),
        message: Some(error.to_string()),
        detail: error.detail(),
        hint: error.hint(),
        ..Change::default()
    }
}
