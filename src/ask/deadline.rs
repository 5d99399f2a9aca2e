//! The time of a whole question: its models, their tries and attempts, and the statements that are run.

use std::time::{Duration, Instant};

use crate::error::Error;
use crate::limits::Bounds;
use crate::settings::Settings;

/// Where there is no limit, a question ends sometime.
const NO_LIMIT: Duration = Duration::from_secs(30 * 24 * 3600);

/// When a question has to be answered.
#[derive(Debug, Clone, Copy)]
pub struct Deadline {
    pub end: Instant,
    /// What nl2sql.question_timeout says; 0: no limit.
    milliseconds: i32,
}

impl Deadline {
    /// That of a question which begins now.
    pub fn of(settings: &Settings) -> Self {
        let milliseconds = settings.question_timeout_ms;
        let time = u64::try_from(milliseconds).ok().filter(|time| *time > 0).map_or(NO_LIMIT, Duration::from_millis);
        Self { end: Instant::now() + time, milliseconds }
    }

    pub fn is_over(self) -> bool {
        Instant::now() >= self.end
    }

    /// What one statement may take in the time that is left. An answer that is there at the end is still given a moment.
    pub fn bounds(self, bounds: Bounds) -> Bounds {
        if self.milliseconds == 0 {
            return bounds;
        }
        let left = self.end.saturating_duration_since(Instant::now()).as_millis().max(LAST_MOMENT_MS);
        let left = i32::try_from(left).unwrap_or(i32::MAX);
        let milliseconds = if bounds.milliseconds == 0 { left } else { bounds.milliseconds.min(left) };
        Bounds { milliseconds, ..bounds }
    }

    pub fn passed(self) -> Error {
        Error::QuestionTimedOut { milliseconds: self.milliseconds }
    }

    /// The error, or that the time of the question is over where that is what made it.
    pub fn told(self, error: Error, bounds: Bounds) -> Error {
        let is_late = match error.cause() {
            Error::ModelTimedOut { .. } => self.is_over(),
            Error::QueryTimedOut { milliseconds } => *milliseconds != bounds.milliseconds,
            _ => false,
        };
        if is_late { self.passed() } else { error }
    }
}

const LAST_MOMENT_MS: u128 = 100;
