//! Which functions generated SQL may use, judged by catalog facts. Pure: the facts come in as values.
//!
//! Allowed by default is what only computes. The exceptions are in [`super::known_functions`].

use super::known_functions::{
    HARMLESS, ONLY_LOOKS, READ, SERVER, TELLS, danger, is_of_cluster_plans, serves_administration,
};
use crate::pg::running::watching::function_facts::{Call, Language};
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
    pub owner: String,
    pub owner_superuser: bool,
    pub owner_caller: bool,
    /// It came with the server.
    pub is_server: bool,
    /// The extension it is a member of.
    pub extension: Option<String>,
    /// Called by an aggregate that the statement calls, not by the statement.
    pub part_of_aggregate: bool,
}

const VOLATILE: &str = "It is volatile: calling it may change something.";
const MAY_READ: &str = "It is not IMMUTABLE, so it may read tables.";
const ADMINISTERS: &str = "It serves administration.";
const UNREAD: &str =
    "It is C code of an extension that nobody has read, and only its own mark says that it changes nothing.";

/// Why code may not run whose owner the caller has no reason to trust.
pub const STRANGERS: &str =
    "It is neither PostgreSQL's nor an extension's, and neither a superuser nor the caller owns it.";

/// Where a function comes from, as the lists have it. Membership in an extension alone says little: whoever owns a trusted
/// extension may add functions of their own to it.
fn home(is_server: bool, extension: Option<&str>, owner_superuser: bool) -> Option<&str> {
    if is_server { Some(SERVER) } else { extension.filter(|_| owner_superuser) }
}

/// Why a function of this home may not be called for its volatility alone; `is_c`: in C or the server's own code.
fn volatility_refusal(home: Option<&str>, name: &str, volatility: char, is_c: bool) -> Option<&'static str> {
    let is_in = |list: &[(&str, &str)]| home.is_some_and(|home| list.contains(&(home, name)));
    let is_read =
        |home: &str| READ.iter().any(|(of, names)| *of == home && (names.is_empty() || names.contains(&name)));
    match volatility {
        'v' => (!is_in(&HARMLESS)).then_some(VOLATILE),
        's' if is_c && home != Some(SERVER) => (!home.is_some_and(is_read)).then_some(UNREAD),
        _ => None,
    }
}

impl Function {
    pub fn qualified(&self) -> String {
        if self.schema.is_empty() { self.name.clone() } else { format!("{}.{}", self.schema, self.name) }
    }

    /// Stands for one that was dropped meanwhile.
    pub fn gone() -> Self {
        Self { name: "that no longer exists".to_owned(), ..Self::default() }
    }

    fn home(&self) -> Option<&str> {
        home(self.is_server, self.extension.as_deref(), self.owner_superuser)
    }

    /// A superuser named it in `nl2sql.allow_functions`: with its schema, or bare where nobody else could have made it.
    fn is_listed(&self, allowed: &[String]) -> bool {
        let ours = self.is_server || self.owner_superuser;
        allowed.iter().any(|entry| *entry == self.qualified() || ours && *entry == self.name)
    }

    /// Why it may not be called, or `None` where it may.
    pub fn refusal(&self, origin: Origin, by_cast: bool, lists: &Lists<'_>) -> Option<&'static str> {
        let name = self.name.as_str();
        if self.is_listed(lists.functions) {
            return None;
        }
        if self.security_definer {
            return Some("It runs with its owner's privileges (SECURITY DEFINER).");
        }
        let is_c = matches!(self.language.as_str(), "internal" | "c");
        if let Some(why) = volatility_refusal(self.home(), name, self.volatility, is_c) {
            return Some(why);
        }
        // What a view or a policy calls was written by its owner, who could not hide a setting's name from the model.
        let by_model = origin == Origin::Statement;
        let danger = self.home().and_then(|home| danger(home, name));
        let danger = danger.filter(|_| !by_cast && (by_model || name != "current_setting"));
        if danger.is_some() {
            return danger;
        }
        if (self.is_server || self.schema == "pg_catalog") && by_model && serves_administration(name) {
            return Some(ADMINISTERS);
        }
        let is_trusted = self.is_server || self.owner_superuser || self.owner_caller;
        (!is_trusted && !lists.owners.contains(&self.owner)).then_some(STRANGERS)
    }
}

/// Whom and what superusers trust.
#[derive(Debug, Clone, Copy, Default)]
pub struct Lists<'l> {
    /// `nl2sql.allow_functions`: `name` or `schema.name`.
    pub functions: &'l [String],
    /// `nl2sql.trust_owners`: roles.
    pub owners: &'l [String],
}

