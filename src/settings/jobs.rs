//! Settings of questions in the background.

use pgrx::guc::{GucContext, GucFlags, GucRegistry, GucSetting};

use crate::pg::host::guc_limits::define_int_limit;

static MAX_IN_FLIGHT: GucSetting<i32> = GucSetting::<i32>::new(1000);
static MAX_IN_FLIGHT_OF_ROLE: GucSetting<i32> = GucSetting::<i32>::new(0);
static MAX_WAITING: GucSetting<i32> = GucSetting::<i32>::new(5000);
static JOB_TIMEOUT: GucSetting<i32> = GucSetting::<i32>::new(3600);
static JOB_RETENTION: GucSetting<i32> = GucSetting::<i32>::new(24 * 3600);

/// Those of the whole server, which the background process goes by.
#[derive(Debug, Clone, Copy)]
pub struct JobSettings {
    /// Calls of models under way in one database.
    pub most_in_flight: usize,
    /// `None`: what fairness gives it.
    pub most_of_role: Option<usize>,
    /// Questions of a role that have not ended.
    pub most_waiting: usize,
    /// Seconds; how long a question that has ended is kept.
    pub retention_s: i32,
    /// Seconds after which a question that is submitted now is given up.
    pub timeout_s: i32,
}

impl JobSettings {
    pub fn load() -> Self {
        let number = |setting: &GucSetting<i32>| usize::try_from(setting.get()).unwrap_or_default();
        Self {
            most_in_flight: number(&MAX_IN_FLIGHT),
            most_of_role: Some(number(&MAX_IN_FLIGHT_OF_ROLE)).filter(|most| *most > 0),
            most_waiting: number(&MAX_WAITING),
            retention_s: JOB_RETENTION.get(),
            timeout_s: JOB_TIMEOUT.get(),
        }
    }
}

pub(super) fn define() {
    GucRegistry::define_int_guc(
        c"nl2sql.max_in_flight",
        c"How many calls of models the background process of a database has under way at once.",
        c"",
        &MAX_IN_FLIGHT,
        1,
        10_000,
        GucContext::Sighup,
        GucFlags::default(),
    );
    GucRegistry::define_int_guc(
        c"nl2sql.max_in_flight_of_role",
        c"How many of them may be for one role.",
        c"0 means all but a thirty-second of those that other roles leave of nl2sql.max_in_flight.",
        &MAX_IN_FLIGHT_OF_ROLE,
        0,
        10_000,
        GucContext::Sighup,
        GucFlags::default(),
    );
    GucRegistry::define_int_guc(
        c"nl2sql.max_waiting",
        c"How many questions of a role may be in the background that have not ended.",
        c"",
        &MAX_WAITING,
        1,
        1_000_000,
        GucContext::Sighup,
        GucFlags::default(),
    );
    define_int_limit::<11>(
        c"nl2sql.job_timeout",
        c"After how long a question in the background that has no answer is given up.",
        c"",
        &JOB_TIMEOUT,
        (1, 30 * 24 * 3600),
        GucFlags::UNIT_S,
    );
    GucRegistry::define_int_guc(
        c"nl2sql.job_retention",
        c"How long a question in the background is kept once it has ended.",
        c"",
        &JOB_RETENTION,
        1,
        i32::MAX,
        GucContext::Sighup,
        GucFlags::UNIT_S,
    );
}
