//! The `nl2sql.*` settings. Read once a question, into one owned [`Settings`]; nothing else reads a GUC.
//!
//! What widens access or sends more data out is for superusers; limits may be tightened by anybody.

#![forbid(unsafe_code)]

mod jobs;
mod limits;
mod lists;
pub mod preloaded;
pub mod profile;
mod share;
mod texts;

use std::ffi::{CStr, CString};
use std::time::Duration;

use pgrx::guc::GucSetting;

use crate::error::Error;
use crate::ledger::Detail;
use crate::limits::{Bounds, MOST_KEPT, RowLimits};
use crate::pg::host::extension::check_version;
use crate::pg::host::guc_limits::reserve_prefix;
use crate::pg::running::definer::DefinersSettings;
use crate::pg::running::guc_texts::configured;
use crate::pg::running::watching::support_functions;
pub use jobs::JobSettings;
pub use lists::models_of;
use lists::names;
use profile::Profile;
pub use share::Share;

static MODEL: GucSetting<Option<CString>> = GucSetting::<Option<CString>>::new(Some(c"builtin"));
static SHARE: GucSetting<Share> = GucSetting::<Share>::new(Share::Schema);
static ROW_LIMIT: GucSetting<i32> = GucSetting::<i32>::new(10_000);
static BYTE_LIMIT: GucSetting<i32> = GucSetting::<i32>::new(256 * 1024);
static QUERY_TIMEOUT: GucSetting<i32> = GucSetting::<i32>::new(30_000);
static MEMORY_LIMIT: GucSetting<i32> = GucSetting::<i32>::new(512 * 1024);
static TEMP_FILE_LIMIT: GucSetting<i32> = GucSetting::<i32>::new(1024 * 1024);
static MAX_COST: GucSetting<f64> = GucSetting::<f64>::new(1e8);
static MODEL_TIMEOUT: GucSetting<i32> = GucSetting::<i32>::new(60_000);
static QUESTION_TIMEOUT: GucSetting<i32> = GucSetting::<i32>::new(300_000);
static MAX_ATTEMPTS: GucSetting<i32> = GucSetting::<i32>::new(3);
static CANDIDATES: GucSetting<i32> = GucSetting::<i32>::new(1);
static PROMPT_BUDGET: GucSetting<i32> = GucSetting::<i32>::new(8_000);
static CACHE_TTL: GucSetting<i32> = GucSetting::<i32>::new(3600);
static THREAD_TTL: GucSetting<i32> = GucSetting::<i32>::new(30 * 24 * 3600);
static HISTORY: GucSetting<Detail> = GucSetting::<Detail>::new(Detail::Off);
static HISTORY_RETENTION: GucSetting<i32> = GucSetting::<i32>::new(90 * 24 * 3600);
static SCHEMAS: GucSetting<Option<CString>> = GucSetting::<Option<CString>>::new(Some(c""));
static ALLOW_FUNCTIONS: GucSetting<Option<CString>> = GucSetting::<Option<CString>>::new(Some(c""));
static ALLOW_SERVERS: GucSetting<Option<CString>> = GucSetting::<Option<CString>>::new(Some(c""));
static TRUST_OWNERS: GucSetting<Option<CString>> = GucSetting::<Option<CString>>::new(Some(c""));
static TEACHERS: GucSetting<Option<CString>> = GucSetting::<Option<CString>>::new(Some(c""));
static INSTRUCTIONS: GucSetting<Option<CString>> = GucSetting::<Option<CString>>::new(Some(c""));
static USER_INSTRUCTIONS: GucSetting<Option<CString>> = GucSetting::<Option<CString>>::new(Some(c""));

