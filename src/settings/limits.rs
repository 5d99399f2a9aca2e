//! What the limits, the lifetimes of what is kept and the settings of the history are called, mean, and can be.

use pgrx::guc::{GucContext, GucFlags, GucRegistry};

use super::{
    BYTE_LIMIT, CACHE_TTL, CANDIDATES, HISTORY, HISTORY_RETENTION, MAX_ATTEMPTS, MAX_COST, MEMORY_LIMIT, MODEL_TIMEOUT,
    PROMPT_BUDGET, QUERY_TIMEOUT, QUESTION_TIMEOUT, ROW_LIMIT, TEMP_FILE_LIMIT, THREAD_TTL,
};
use crate::pg::host::guc_limits::{define_int_limit, define_real_limit};

pub(super) fn define_history() {
    GucRegistry::define_enum_guc(
        c"nl2sql.history",
        c"How much is written down of who asked what.",
        c"\"off\": nothing. \"usage\": figures without texts. \"full\": questions and statements too.",
        &HISTORY,
        GucContext::Suset,
        GucFlags::default(),
    );
    GucRegistry::define_int_guc(
        c"nl2sql.history_retention",
        c"How long it is kept.",
        c"0 means for ever.",
        &HISTORY_RETENTION,
        0,
        i32::MAX,
        GucContext::Suset,
        GucFlags::UNIT_S,
    );
}

pub(super) fn define_model_limits() {
    let plain = GucFlags::default();
    define_int_limit::<4>(
        c"nl2sql.model_timeout",
        c"How long one request to a model may take.",
        c"",
        &MODEL_TIMEOUT,
        (1, 3_600_000),
        GucFlags::UNIT_MS,
    );
    define_int_limit::<9>(
        c"nl2sql.question_timeout",
        c"How long a whole question may take: all models, their tries and attempts, and its statements.",
        c"0 means no limit. The time that is left is shared by the models that are left in nl2sql.model.",
        &QUESTION_TIMEOUT,
        (0, i32::MAX),
        GucFlags::UNIT_MS,
    );
    define_int_limit::<5>(
        c"nl2sql.max_attempts",
        c"How many drafts a model may make for one question.",
        c"",
        &MAX_ATTEMPTS,
        (1, 10),
        plain,
    );
    define_int_limit::<10>(
        c"nl2sql.candidates",
        c"How many drafts a model is asked for at once.",
        c"From 2 on, they are run and the result that most agree on is the answer. Each costs a call.",
        &CANDIDATES,
        (1, 5),
        plain,
    );
    define_int_limit::<6>(
        c"nl2sql.prompt_budget",
        c"The most tokens of a prompt, at four characters a token.",
        c"Over it, the relations that have least to do with the question are left out.",
        &PROMPT_BUDGET,
        (500, 1_000_000),
        plain,
    );
}

/// How long drafts and turns of threads are kept.
pub(super) fn define_lifetimes() {
    GucRegistry::define_int_guc(
        c"nl2sql.cache_ttl",
        c"How long a model's draft is used again for the same question over the same schema.",
        c"0 means never.",
        &CACHE_TTL,
        0,
        i32::MAX,
        GucContext::Userset,
        GucFlags::UNIT_S,
    );
    GucRegistry::define_int_guc(
        c"nl2sql.thread_ttl",
        c"How long a question of a thread is remembered.",
        c"0 means not at all.",
        &THREAD_TTL,
        0,
        i32::MAX,
        GucContext::Userset,
        GucFlags::UNIT_S,
    );
}

pub(super) fn define_limits() {
    let plain = GucFlags::default();
    define_int_limit::<0>(
        c"nl2sql.row_limit",
        c"The most rows one answer has.",
        c"0 means no limit.",
        &ROW_LIMIT,
        (0, i32::MAX),
        plain,
    );
    define_int_limit::<1>(
        c"nl2sql.byte_limit",
        c"The most json text one answer has.",
        c"0 means no limit.",
        &BYTE_LIMIT,
        (0, i32::MAX),
        GucFlags::UNIT_KB,
    );
    define_int_limit::<2>(
        c"nl2sql.query_timeout",
        c"How long one generated query may plan and run.",
        c"0 means no limit.",
        &QUERY_TIMEOUT,
        (0, i32::MAX),
        GucFlags::UNIT_MS,
    );
    define_real_limit::<3>(
        c"nl2sql.max_cost",
        c"The highest cost, as the planner estimates it, of a generated query.",
        c"0 means no limit.",
        &MAX_COST,
    );
    define_int_limit::<7>(
        c"nl2sql.memory_limit",
        c"How much memory one generated query may take in its backend, and in each parallel worker.",
        c"0 means no limit. Looked at many times a second.",
        &MEMORY_LIMIT,
        (0, i32::MAX),
        GucFlags::UNIT_KB,
    );
    define_int_limit::<8>(
        c"nl2sql.temp_file_limit",
        c"How much temporary file space one generated query may take.",
        c"0 means no limit but the server's temp_file_limit.",
        &TEMP_FILE_LIMIT,
        (0, i32::MAX),
        GucFlags::UNIT_KB,
    );
}