/// A superuser named it in `nl2sql.allow_functions`, as [`Function::is_listed`] has it.
pub fn is_listed(call: &Call, allowed: &[String]) -> bool {
    let ours = call.is_server || call.owner_superuser;
    allowed.iter().any(|entry| *entry == call.qualified() || ours && *entry == call.name)
}

/// Why code that stands in no tree of the statement may not make this call, or `None` where it may. Whoever wrote that
/// code may read what the statement may not name, but neither change anything nor reach outside.
pub fn call_refusal(call: &Call, allowed: &[String]) -> Option<&'static str> {
    if is_listed(call, allowed) {
        return None;
    }
    if call.language == Language::Untrusted {
        return Some("It is written in an untrusted language.");
    }
    let home = home(call.is_server, call.extension.as_deref(), call.owner_superuser);
    let is_c = call.language == Language::Machine;
    if home.is_some_and(|home| is_of_cluster_plans(home, &call.name)) {
        return None;
    }
    volatility_refusal(home, &call.name, call.volatility, is_c)
        .or_else(|| danger(home?, &call.name).filter(|why| !ONLY_LOOKS.contains(why)))
}

/// Why this call may not be made while a statement is analyzed, before anything of it has been judged: by the checks of the
/// types that literals become. Those have no business but to look at a value.
pub fn analysis_refusal(call: &Call, allowed: &[String]) -> Option<&'static str> {
    let Some(home) = home(call.is_server, call.extension.as_deref(), call.owner_superuser) else {
        // Others' code has been judged by whose it is; whose check calls a superuser's is not known yet.
        let may_read = call.volatility != 'i' && call.owner_superuser && !is_listed(call, allowed);
        return may_read.then_some(MAY_READ);
    };
    let reads = danger(home, &call.name).filter(|why| *why != TELLS);
    reads.or_else(|| (call.is_server && serves_administration(&call.name)).then_some(ADMINISTERS))
}

/// Why the text of a view or policy whose owner nobody has reason to trust may not make this call, or `None` where it may.
/// Functions run with the rights of who asks, in an ordinary view too. `by_cast`: the tree fixes the type of a cast. Settings and
/// roles are what tenants are told apart by. That a function of a superuser is not IMMUTABLE says that it may read.
pub fn text_refusal(call: &Call, by_cast: bool, allowed: &[String]) -> Option<&'static str> {
    if is_listed(call, allowed) {
        return None;
    }
    let home = home(call.is_server, call.extension.as_deref(), call.owner_superuser);
    let reads = home.and_then(|home| danger(home, &call.name)).filter(|_| !by_cast && call.name != "current_setting");
    if reads.is_some() {
        return reads;
    }
    if call.is_server && serves_administration(&call.name) && call.name != "pg_has_role" {
        return Some(ADMINISTERS);
    }
    (home.is_none() && call.volatility != 'i').then_some(MAY_READ)
}

