//! Which functions and relations generated SQL may use, judged by catalog facts. Pure: the facts come in as values.
//!
//! Allowed by default is what only computes. The lists below are the exceptions, each for a reason that volatility does
//! not tell.

use crate::pg::running::runtime_hooks::Call;
use crate::pg::tree::uses::Origin;

/// A function of pg_proc, or a part of an aggregate, as far as the policy cares.
#[derive(Debug, Clone, Default)]
pub struct Function {
    pub schema: String,
    pub name: String,
    /// `i`, `s` or `v`.
    pub volatility: char,
    pub language: String,
    pub security_definer: bool,
    pub owner_superuser: bool,
    pub owner_caller: bool,
    pub extension_member: bool,
    /// Called by an aggregate that the statement calls, not by the statement.
    pub part_of_aggregate: bool,
}

/// Volatile, but nothing changes and nothing is waited for.
const HARMLESS: [&str; 12] = [
    "array_sample",
    "array_shuffle",
    "clock_timestamp",
    "gen_random_bytes",
    "gen_random_uuid",
    "normal_rand",
    "random",
    "random_normal",
    "timeofday",
    "uuidv4",
    "uuidv7",
    "uuid_generate_v4",
];

const TELLS: &str = "It tells settings.";
const RUNS: &str = "It runs SQL that is given as text.";
const READS: &str = "It reads relations that the statement does not name.";
const MAKES: &str = "It makes values of a type that is given as a value, and runs that type's checks.";
const SPIES: &str = "It tells of the transactions of others.";
const TAKES: &str = "It gives the caller's transaction a number.";
const LOADS: &str = "It checks the code of a function, and may load a library for that.";

/// Reasons that do not hold for code that somebody else than the model wrote: it only looks, and what it runs in turn is
/// watched.
const ONLY_LOOKS: [&str; 5] = [TELLS, RUNS, READS, MAKES, SPIES];

/// Why functions that are immutable or stable are refused all the same.
fn danger(name: &str) -> Option<&'static str> {
    match name {
        "current_setting" | "show_limit" => Some(TELLS),
        // Of isn, where it is marked immutable: the planner already calls it.
        "isn_weak" => Some("It changes how the session reads numbers."),
        // Of xml2: stylesheets are programs, and libxslt never looks whether the query was cancelled.
        "xslt_process" => Some("It runs a program that no time limit can stop."),
        "connectby"
        | "crosstab"
        | "crosstab2"
        | "crosstab3"
        | "crosstab4"
        | "query_to_xml"
        | "ts_stat"
        | "xpath_table"
        | "query_to_xml_and_xmlschema"
        | "query_to_xmlschema" => Some(RUNS),
        "cursor_to_xml"
        | "cursor_to_xmlschema"
        | "database_to_xml"
        | "database_to_xml_and_xmlschema"
        | "database_to_xmlschema"
        | "schema_to_xml"
        | "schema_to_xml_and_xmlschema"
        | "schema_to_xmlschema"
        | "table_to_xml"
        | "table_to_xml_and_xmlschema"
        | "table_to_xmlschema" => Some(READS),
        "col_description" | "obj_description" | "satisfies_hash_partition" | "shobj_description" => Some(READS),
        "array_in" | "array_recv" | "domain_in" | "domain_recv" | "multirange_in" | "multirange_recv" | "range_in"
        | "range_recv" | "record_in" | "record_recv" => Some(MAKES),
        "pg_current_xact_id" | "txid_current" | "txid_current_if_assigned" => Some(TAKES),
        "txid_current_snapshot" => Some(SPIES),
        "fmgr_c_validator" | "fmgr_internal_validator" | "fmgr_sql_validator" => Some(LOADS),
        _ => None,
    }
}

/// Functions of pg_catalog that begin with `pg_` serve administrators, but for these, which only compute.
const PLAIN_PG: [&str; 7] = [
    "pg_client_encoding",
    "pg_collation_for",
    "pg_column_size",
    "pg_size_bytes",
    "pg_size_pretty",
    "pg_typeof",
    "pg_wal_lsn_diff",
];

/// So do these types, which tables may store.
const PLAIN_PG_TYPES: [&str; 2] = ["pg_lsn", "pg_snapshot"];

/// It begins with `pg_`, and is not one of those that only compute.
fn serves_administration(name: &str) -> bool {
    name.starts_with("pg_") && !PLAIN_PG.contains(&name) && !PLAIN_PG_TYPES.iter().any(|of| name.starts_with(of))
}

