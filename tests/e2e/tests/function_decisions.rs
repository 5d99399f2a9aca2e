//! Everything that PostgreSQL and its extensions let a query call or read, each with the guard's verdict, against the
//! decisions in `golden/`: one file for the server, one for each extension.
//!
//! A line is `kind signature | volatility | verdict | majors`: what was decided, and on which major versions it is so.
//! What no line speaks of fails the test with its name, until somebody has decided: run with `ACCEPT=1`, and read the
//! diff. The rules below hold whatever was accepted.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::sync::OnceLock;

use nl2sql_e2e::cluster::{Content, shared};

const CALLS: &str = include_str!("../sql/calls.sql");
/// The volatile functions that change nothing, as somebody has decided; kept apart from the guard's own list.
const HARMLESS: &str = "array_sample array_shuffle clock_timestamp gen_random_bytes gen_random_uuid normal_rand random \
    random_normal st_clusterkmeans st_symmetricdifference timeofday uuidv4 uuidv7 uuid_generate_v4";

/// What comes with PostgreSQL, and vector. Others that a machine may have are nobody's decision here, but for those below.
const EXTENSIONS: &str = "\
    adminpack amcheck autoinc bloom btree_gin btree_gist citext cube dblink dict_int dict_xsyn earthdistance \
    file_fdw fuzzystrmatch hstore insert_username intagg intarray isn lo ltree moddatetime old_snapshot pageinspect \
    pg_buffercache pg_freespacemap pg_logicalinspect pg_prewarm pg_stat_statements pg_surgery pg_trgm pg_visibility \
    pg_walinspect pgcrypto pgrowlocks pgstattuple postgres_fdw refint seg sslinfo tablefunc tcn tsm_system_rows \
    tsm_system_time unaccent uuid-ossp vector xml2";

/// Others, at the version that was decided on; the next one brings other functions.
const OTHERS: [(&str, &str); 2] = [("address_standardizer", "3.3.2"), ("postgis", "3.3.2")];

/// Refused in every form: they run SQL given as text, read what the statement does not name, tell or change settings,
/// read or write files, or reach other sessions and servers.
const NEVER: &str = "\
    query_to_xml query_to_xmlschema query_to_xml_and_xmlschema ts_stat crosstab crosstab2 crosstab3 crosstab4 \
    connectby xpath_table dblink dblink_exec dblink_connect dblink_connect_u dblink_open dblink_send_query \
    cursor_to_xml table_to_xml table_to_xmlschema table_to_xml_and_xmlschema schema_to_xml schema_to_xmlschema \
    schema_to_xml_and_xmlschema database_to_xml database_to_xmlschema database_to_xml_and_xmlschema current_setting \
    set_config pg_show_all_settings set_limit show_limit isn_weak setseed nextval setval current_query xslt_process \
    fmgr_c_validator txid_current currtid2 satisfies_hash_partition array_in domain_in range_in multirange_in \
    record_in";

/// Families that are refused down to the last member, the ones of later versions too.
const NEVER_PREFIX: &str = "\
    pg_read_ pg_ls_ pg_stat_ pg_file_ pg_get_ pg_current_ pg_sleep pg_advisory_ pg_try_advisory_ pg_terminate_ \
    pg_cancel_ pg_notify pg_logical_ pg_replication_ pg_create_ pg_drop_ pg_wal_replay_ pg_switch_ pg_backup_ \
    pg_promote pg_reload_ pg_rotate_ pg_log_ pg_control_ pg_hba_ pg_ident_ pg_import_ pg_export_ pg_show_ \
    pg_prepared_ pg_cursor pg_lock_ pg_last_ pg_input_ pg_relation_ pg_tablespace_ pg_database_ binary_upgrade_ \
    dblink postgres_fdw_ ssl_ heap_ bt_ gin_meta pgstat verify_";

struct Callable {
    whose: String,
    kind: String,
    signature: String,
    volatility: String,
    /// Takes an argument of the type `internal`, which no statement can make.
    internal: bool,
    call: String,
    /// None: allowed.
    sqlstate: Option<String>,
    reason: String,
}

impl Callable {
    /// Without schema and arguments.
    fn name(&self) -> &str {
        let path = self.signature.split('(').next().unwrap_or_default();
        path.rsplit('.').next().unwrap_or(path).trim_matches('"')
    }

    fn is_function(&self) -> bool {
        matches!(self.kind.as_str(), "function" | "aggregate" | "window" | "procedure")
    }

    fn key(&self) -> String {
        format!("{} {} | {}", self.kind, self.signature, self.volatility)
    }