/// The settings of one question.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The chain of models, first asked first.
    pub models: Vec<String>,
    pub share: Share,
    /// 0: no limit.
    pub row_limit: u64,
    /// Bytes of json text; 0: no limit.
    pub byte_limit: u64,
    /// What one generated statement may take.
    pub bounds: Bounds,
    /// Planner cost units; 0: no limit.
    pub max_cost: f64,
    pub model_timeout: Duration,
    /// Milliseconds; 0: no limit.
    pub question_timeout_ms: i32,
    pub max_attempts: u32,
    /// Drafts that a model is asked for at once, in place of its first.
    pub candidates: u32,
    /// Seconds; 0: nothing is kept.
    pub cache_ttl_s: i32,
    /// Seconds; 0: no turn of a thread is kept or used.
    pub thread_ttl_s: i32,
    /// How much of questions is written down.
    pub history: Detail,
    /// Seconds; 0: for ever.
    pub history_retention_s: i32,
    /// Empty: every schema the caller can use.
    pub schemas: Vec<String>,
    /// `name` or `schema.name`.
    pub allow_functions: Vec<String>,
    /// Foreign servers whose tables may be read.
    pub allow_servers: Vec<String>,
    /// Roles whose code may run as the caller.
    pub trust_owners: Vec<String>,
    /// Roles whose members may teach others.
    pub teachers: Vec<String>,
    pub prompt: PromptSettings,
}

/// What a prompt is made with.
#[derive(Debug, Clone, PartialEq)]
pub struct PromptSettings {
    /// The most tokens, estimated.
    pub budget: usize,
    /// What the database's owner wants every model told.
    pub instructions: String,
    /// What the asker adds to it.
    pub user_instructions: String,
}

/// What questions may be about.
#[derive(Debug, Clone, Copy)]
pub struct Scope<'s> {
    /// Empty: every schema the caller can use.
    pub schemas: &'s [String],
    /// Foreign servers whose tables may be read.
    pub allow_servers: &'s [String],
}

/// The numbers of the texts of which is kept what the configuration says.
const MODEL_TEXT: usize = 0;
const USER_INSTRUCTIONS_TEXT: usize = 1;
const INSTRUCTIONS_TEXT: usize = 2;

const SCHEMAS_TEXT: usize = 3;
const ALLOW_FUNCTIONS_TEXT: usize = 4;
const ALLOW_SERVERS_TEXT: usize = 5;
const TRUST_OWNERS_TEXT: usize = 6;
const TEACHERS_TEXT: usize = 7;

/// The settings of one question, in force until dropped: inside a SECURITY DEFINER function the definer's.
pub struct InForce {
    settings: Settings,
    /// Before the definer's, as it began after them.
    profile: Profile,
    _definers: DefinersSettings,
}

impl std::ops::Deref for InForce {
    type Target = Settings;

    fn deref(&self) -> &Settings {
        &self.settings
    }
}

impl Settings {
    /// Those of whoever asks. Fails where the database has the extension in another version.
    pub fn in_force() -> Result<InForce, Error> {
        check_version()?;
        support_functions::refresh()?;
        let definers = DefinersSettings::begin(&steering(), &of_callers_role())?;
        let profile = Profile::begin()?;
        Ok(InForce { settings: Self::load(), profile, _definers: definers })
    }

    /// What is in force now, for the caller.
    pub fn load() -> Self {
        Self {
            models: models_of(&text(&MODEL)),
            share: SHARE.get(),
            row_limit: unsigned(ROW_LIMIT.get()),
            byte_limit: unsigned(BYTE_LIMIT.get()) * 1024,
            bounds: Bounds {
                milliseconds: QUERY_TIMEOUT.get(),
                memory_kb: MEMORY_LIMIT.get(),
                temp_file_kb: TEMP_FILE_LIMIT.get(),
            },
            max_cost: MAX_COST.get(),
            model_timeout: Duration::from_millis(unsigned(MODEL_TIMEOUT.get())),
            question_timeout_ms: QUESTION_TIMEOUT.get(),
            max_attempts: u32::try_from(MAX_ATTEMPTS.get()).unwrap_or(1),
            candidates: u32::try_from(CANDIDATES.get()).unwrap_or(1),
            cache_ttl_s: CACHE_TTL.get(),
            thread_ttl_s: THREAD_TTL.get(),
            history: HISTORY.get(),
            history_retention_s: HISTORY_RETENTION.get(),
            schemas: schemas(),
            allow_functions: allow_functions(),
            allow_servers: allow_servers(),
            trust_owners: trust_owners(),
            teachers: list(&TEACHERS),
            prompt: PromptSettings {
                budget: usize::try_from(PROMPT_BUDGET.get()).unwrap_or(0),
                instructions: text(&INSTRUCTIONS),
                user_instructions: text(&USER_INSTRUCTIONS),
            },
        }
    }