impl Function {
    pub fn qualified(&self) -> String {
        format!("{}.{}", self.schema, self.name)
    }

    /// Code that came with the server or, through a superuser, with an extension. Membership alone says little: whoever
    /// owns a trusted extension may add functions of their own to it.
    fn is_shipped(&self) -> bool {
        let ships = matches!(self.language.as_str(), "internal" | "c" | "sql");
        self.schema == "pg_catalog" || self.extension_member && self.owner_superuser && ships
    }

    /// A superuser named it in `nl2sql.allow_functions`: with its schema, or bare where nobody else could have made it.
    fn is_listed(&self, allowed: &[String]) -> bool {
        let ours = self.schema == "pg_catalog" || self.owner_superuser;
        allowed.iter().any(|entry| *entry == self.qualified() || ours && *entry == self.name)
    }

    /// Why it may not be called, or `None` where it may.
    pub fn refusal(&self, origin: Origin, by_cast: bool, allowed: &[String]) -> Option<&'static str> {
        let name = self.name.as_str();
        if self.is_listed(allowed) {
            return None;
        }
        if self.security_definer {
            return Some("It runs with its owner's privileges (SECURITY DEFINER).");
        }
        if self.volatility == 'v' && !(self.is_shipped() && HARMLESS.contains(&name)) {
            return Some("It is volatile: calling it may change something.");
        }
        // What a view or a policy calls was written by its owner, who could not hide a setting's name from the model.
        let by_model = origin == Origin::Statement;
        let danger = danger(name).filter(|_| self.is_shipped() && !by_cast && (by_model || name != "current_setting"));
        if danger.is_some() {
            return danger;
        }
        if self.schema == "pg_catalog" && by_model && serves_administration(name) {
            return Some("It serves administration.");
        }
        if !(self.is_shipped() || self.owner_superuser || self.owner_caller) {
            return Some(
                "It is neither PostgreSQL's nor an extension's, and neither a superuser nor the caller owns it.",
            );
        }
        None
    }
}

/// Why a relation may not be read by the statement itself, or `None` where it may. What a view reads is its owner's
/// affair.
pub fn relation_refusal(schema: &str, origin: Origin, schemas: &[String]) -> Option<&'static str> {
    if origin != Origin::Statement || schemas.iter().any(|allowed| allowed == schema) {
        return None;
    }
    if schema.starts_with("pg_") || schema == "information_schema" {
        return Some("System catalogs are not part of what questions are about.");
    }
    if schema == "nl2sql" {
        return Some("It is where nl2sql itself keeps things.");
    }
    (!schemas.is_empty()).then_some("Its schema is not one of nl2sql.schemas.")
}

/// Why tables of these foreign servers (comma-separated) may not be read, or `None` where they may.
pub fn server_refusal(servers: &str, allowed: &[String]) -> Option<&'static str> {
    let listed = |server: &str| allowed.iter().any(|entry| entry == server);
    (!servers.split(',').all(listed)).then_some("Reading a foreign table reaches outside this server.")
}

