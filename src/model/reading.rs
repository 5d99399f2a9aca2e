//! The bodies of replies: none is held beyond a limit, and of many that come at once, few large ones at the same time.

use std::io::Read;
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Instant;

/// A reply over this is refused. Counted are the bytes that are held, whatever a server has packed them into.
pub const MAX_REPLY: u64 = 4 << 20;

/// A body up to so many bytes is read at once; a larger one waits for room.
const SMALL: u64 = 64 * 1024;

/// So many larger ones are held in a process at a time.
const MOST_LARGE: usize = 16;

static LARGE: Mutex<usize> = Mutex::new(0);
static ONE_LESS: Condvar = Condvar::new();

/// The room that a large body takes, until it is dropped.
#[derive(Debug)]
pub struct Room(());

impl Drop for Room {
    fn drop(&mut self) {
        *LARGE.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
        ONE_LESS.notify_one();
    }
}

/// Reads a body, unpacked, and the rest of a large one once there is room for it; `None` where there is none until `end`.
pub fn read(mut body: impl Read, end: Instant) -> std::io::Result<Option<(Vec<u8>, Option<Room>)>> {
    let mut bytes = Vec::new();
    (&mut body).take(SMALL).read_to_end(&mut bytes)?;
    if (bytes.len() as u64) < SMALL {
        return Ok(Some((bytes, None)));
    }
    let Some(room) = wait(end) else { return Ok(None) };
    body.take(MAX_REPLY + 1 - SMALL).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_REPLY {
        return Err(ureq::Error::BodyExceedsLimit(MAX_REPLY).into_io());
    }
    Ok(Some((bytes, Some(room))))
}

fn wait(end: Instant) -> Option<Room> {
    let large = LARGE.lock().unwrap_or_else(PoisonError::into_inner);
    let left = end.saturating_duration_since(Instant::now());
    let waited = ONE_LESS.wait_timeout_while(large, left, |large| *large >= MOST_LARGE);
    let (mut large, waited) = waited.unwrap_or_else(PoisonError::into_inner);
    if waited.timed_out() && *large >= MOST_LARGE {
        return None;
    }
    *large += 1;
    Some(Room(()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn large_bodies_wait_for_room() {
        let large = vec![b'x'; 100_000];
        let soon = || Instant::now() + Duration::from_millis(20);
        let mut held: Vec<Room> = (0..MOST_LARGE).filter_map(|_| read(&*large, soon()).ok()??.1).collect();
        assert_eq!(held.len(), MOST_LARGE);
        assert!(matches!(read(&*large, soon()), Ok(None)));
        assert!(matches!(read(&large[..1000], soon()), Ok(Some((bytes, None))) if bytes.len() == 1000));
        held.pop();
        assert!(matches!(read(&*large, soon()), Ok(Some((bytes, Some(_)))) if bytes == large));
    }

    #[test]
    fn no_more_is_read_than_a_reply_may_have() {
        struct Counted(u64);
        impl Read for Counted {
            fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
                assert!(self.0 < 2 * MAX_REPLY, "read on past the limit");
                self.0 += into.len() as u64;
                into.fill(b'x');
                Ok(into.len())
            }
        }
        let later = Instant::now() + Duration::from_secs(60);
        let error = ureq::Error::from(read(Counted(0), later).expect_err("it is too long"));
        assert!(matches!(error, ureq::Error::BodyExceedsLimit(MAX_REPLY)), "{error}");
        let longest = vec![b'x'; MAX_REPLY as usize];
        assert!(matches!(read(&*longest, later), Ok(Some((bytes, Some(_)))) if bytes == longest));
    }
}