    pub fn scope(&self) -> Scope<'_> {
        Scope { schemas: &self.schemas, allow_servers: &self.allow_servers }
    }

    pub fn row_limits(&self) -> RowLimits {
        let unlimited = |limit: u64| if limit == 0 { u64::MAX } else { limit };
        RowLimits { rows: unlimited(self.row_limit), bytes: unlimited(self.byte_limit), values: u64::MAX }
    }

    /// Those of an answer that is kept in memory, to tell, draw or compare it.
    pub fn kept_limits(&self) -> RowLimits {
        let RowLimits { rows, bytes, .. } = self.row_limits();
        RowLimits { rows, bytes: bytes.min(MOST_KEPT.bytes), values: MOST_KEPT.values }
    }
}

/// What the caller of a SECURITY DEFINER function could steer the definer's questions by, as the configuration has it.
fn steering() -> [(&'static str, CString); 3] {
    let text = |number, default: &CStr| configured(number).unwrap_or_else(|| default.to_owned());
    [
        ("nl2sql.model", text(MODEL_TEXT, c"builtin")),
        ("nl2sql.user_instructions", text(USER_INSTRUCTIONS_TEXT, c"")),
        ("nl2sql.cache_ttl", c"3600".to_owned()),
    ]
}

/// What superusers set, as the configuration has it, in case that the caller's role has values of its own: these were given for
/// what that role can do, and not for what the definer can.
fn of_callers_role() -> Vec<(&'static str, CString)> {
    let text = |number| configured(number).unwrap_or_default();
    let mut settings = vec![
        ("nl2sql.instructions", text(INSTRUCTIONS_TEXT)),
        ("nl2sql.allow_functions", text(ALLOW_FUNCTIONS_TEXT)),
        ("nl2sql.allow_servers", text(ALLOW_SERVERS_TEXT)),
        ("nl2sql.trust_owners", text(TRUST_OWNERS_TEXT)),
        ("nl2sql.teachers", text(TEACHERS_TEXT)),
        ("nl2sql.share", c"schema".to_owned()),
    ];
    // An empty list of schemas allows more than one that names some: it is only put in force where it is known to be meant.
    settings.extend(configured(SCHEMAS_TEXT).map(|schemas| ("nl2sql.schemas", schemas)));
    settings
}

/// Defines all settings; called once, when the library is loaded.
pub fn define() {
    texts::define_prompt();
    texts::define_share();
    texts::define_scope();
    texts::define_trust();
    limits::define_history();
    limits::define_lifetimes();
    limits::define_limits();
    limits::define_model_limits();
    jobs::define();
    reserve_prefix();
}

fn text(setting: &GucSetting<Option<CString>>) -> String {
    setting.get().map(|text| text.to_string_lossy().into_owned()).unwrap_or_default()
}

// What the guard's hooks look at, while statements run.

pub fn schemas() -> Vec<String> {
    list(&SCHEMAS)
}

pub fn allow_functions() -> Vec<String> {
    list(&ALLOW_FUNCTIONS)
}

pub fn allow_servers() -> Vec<String> {
    list(&ALLOW_SERVERS)
}

pub fn trust_owners() -> Vec<String> {
    list(&TRUST_OWNERS)
}

fn list(setting: &GucSetting<Option<CString>>) -> Vec<String> {
    names(&text(setting))
}

fn unsigned(value: i32) -> u64 {
    u64::try_from(value).unwrap_or(0)
}