/// Why code that neither a superuser nor the caller owns may not run, or `None` where it may.
pub fn owner_refusal(call: &Call, lists: &Lists<'_>) -> Option<&'static str> {
    let is_listed = lists.functions.contains(&call.qualified()) || lists.owners.contains(&call.owner);
    (!is_listed).then_some(STRANGERS)
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
            is_server: schema == "pg_catalog",
            ..Function::default()
        }
    }

    fn member(extension: &str, name: &str, volatility: char) -> Function {
        let extension = Some(extension.to_owned());
        Function { extension, language: "c".into(), ..function("public", name, volatility) }
    }

    fn call(name: &str, volatility: char) -> Call {
        Call {
            schema: "pg_catalog".into(),
            name: name.into(),
            volatility,
            is_server: true,
            owner_superuser: true,
            ..Call::default()
        }
    }

    fn refused(function: &Function) -> bool {
        function.refusal(Origin::Statement, false, &Lists::default()).is_some()
    }

    fn refused_but_for(function: &Function, functions: &[&str], owners: &[&str]) -> bool {
        let list = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let (functions, owners) = (list(functions), list(owners));
        let lists = Lists { functions: &functions, owners: &owners };
        function.refusal(Origin::Statement, false, &lists).is_some()
    }

    #[test]
    fn volatile_functions_are_refused_but_the_harmless() {
        assert!(refused(&function("pg_catalog", "pg_sleep", 'v')));
        assert!(refused(&function("pg_catalog", "set_config", 'v')));
        assert!(!refused(&function("pg_catalog", "random", 'v')));
        assert!(refused(&function("public", "random", 'v')), "a name alone is no pass");
        assert!(refused(&member("tablefunc", "random", 'v')), "nor that of another's function");
        assert!(!refused(&member("tablefunc", "normal_rand", 'v')));
        assert!(!refused(&member("postgis", "pgis_geometry_accum_transfn", 'v')));
        assert!(refused(&Function { is_server: false, ..function("pg_catalog", "random", 'v') }), "nor a schema");
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
        let by_cast = input.refusal(Origin::Statement, true, &Lists::default());
        assert!(refused(&input) && by_cast.is_none(), "a cast fixes the type");
    }

    #[test]
    fn dangerous_functions_of_extensions_are_refused_whatever_they_declare() {
        for (extension, name, volatility) in [
            ("isn", "isn_weak", 'i'),
            ("xml2", "xslt_process", 'i'),
            ("pg_trgm", "show_limit", 's'),
            ("tablefunc", "crosstab", 's'),
            ("postgis_raster", "raster_in", 'i'),
            ("postgis_raster", "_st_mapalgebra", 'i'),
            ("postgis", "st_fromflatgeobuftotable", 'i'),
            ("address_standardizer", "standardize_address", 'i'),
            ("timescaledb", "finalize_agg", 'i'),
            ("timescaledb", "hypertable_compression_stats", 's'),
        ] {
            assert!(refused(&member(extension, name, volatility)), "{name}");
        }
        assert!(!refused(&member("app", "current_setting", 'i')), "a name alone is no danger");
    }

    #[test]
    fn c_code_marked_stable_passes_where_it_was_read() {
        assert!(refused(&member("citus", "master_run_on_worker", 's')));
        assert!(refused(&Function { schema: "pg_catalog".into(), ..member("citus", "master_run_on_worker", 's') }));
        assert!(refused(&function("public", "of_no_extension", 's')));
        assert!(!refused(&member("citus", "worker_hash", 'i')));
        assert!(!refused(&member("pg_trgm", "similarity_op", 's')));
        assert!(!refused(&member("postgis", "st_asgeojson", 's')));
        assert!(refused(&member("postgis", "st_estimatedextent", 's')));
        assert!(!refused_but_for(&member("citus", "master_run_on_worker", 's'), &["master_run_on_worker"], &[]));
        let stable = Call { is_server: false, extension: Some("citus".into()), ..call("master_run_on_worker", 's') };
        assert!(call_refusal(&stable, &[]).is_some());
        let trusted_language = Call { language: Language::Trusted, ..stable };
        assert!(call_refusal(&trusted_language, &[]).is_none());
    }

    #[test]
    fn policies_may_read_settings() {
        let setting = function("pg_catalog", "current_setting", 's');
        assert!(setting.refusal(Origin::Policy(1), false, &Lists::default()).is_none());
        assert!(
            function("pg_catalog", "query_to_xml", 's').refusal(Origin::View(1), false, &Lists::default()).is_some()
        );
    }

    #[test]
    fn code_of_others_needs_a_trusted_owner_or_the_list() {
        let mut mine = function("app", "f", 's');
        mine.language = "plpgsql".into();
        mine.owner = "app_owner".into();
        assert!(!refused(&mine));
        mine.owner_superuser = false;
        assert!(refused(&mine));
        assert!(!refused_but_for(&mine, &["app.f"], &[]));
        assert!(refused_but_for(&mine, &["f"], &[]), "anybody could have made it");
        assert!(!refused_but_for(&mine, &[], &["app_owner"]));
        assert!(refused_but_for(&mine, &[], &["app"]));
        mine.owner_caller = true;
        assert!(!refused(&mine));
        mine.security_definer = true;
        assert!(refused(&mine));
    }

    #[test]
    fn what_stands_in_no_tree_may_look_and_nothing_else() {
        assert!(call_refusal(&call("pg_advisory_lock", 'v'), &[]).is_some());
        assert!(call_refusal(&call("pg_advisory_lock", 'v'), &["pg_advisory_lock".to_owned()]).is_none());
        assert!(call_refusal(&call("random", 'v'), &[]).is_none());
        assert!(call_refusal(&call("current_setting", 's'), &[]).is_none());
        assert!(call_refusal(&call("txid_current", 's'), &[]).is_some());
        assert!(call_refusal(&Call { language: Language::Untrusted, ..call("f", 'i') }, &[]).is_some());
        let others = Call { is_server: false, owner_superuser: false, schema: "mal".into(), ..call("random", 'v') };
        assert!(call_refusal(&others, &[]).is_some(), "a name alone is no pass");
        assert!(call_refusal(&others, &["random".to_owned()]).is_some(), "nor in the list");
        let of_citus =
            Call { is_server: false, extension: Some("citus".into()), ..call("read_intermediate_result", 'v') };
        assert!(call_refusal(&of_citus, &[]).is_none(), "Citus puts it into plans");
        assert!(refused(&member("citus", "read_intermediate_result", 'v')), "a statement may not name it");
        assert!(call_refusal(&Call { owner_superuser: false, ..of_citus }, &[]).is_some());
    }

    #[test]
    fn checks_of_types_read_nothing_while_a_statement_is_analyzed() {
        for name in ["table_to_xml", "query_to_xml", "ts_stat", "pg_show_all_settings", "obj_description"] {
            assert!(analysis_refusal(&call(name, 's'), &[]).is_some(), "{name}");
        }
        for name in ["length", "current_setting", "pg_typeof"] {
            assert!(analysis_refusal(&call(name, 's'), &[]).is_none(), "{name}");
        }
        let users = Call { schema: "app".into(), is_server: false, ..call("table_to_xml", 'i') };
        assert!(analysis_refusal(&users, &[]).is_none(), "a name alone is no danger");
        let stable = Call { volatility: 's', ..users };
        assert!(analysis_refusal(&stable, &[]).is_some(), "but it may read");
        assert!(analysis_refusal(&stable, &["app.table_to_xml".to_owned()]).is_none());
    }

    #[test]
    fn texts_of_others_tell_tenants_apart_and_read_nothing() {
        let refused = |call: &Call| text_refusal(call, false, &[]).is_some();
        for name in ["int4eq", "current_setting", "pg_has_role", "lower", "now"] {
            assert!(!refused(&call(name, 's')), "{name}");
        }
        for name in ["query_to_xml", "pg_stat_get_activity", "pg_show_all_settings"] {
            assert!(refused(&call(name, 's')), "{name}");
        }
        let users = Call { schema: "app".into(), is_server: false, ..call("f", 's') };
        assert!(refused(&users));
        assert!(!refused(&Call { volatility: 'i', ..users.clone() }));
        assert!(text_refusal(&users, false, &["app.f".to_owned()]).is_none());
        assert!(text_refusal(&call("array_in", 's'), true, &[]).is_none(), "a cast fixes the type");
    }

    #[test]
    fn whose_code_it_is_counts_whatever_it_does() {
        let others = Call { owner: "app_owner".into(), schema: "app".into(), is_server: false, ..call("f", 'i') };
        let listed = [vec!["app.f".to_owned()], vec!["f".to_owned()], vec!["app_owner".to_owned()]];
        let refused = |functions, owners| owner_refusal(&others, &Lists { functions, owners }).is_some();
        assert!(refused(&[], &[]) && refused(&listed[1], &[]));
        assert!(!refused(&listed[0], &[]) && !refused(&[], &listed[2]));
    }

    #[test]
    fn an_extension_is_trusted_for_what_a_superuser_owns() {
        let mut added = member("pgcrypto", "gen_random_bytes", 'v');
        added.owner_superuser = false;
        assert!(refused(&added));
        added.owner_superuser = true;
        assert!(!refused(&added));
        added.security_definer = true;
        assert!(refused(&added));
    }
}