/// Why code that stands in no tree of the statement may not make this call, or `None` where it may. Whoever wrote that
/// code may read what the statement may not name, but neither change anything nor reach outside.
pub fn call_refusal(call: &Call, allowed: &[String]) -> Option<&'static str> {
    let qualified = format!("{}.{}", call.schema, call.name);
    if allowed.iter().any(|entry| *entry == qualified || *entry == call.name) {
        return None;
    }
    if call.untrusted {
        return Some("It is written in an untrusted language.");
    }
    if call.volatility == 'v' && !HARMLESS.contains(&call.name.as_str()) {
        return Some("It is volatile: calling it may change something.");
    }
    danger(&call.name).filter(|why| !ONLY_LOOKS.contains(why))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn function(schema: &str, name: &str, volatility: char) -> Function {
        Function {
            schema: schema.into(),
            name: name.into(),
            volatility,
            language: "internal".into(),
            owner_superuser: true,
            ..Function::default()
        }
    }

    fn refused(function: &Function) -> bool {
        function.refusal(Origin::Statement, false, &[]).is_some()
    }

    #[test]
    fn volatile_functions_are_refused_but_the_harmless() {
        assert!(refused(&function("pg_catalog", "pg_sleep", 'v')));
        assert!(refused(&function("pg_catalog", "set_config", 'v')));
        assert!(!refused(&function("pg_catalog", "random", 'v')));
        assert!(refused(&function("public", "random", 'v')), "a name alone is no pass");
    }

    #[test]
    fn dangerous_stable_functions_are_refused() {
        assert!(refused(&function("pg_catalog", "current_setting", 's')));
        assert!(refused(&function("pg_catalog", "query_to_xml", 's')));
        assert!(refused(&function("pg_catalog", "pg_ls_logdir", 's')));
        assert!(!refused(&function("pg_catalog", "pg_typeof", 's')));
        assert!(!refused(&function("pg_catalog", "pg_lsn_eq", 'i')), "columns may be of that type");
        assert!(!refused(&function("pg_catalog", "to_char", 's')));
        let input = function("pg_catalog", "array_in", 's');
        assert!(refused(&input) && input.refusal(Origin::Statement, true, &[]).is_none(), "a cast fixes the type");
    }

    #[test]
    fn dangerous_functions_of_extensions_are_refused_whatever_they_declare() {
        for (name, volatility) in [("isn_weak", 'i'), ("xslt_process", 'i'), ("show_limit", 's'), ("crosstab", 's')] {
            let mut of_extension = function("public", name, volatility);
            of_extension.extension_member = true;
            assert!(refused(&of_extension), "{name}");
        }
    }

    #[test]
    fn policies_may_read_settings() {
        let setting = function("pg_catalog", "current_setting", 's');
        assert!(setting.refusal(Origin::Policy(1), false, &[]).is_none());
        assert!(function("pg_catalog", "query_to_xml", 's').refusal(Origin::View(1), false, &[]).is_some());
    }

    #[test]
    fn code_of_others_needs_a_trusted_owner_or_the_list() {
        let mut mine = function("app", "f", 's');
        mine.language = "plpgsql".into();
        assert!(!refused(&mine));
        mine.owner_superuser = false;
        assert!(refused(&mine));
        assert!(mine.refusal(Origin::Statement, false, &["app.f".to_owned()]).is_none());
        assert!(mine.refusal(Origin::Statement, false, &["f".to_owned()]).is_some(), "anybody could have made it");
        mine.owner_caller = true;
        mine.security_definer = true;
        assert!(refused(&mine));
    }

    #[test]
    fn what_stands_in_no_tree_may_look_and_nothing_else() {
        let call = |name: &str, volatility| Call {
            schema: "pg_catalog".into(),
            name: name.into(),
            volatility,
            untrusted: false,
        };
        assert!(call_refusal(&call("pg_advisory_lock", 'v'), &[]).is_some());
        assert!(call_refusal(&call("pg_advisory_lock", 'v'), &["pg_advisory_lock".to_owned()]).is_none());
        assert!(call_refusal(&call("random", 'v'), &[]).is_none());
        assert!(call_refusal(&call("current_setting", 's'), &[]).is_none());
        assert!(call_refusal(&call("txid_current", 's'), &[]).is_some());
        assert!(call_refusal(&Call { untrusted: true, ..call("f", 'i') }, &[]).is_some());
    }

    #[test]
    fn foreign_tables_need_their_server_named() {
        assert!(server_refusal("files", &[]).is_some());
        assert!(server_refusal("files,web", &["files".to_owned()]).is_some());
        assert!(server_refusal("files,web", &["files".to_owned(), "web".to_owned()]).is_none());
    }

    #[test]
    fn an_extension_is_trusted_for_what_a_superuser_owns() {
        let mut added = function("mal", "random", 'v');
        added.extension_member = true;
        added.owner_superuser = false;
        assert!(refused(&added));
        added.owner_superuser = true;
        assert!(!refused(&added));
        added.security_definer = true;
        assert!(refused(&added));
    }

    #[test]
    fn system_relations_are_refused_unless_named() {
        assert!(relation_refusal("pg_catalog", Origin::Statement, &[]).is_some());
        assert!(relation_refusal("nl2sql", Origin::Statement, &[]).is_some());
        assert!(relation_refusal("pg_catalog", Origin::View(1), &[]).is_none());
        assert!(relation_refusal("pg_catalog", Origin::Statement, &["pg_catalog".to_owned()]).is_none());
        assert!(relation_refusal("hr", Origin::Statement, &["sales".to_owned()]).is_some());
        assert!(relation_refusal("hr", Origin::Statement, &[]).is_none());
    }
}
