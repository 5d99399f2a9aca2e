//! A breaker for each model's server: one that fails again and again is left alone for a while, so that a question costs
//! microseconds there and not a timeout.
//!
//! It opens after [`MOST_FAILURES`] calls in a row that failed for reasons of the server. After a pause, which doubles with every
//! further failure and varies a little so that sessions do not come back together, one call is let through: if it succeeds the
//! breaker closes, else the next pause begins. Where the library is preloaded all sessions of a role share it; else each
//! session has its own. Roles share none, as what a role asks can bring failures about: a prompt that a proxy finds too large, for
//! example. What a session brings about by its settings (a short nl2sql.model_timeout, a key whose quota is used up) counts in a
//! session's own breaker alone.

use std::cell::RefCell;
use std::cmp::Ordering::Equal;
use std::collections::HashMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytemuck::Zeroable;

use crate::error::Error;
use crate::pg::shared::area::Area;
use crate::pg::shared::background;

/// So many failures in a row open it.
const MOST_FAILURES: u32 = 3;
/// Seconds of the first pause, and of the longest.
const FIRST_PAUSE: f64 = 10.0;
const LONGEST_PAUSE: f64 = 300.0;
/// The one call after a pause keeps others back for so many seconds at most: it may have been cancelled.
const TRIAL: f64 = 30.0;
/// A model that was given less time than this, the default of nl2sql.model_timeout, may be late for that alone.
const FAIR_TIME: Duration = Duration::from_secs(60);
/// A larger request than this, in bytes, may fail for that alone.
const FAIR_SIZE: usize = 256 * 1024;
/// Servers of all databases and roles that share breakers.
const MOST_SERVERS: usize = 256;

/// What is known of one server. Times are seconds since 1970.
#[derive(Debug, Clone, Copy, Zeroable)]
#[repr(C)]
struct Breaker {
    /// Of the server's options: with others, it is another model.
    options: u64,
    /// Until then nobody asks.
    until: f64,
    /// Until then somebody tries whether it works again.
    trial: f64,
    database: u32,
    server: u32,
    failures: u32,
    role: u32,
}

#[derive(Clone, Copy, Zeroable)]
#[repr(C)]
pub struct Breakers {
    servers: [Breaker; MOST_SERVERS],
}

/// The breakers that all sessions share.
pub static SHARED: Area<Breakers> = Area::new(c"nl2sql breakers");

thread_local! {
    static OWN: RefCell<HashMap<(u32, u32), Breaker>> = RefCell::default();
}

/// Which server it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    pub server: u32,
    /// Who asks.
    pub role: u32,
    /// A hash of its options.
    pub options: u64,
}

/// How a breaker stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum State {
    Closed,
    /// For so many seconds.
    Open(f64),
    /// The next call is let through.
    HalfOpen,
}

impl Breaker {
    /// Whether a call may be made now, and else in how many seconds. Whoever may, is the one that tries.
    fn ask(&mut self, now: f64) -> Result<(), f64> {
        match self.state(now) {
            State::Closed => Ok(()),
            State::Open(seconds) => Err(seconds),
            State::HalfOpen => {
                self.trial = now + TRIAL;
                Ok(())
            }
        }
    }

    fn state(&self, now: f64) -> State {
        let until = self.until.max(self.trial);
        match self.failures {
            ..MOST_FAILURES => State::Closed,
            _ if now < until => State::Open(until - now),
            _ => State::HalfOpen,
        }
    }

    fn succeed(&mut self) {
        (self.failures, self.until, self.trial) = (0, 0.0, 0.0);
    }

    /// `chance`: from 0 to 1, by which the pause is up to a quarter longer.
    fn fail(&mut self, now: f64, chance: f64) {
        self.failures = self.failures.saturating_add(1);
        self.trial = 0.0;
        let doublings = self.failures.saturating_sub(MOST_FAILURES).min(10);
        let pause = (FIRST_PAUSE * f64::from(1u32 << doublings)).min(LONGEST_PAUSE);
        self.until = now + pause * (1.0 + chance / 4.0);
    }
}

