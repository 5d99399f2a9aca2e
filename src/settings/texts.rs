//! What the settings that are texts and lists are called, mean, and can be.

use pgrx::guc::{GucContext, GucFlags, GucRegistry};

use super::{
    ALLOW_FUNCTIONS, ALLOW_FUNCTIONS_TEXT, ALLOW_SERVERS, ALLOW_SERVERS_TEXT, INSTRUCTIONS, INSTRUCTIONS_TEXT, MODEL,
    MODEL_TEXT, SCHEMAS, SCHEMAS_TEXT, SHARE, TEACHERS, TEACHERS_TEXT, TRUST_OWNERS, TRUST_OWNERS_TEXT,
    USER_INSTRUCTIONS, USER_INSTRUCTIONS_TEXT,
};
use crate::pg::running::guc_texts::{define_rule, define_text};

/// Who is asked, and what every prompt says.
pub(super) fn define_prompt() {
    define_text::<MODEL_TEXT>(
        c"nl2sql.model",
        c"The models that are asked, first to last.",
        c"A comma-separated list of foreign servers of the wrapper nl2sql; \"builtin\" is the model that needs none.",
        &MODEL,
    );
    define_text::<USER_INSTRUCTIONS_TEXT>(
        c"nl2sql.user_instructions",
        c"What the asker adds to nl2sql.instructions, for example a preferred currency.",
        c"Models are told that nl2sql.instructions come first.",
        &USER_INSTRUCTIONS,
    );
    define_rule::<INSTRUCTIONS_TEXT>(
        c"nl2sql.instructions",
        c"What every prompt tells a model, for example the company's rules on money or dates.",
        c"Set it for a database or a role; whoever asks can add to it by nl2sql.user_instructions, but not change it.",
        &INSTRUCTIONS,
    );
}

pub(super) fn define_share() {
    GucRegistry::define_enum_guc(
        c"nl2sql.share",
        c"What a model outside this server is told of the data.",
        c"\"schema\": nothing of it. \"samples\": typical values from the planner's statistics, and stored values that \
          words of the question may mean. \"results\": these, and up to 100 rows of an answer that nl_answer tells.",
        &SHARE,
        GucContext::Suset,
        GucFlags::default(),
    );
}

/// What questions may be about, and what generated SQL may call and read.
pub(super) fn define_scope() {
    define_rule::<SCHEMAS_TEXT>(
        c"nl2sql.schemas",
        c"The schemas that questions may be about.",
        c"A comma-separated list; empty means every schema the caller can use but the system's. Naming pg_catalog or \
          information_schema here allows queries on it.",
        &SCHEMAS,
    );
    define_rule::<ALLOW_FUNCTIONS_TEXT>(
        c"nl2sql.allow_functions",
        c"Functions that generated SQL may call besides those the guard allows.",
        c"A comma-separated list of name or schema.name.",
        &ALLOW_FUNCTIONS,
    );
    define_rule::<ALLOW_SERVERS_TEXT>(
        c"nl2sql.allow_servers",
        c"Foreign servers whose tables generated SQL may read.",
        c"A comma-separated list; reading a foreign table reaches outside this server, and so is refused by default. A name \
          with a comma stands in double quotes.",
        &ALLOW_SERVERS,
    );
}

/// Whose code runs as the asker, and who teaches others.
pub(super) fn define_trust() {
    define_rule::<TRUST_OWNERS_TEXT>(
        c"nl2sql.trust_owners",
        c"Roles whose code may run as whoever asks.",
        c"A comma-separated list. Functions, and what stands behind types, operators, indexes and policies, run with the rights \
          of the role that asks; without being named here only code of superusers and of that role itself does.",
        &TRUST_OWNERS,
    );
    define_rule::<TEACHERS_TEXT>(
        c"nl2sql.teachers",
        c"Roles whose members may teach others.",
        c"A comma-separated list. Members give verified pairs an audience, and see what others say of answers; without being \
          named here everybody teaches for their own questions alone, superusers for all.",
        &TEACHERS,
    );
}