    fn verdict(&self) -> String {
        match self.sqlstate.as_deref() {
            None => "allowed".to_owned(),
            Some("2F003") => format!("refused: {}", class(&self.reason)),
            Some(other) => format!("error {other}"),
        }
    }
}

/// Why it was refused, in a word.
fn class(reason: &str) -> &'static str {
    const CLASSES: &[(&str, &str)] = &[
        ("volatile", "volatile"),
        ("tells settings", "setting"),
        ("session reads numbers", "setting"),
        ("given as text", "runs text"),
        ("any length", "no limit"),
        ("no time limit", "runs text"),
        ("does not name", "reads unnamed"),
        ("given as a value", "type by value"),
        ("a number", "takes xid"),
        ("transactions of others", "spies"),
        ("load a library", "loads library"),
        ("open files", "opens files"),
        ("changes tables", "changes tables"),
        ("nobody has read", "not read"),
        ("serves administration", "administration"),
        ("System catalogs", "system catalog"),
        ("SECURITY DEFINER", "definer"),
    ];
    CLASSES.iter().find(|(part, _)| reason.contains(part)).map_or("other", |(_, class)| class)
}

fn major() -> u32 {
    static MAJOR: OnceLock<u32> = OnceLock::new();
    *MAJOR.get_or_init(|| {
        let mut session = shared().database("major", Content::Bare).session();
        session.text("SELECT current_setting('server_version_num')::int / 10000").parse().expect("a number")
    })
}

/// All of them, asked of `nl_check` as a superuser.
fn callables() -> &'static [Callable] {
    static ALL: OnceLock<Vec<Callable>> = OnceLock::new();
    ALL.get_or_init(|| {
        let mut session = shared().database("catalog", Content::Empty).session();
        for extension in EXTENSIONS.split_whitespace() {
            let available = format!("SELECT count(*) FROM pg_available_extensions WHERE name = '{extension}'");
            if session.text(&available) == "1" {
                session.run(&format!("CREATE EXTENSION IF NOT EXISTS \"{extension}\" CASCADE"));
            }
        }
        for (extension, version) in OTHERS {
            let available = "SELECT count(*) FROM pg_available_extension_versions WHERE name";
            if session.text(&format!("{available} = '{extension}' AND version = '{version}'")) == "1" {
                session.run(&format!("CREATE EXTENSION {extension} VERSION '{version}' CASCADE"));
            }
        }
        // Thousands of verdicts, one after the other.
        session.run("SET statement_timeout = '5min'");
        session.run("CREATE TYPE e2e_enum AS ENUM ('a')");
        let sql = format!(
            "SELECT c.*, k.allowed, coalesce(k.sqlstate, '') AS sqlstate, coalesce(k.reason, '') AS reason
             FROM ({CALLS}) AS c, LATERAL nl_check(c.call) AS k"
        );
        let rows = session.client.query(&sql, &[]).unwrap_or_else(|error| panic!("{error:?}"));
        let row = |row: &postgres::Row| Callable {
            whose: row.get::<_, &str>("whose").to_owned(),
            kind: row.get("kind"),
            signature: row.get("signature"),
            volatility: row.get("volatility"),
            internal: row.get("internal"),
            call: row.get("call"),
            sqlstate: (!row.get::<_, bool>("allowed")).then(|| row.get("sqlstate")),
            reason: row.get("reason"),
        };
        rows.iter().map(row).collect()
    })
}

/// Of one golden file: by `kind signature | volatility`, each verdict with the majors it was seen on.
type Decisions = BTreeMap<String, BTreeMap<String, BTreeSet<u32>>>;

fn golden_path(whose: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("golden/{whose}.txt"))
}

fn read(whose: &str) -> Decisions {
    let mut decisions = Decisions::new();
    let text = fs::read_to_string(golden_path(whose)).unwrap_or_default();
    for line in text.lines() {
        let mut cells = line.rsplitn(3, " | ");
        let (Some(majors), Some(verdict), Some(key)) = (cells.next(), cells.next(), cells.next()) else {
            panic!("golden/{whose}.txt: {line}")
        };
        let majors = majors.split(' ').map(|major| major.parse().expect("a major version")).collect();
        decisions.entry(key.to_owned()).or_default().insert(verdict.to_owned(), majors);
    }
    decisions
}

fn write(whose: &str, decisions: &Decisions) {
    let mut text = String::new();
    for (key, verdicts) in decisions {
        for (verdict, majors) in verdicts.iter().filter(|(_, majors)| !majors.is_empty()) {
            let majors: Vec<String> = majors.iter().map(u32::to_string).collect();
            text += &format!("{key} | {verdict} | {}\n", majors.join(" "));
        }
    }
    fs::create_dir_all(golden_path("").with_file_name("")).expect("the directory of decisions");
    fs::write(golden_path(whose), text).expect("the decisions can be written");
}