impl Breakers {
    fn of(&mut self, database: u32, key: Key) -> Option<&mut Breaker> {
        let known = |one: &Breaker| (one.database, one.server, one.role) == (database, key.server, key.role);
        let at = self.servers.iter().position(known).or_else(|| self.place_for(key.role))?;
        let place = self.servers.get_mut(at)?;
        if !known(place) || place.options != key.options {
            *place =
                Breaker { options: key.options, database, server: key.server, role: key.role, ..Breaker::zeroed() };
        }
        Some(place)
    }

    /// A place for another server of a role: one without failures, of which nothing is known that is missed. Else of the role that has
    /// most, the one with the fewest failures, of these the one that is open for the shortest time: so a role whose servers all
    /// fail has others' forgotten only where others have more.
    fn place_for(&self, role: u32) -> Option<usize> {
        if let Some(idle) = self.servers.iter().position(|one| one.failures == 0) {
            return Some(idle);
        }
        let mut of_role: HashMap<u32, usize> = HashMap::from([(role, 1)]);
        for one in &self.servers {
            *of_role.entry(one.role).or_default() += 1;
        }
        let (most, _) = of_role.into_iter().max_by_key(|(of, places)| (*places, *of == role))?;
        let theirs = self.servers.iter().enumerate().filter(|(_, one)| one.role == most);
        theirs
            .min_by(|(_, a), (_, b)| (a.failures, a.until).partial_cmp(&(b.failures, b.until)).unwrap_or(Equal))
            .map(|(at, _)| at)
    }
}

/// Does something to the breaker of a server.
fn with<R>(key: Key, work: impl FnOnce(&mut Breaker) -> R) -> Option<R> {
    if SHARED.is_there() {
        let database = background::database();
        return SHARED.with(|breakers| breakers.of(database, key).map(work)).flatten();
    }
    OWN.with(|own| {
        let mut own = own.try_borrow_mut().ok()?;
        let breaker = own.entry((key.server, key.role)).or_insert_with(Breaker::zeroed);
        if breaker.options != key.options {
            *breaker = Breaker { options: key.options, server: key.server, ..Breaker::zeroed() };
        }
        Some(work(breaker))
    })
}

/// Whether the server may be asked now, and else in how many seconds.
pub fn ask(key: Key) -> Result<(), f64> {
    with(key, |breaker| breaker.ask(now())).unwrap_or(Ok(()))
}

/// How the server's breaker stands.
pub fn state(key: Key) -> State {
    with(key, |breaker| breaker.state(now())).unwrap_or(State::Closed)
}

/// What a call had, and what it asked for.
#[derive(Debug, Clone, Copy)]
pub struct Extent {
    pub time: Duration,
    /// Of the request.
    pub bytes: usize,
}

/// Whether a call tells that its server fails; `None` where it tells nothing of the server.
fn has_failed<T>(result: &Result<T, Error>, extent: Extent, is_shared: bool) -> Option<bool> {
    let is_fair = |is_fair: bool| (!is_shared || is_fair).then_some(true);
    match result {
        Ok(_) => Some(false),
        Err(Error::HttpStatus { status, .. }) if *status < 500 => Some(false),
        Err(Error::Unreachable { .. } | Error::HttpStatus { .. }) => is_fair(extent.bytes <= FAIR_SIZE),
        Err(Error::ModelTimedOut { .. }) => is_fair(extent.bytes <= FAIR_SIZE && extent.time >= FAIR_TIME),
        Err(Error::Overloaded { .. }) => Some(!is_shared),
        // A call that was cancelled tells nothing of the server.
        Err(_) => None,
    }
}

/// Takes in what became of a call.
pub fn ended<T>(key: Key, result: &Result<T, Error>, extent: Extent) {
    let has_failed = has_failed(result, extent, SHARED.is_there());
    let now = now();
    let take = |breaker: &mut Breaker| match has_failed {
        Some(true) => breaker.fail(now, now.fract()),
        Some(false) => breaker.succeed(),
        None => breaker.trial = 0.0,
    };
    with(key, take);
}

fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_opens_after_failures_in_a_row_and_one_call_tries_again() {
        let mut breaker = Breaker::zeroed();
        for now in [0.0, 1.0] {
            breaker.fail(now, 0.0);
            assert_eq!(breaker.ask(now), Ok(()));
        }
        breaker.fail(2.0, 0.0);
        assert_eq!(breaker.ask(4.0), Err(8.0));
        assert_eq!(breaker.state(12.0), State::HalfOpen);
        assert_eq!(breaker.ask(12.0), Ok(()));
        assert_eq!(breaker.ask(13.0), Err(29.0), "one tries, the others wait for it");
        breaker.fail(14.0, 1.0);
        assert_eq!(breaker.ask(15.0), Err(24.0), "20 seconds and a quarter");
        assert_eq!(breaker.ask(40.0), Ok(()));
        breaker.succeed();
        assert_eq!(breaker.state(41.0), State::Closed);
        breaker.fail(42.0, 0.0);
        assert_eq!(breaker.ask(42.0), Ok(()), "what succeeded begins anew");
    }

    #[test]
    fn what_one_role_can_bring_about_tells_others_nothing() {
        let lost: Result<(), Error> = Err(Error::HttpStatus { model: "gpt".into(), status: 503, why: String::new() });
        let usual = Extent { time: FAIR_TIME, bytes: 40_000 };
        let large = Extent { bytes: 60_000_000, ..usual };
        assert_eq!(has_failed(&lost, usual, true), Some(true));
        assert_eq!(has_failed(&lost, large, true), None);
        assert_eq!(has_failed(&lost, large, false), Some(true));
        let late: Result<(), Error> = Err(Error::ModelTimedOut { model: "gpt".into(), seconds: 60.0 });
        assert_eq!(has_failed(&late, usual, true), Some(true));
        assert_eq!(has_failed(&late, Extent { time: Duration::from_millis(10), ..usual }, true), None);
        assert_eq!(has_failed(&late, large, true), None);
    }

    #[test]
    fn pauses_end() {
        let mut breaker = Breaker::zeroed();
        (0..50).for_each(|_| breaker.fail(0.0, 1.0));
        assert_eq!(breaker.ask(0.0), Err(LONGEST_PAUSE * 1.25));
    }

    #[test]
    fn servers_share_places_and_other_options_begin_anew() {
        let mut breakers: Box<Breakers> = bytemuck::zeroed_box();
        let key = |server| Key { server, role: 10, options: 1 };
        for server in 1..=300 {
            breakers.of(5, key(server)).unwrap().fail(0.0, 0.0);
        }
        breakers.of(5, key(300)).unwrap().fail(0.0, 0.0);
        assert_eq!(breakers.of(5, key(300)).map(|one| one.failures), Some(2));
        assert_eq!(breakers.of(5, Key { server: 300, role: 10, options: 2 }).map(|one| one.failures), Some(0));
        assert_eq!(breakers.of(6, key(300)).map(|one| one.failures), Some(0), "of another database");
        breakers.of(5, key(300)).unwrap().fail(0.0, 0.0);
        assert_eq!(breakers.of(5, Key { role: 11, ..key(300) }).map(|one| one.failures), Some(0), "of another role");
    }

    #[test]
    fn no_role_has_the_failures_of_others_forgotten() {
        let mut breakers: Box<Breakers> = bytemuck::zeroed_box();
        let key = |role, server| Key { server, role, options: 1 };
        let mut fail = |role, server, times| {
            (0..times).for_each(|_| breakers.of(5, key(role, server)).unwrap().fail(f64::from(server), 0.0));
            breakers.of(5, key(role, server)).map_or(0, |one| one.failures)
        };
        fail(10, 1, 3);
        for server in 1..=600 {
            fail(11, server, 5);
        }
        assert_eq!((fail(10, 1, 0), fail(11, 600, 0)), (3, 5));
        // The places of one that has most are whose comes next, until both have as many; what failed longest ago goes first.
        for server in 1..=300 {
            fail(12, server, 3);
        }
        let mut of_role = [0; 3];
        breakers.servers.iter().for_each(|one| of_role[one.role as usize - 10] += 1);
        assert_eq!(of_role, [1, 128, 127]);
        let left = |of: u32| breakers.servers.iter().filter(move |one| one.role == of).map(|one| one.server);
        assert_eq!((left(11).max(), left(12).max()), (Some(600), Some(300)));
    }
}