/// Compares one file; what differs, in words. With ACCEPT the file is what is found.
fn compare(whose: &str, found: &BTreeMap<String, String>) -> Vec<String> {
    let mut decisions = read(whose);
    let mut differences = Vec::new();
    for (key, verdict) in found {
        match decisions.get(key) {
            None => differences.push(format!("nobody has decided on {key}: now {verdict}")),
            Some(verdicts) if !verdicts.contains_key(verdict) => {
                let decided: Vec<&String> = verdicts.keys().collect();
                differences.push(format!("{key} was decided {decided:?}, now {verdict}"));
            }
            Some(_) => {}
        }
    }
    for (key, verdicts) in &decisions {
        let expected = verdicts.values().any(|majors| majors.contains(&major()));
        if expected && !found.contains_key(key) {
            differences.push(format!("{key} is no more"));
        }
    }
    if std::env::var_os("ACCEPT").is_some() {
        for majors in decisions.values_mut().flat_map(BTreeMap::values_mut) {
            majors.remove(&major());
        }
        for (key, verdict) in found {
            let verdicts = decisions.entry(key.clone()).or_default();
            verdicts.entry(verdict.clone()).or_default().insert(major());
        }
        write(whose, &decisions);
        return Vec::new();
    }
    differences
}

#[test]
fn every_callable_has_a_decision() {
    let mut found: BTreeMap<&str, BTreeMap<String, String>> = BTreeMap::new();
    // What nobody can call needs no line; that nobody can is asserted below.
    for callable in callables().iter().filter(|callable| !callable.internal) {
        found.entry(&callable.whose).or_default().insert(callable.key(), callable.verdict());
    }
    let kinds = callables().iter().fold(BTreeMap::<&str, u32>::new(), |mut kinds, callable| {
        *kinds.entry(&callable.kind).or_default() += 1;
        kinds
    });
    println!("PostgreSQL {}: {} callables, {kinds:?}", major(), callables().len());
    assert!(callables().len() > 4000, "so few cannot be all");
    let differences: Vec<String> = found.iter().flat_map(|(whose, found)| compare(whose, found)).collect();
    assert!(differences.is_empty(), "{} differences:\n{}", differences.len(), differences.join("\n"));
}

#[test]
fn what_takes_internal_arguments_cannot_be_called() {
    for callable in callables().iter().filter(|callable| callable.internal) {
        // There is no such function for what can be written there, or its argument can't be read.
        let state = callable.sqlstate.as_deref();
        assert!(matches!(state, Some("42883" | "0A000")), "{}: {state:?}, {}", callable.call, callable.reason);
    }
}

#[test]
fn volatile_functions_are_refused_unless_listed() {
    let harmless: BTreeSet<&str> = HARMLESS.split_whitespace().collect();
    for callable in callables().iter().filter(|callable| callable.volatility == "v" && callable.is_function()) {
        let name = callable.name();
        assert_eq!(
            callable.sqlstate.is_none(),
            harmless.contains(name) && !callable.internal,
            "{} ({})",
            callable.call,
            callable.reason
        );
    }
}

#[test]
fn dangerous_functions_are_refused_whatever_they_declare() {
    let functions = || callables().iter().filter(|callable| callable.is_function());
    for callable in functions().filter(|callable| callable.sqlstate.is_none()) {
        let name = callable.name();
        assert!(!NEVER.split_whitespace().any(|never| never == name), "{} is allowed", callable.call);
        assert!(
            !NEVER_PREFIX.split_whitespace().any(|prefix| name.starts_with(prefix)),
            "{} is allowed",
            callable.call
        );
    }
    let names: BTreeSet<&str> = functions().map(Callable::name).collect();
    for name in ["query_to_xml", "current_setting", "database_to_xml", "ts_stat", "pg_read_file"] {
        assert!(names.contains(name), "the walk has missed {name}");
    }
}

#[test]
fn relations_of_the_system_and_of_contrib_are_refused() {
    // What PostGIS keeps in tables and views is no secret.
    let of_others = |callable: &&Callable| OTHERS.iter().any(|(name, _)| *name == callable.whose);
    for callable in callables().iter().filter(|callable| callable.kind == "relation" && !of_others(callable)) {
        assert_eq!(callable.sqlstate.as_deref(), Some("2F003"), "{}: {}", callable.call, callable.reason);
    }
}
