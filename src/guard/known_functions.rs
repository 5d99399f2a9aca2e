//! Functions that are judged by name, each for a reason that its volatility does not tell. A name alone is anybody's, so every
//! entry says where the function comes from. Pure.

/// Where a function comes from: it came with the server, and not with an extension of this name.
pub const SERVER: &str = "";

/// Volatile, but nothing changes and nothing is waited for. Each with where it comes from, as names alone are anybody's.
pub const HARMLESS: [(&str, &str); 22] = [
    (SERVER, "array_sample"),
    (SERVER, "array_shuffle"),
    (SERVER, "clock_timestamp"),
    ("pgcrypto", "gen_random_bytes"),
    ("pgcrypto", "gen_random_uuid"),
    (SERVER, "gen_random_uuid"),
    ("tablefunc", "normal_rand"),
    // PostGIS gives these no mark, which is VOLATILE: parts of aggregates that keep shapes in memory and make one of them
    // (lwgeom_accum.c), a window function (lwgeom_window.c), and another name of an immutable function.
    ("postgis", "pgis_geometry_accum_transfn"),
    ("postgis", "pgis_geometry_clusterintersecting_finalfn"),
    ("postgis", "pgis_geometry_clusterwithin_finalfn"),
    ("postgis", "pgis_geometry_collect_finalfn"),
    ("postgis", "pgis_geometry_coverageunion_finalfn"),
    ("postgis", "pgis_geometry_makeline_finalfn"),
    ("postgis", "pgis_geometry_polygonize_finalfn"),
    ("postgis", "st_clusterkmeans"),
    ("postgis", "st_symmetricdifference"),
    (SERVER, "random"),
    (SERVER, "random_normal"),
    (SERVER, "timeofday"),
    (SERVER, "uuidv4"),
    (SERVER, "uuidv7"),
    ("uuid-ossp", "uuid_generate_v4"),
];

/// C code of extensions that is marked STABLE and was read: it does what that says. IMMUTABLE needs no such list, as the
/// planner calls it where it likes. No names: all of the extension's, but for those in [`danger`].
pub const READ: [(&str, &[&str]); 8] = [
    // Sends and receives the server's own text.
    ("citext", &["citextrecv", "citextsend"]),
    // Of contrib: they compute from their arguments, from dictionaries and from settings of their own.
    ("intarray", &[]),
    ("pg_trgm", &[]),
    ("tablefunc", &[]),
    ("unaccent", &[]),
    ("xml2", &[]),
    // The columns of its argument's row as GeoJSON; the others estimate from the statistics of tables given by name.
    ("postgis", &["st_asgeojson"]),
    // The point up to which a continuous aggregate is kept, which its own view asks for; the others list chunks, report
    // on the installation or call functions given by name.
    ("timescaledb", &["cagg_watermark", "cagg_watermark_materialized"]),
];

/// Volatile by its mark, or by the want of one, and what Citus itself puts into plans: it reads what the same question has kept in between,
/// and computes parts of an aggregate that the statement calls, which was judged. A statement may not name it.
const OF_CLUSTER_PLANS: [&str; 13] = [
    "citus_json_concatenate",
    "citus_json_concatenate_final",
    "citus_jsonb_concatenate",
    "citus_jsonb_concatenate_final",
    "coord_binary_combine_agg_ffunc",
    "coord_binary_combine_agg_sfunc",
    "coord_combine_agg_ffunc",
    "coord_combine_agg_sfunc",
    "read_intermediate_result",
    "read_intermediate_results",
    "worker_binary_partial_agg_ffunc",
    "worker_partial_agg_ffunc",
    "worker_partial_agg_sfunc",
];

/// Whether code that stands in no tree of the statement may call it all the same.
pub fn is_of_cluster_plans(home: &str, name: &str) -> bool {
    home == "citus" && OF_CLUSTER_PLANS.contains(&name)
}

pub const TELLS: &str = "It tells settings.";
const RUNS: &str = "It runs SQL that is given as text.";
const CALLS: &str = "It calls a function that is given as a value.";
const READS: &str = "It reads relations that the statement does not name.";
const MAKES: &str = "It makes values of a type that is given as a value, and runs that type's checks.";
const SPIES: &str = "It tells of the transactions of others.";
const TAKES: &str = "It gives the caller's transaction a number.";
const LOADS: &str = "It checks the code of a function, and may load a library for that.";
const OPENS: &str = "It may open files or addresses that a value names.";
const WRITES: &str = "It makes or changes tables.";

/// Reasons that do not hold for code that somebody else than the model wrote: it only looks, and what it runs in turn is
/// watched.
pub const ONLY_LOOKS: [&str; 5] = [TELLS, RUNS, READS, MAKES, SPIES];

/// Why functions that are immutable or stable are refused all the same. `home` is where it comes from: [`SERVER`] or the
/// name of an extension.
pub fn danger(home: &str, name: &str) -> Option<&'static str> {
    match (home, name) {
        (SERVER, "current_setting") | ("pg_trgm", "show_limit") => Some(TELLS),
        // It is marked immutable: the planner already calls it.
        ("isn", "isn_weak") => Some("It changes how the session reads numbers."),
        // Stylesheets are programs, and libxslt never looks whether the query was cancelled.
        ("xml2", "xslt_process") => Some("It runs a program that no time limit can stop."),
        // The time to decrypt grows with the cube of the key's length, which the key itself tells.
        ("pgcrypto", "pgp_pub_decrypt" | "pgp_pub_decrypt_bytea") => {
            Some("It takes keys of any length, with which no time limit can stop it.")
        }
        // All are marked immutable. Rasters may be files of the server or of others, which they are read from when they are looked at.
        (
            "postgis_raster",
            "raster_in" | "st_addband" | "st_asgdalraster" | "st_fromgdalraster" | "st_rastfromhexwkb"
            | "st_rastfromwkb" | "st_setbandindex" | "st_setbandpath",
        ) => Some(OPENS),
        ("postgis", "addgeometrycolumn" | "st_fromflatgeobuftotable") => Some(WRITES),
        ("postgis", "find_srid" | "st_findextent") | ("postgis_raster", "st_retile") => Some(READS),
        // They take an expression, or a function that they call with arguments it need not be made for.
        ("postgis_raster", name) if name.trim_start_matches('_').starts_with("st_mapalgebra") => Some(RUNS),
        ("address_standardizer", "standardize_address") => Some(RUNS),
        // An aggregate by its name, from the bytes of a state that is given.
        ("timescaledb", "finalize_agg") => Some(CALLS),
        (
            "timescaledb",
            "chunk_columnstore_stats"
            | "chunk_compression_stats"
            | "compressed_chunk_local_stats"
            | "hypertable_columnstore_stats"
            | "hypertable_compression_stats",
        ) => Some(READS),
        ("timescaledb", "get_git_commit" | "get_os_info") => Some(TELLS),
        ("tablefunc", "connectby" | "crosstab" | "crosstab2" | "crosstab3" | "crosstab4")
        | ("xml2", "xpath_table")
        | (SERVER, "query_to_xml" | "query_to_xml_and_xmlschema" | "query_to_xmlschema" | "ts_stat") => Some(RUNS),
        (SERVER, name) => server_danger(name),
        _ => None,
    }
}

/// Why a function of an extension may not even be looked up. `raster_in` is called for a literal without a word more of it.
pub fn opening(extension: Option<&str>, name: &str) -> Option<&'static str> {
    danger(extension?, name).filter(|why| *why == OPENS)
}

fn server_danger(name: &str) -> Option<&'static str> {
    match name {
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
pub fn serves_administration(name: &str) -> bool {
    name.starts_with("pg_") && !PLAIN_PG.contains(&name) && !PLAIN_PG_TYPES.iter().any(|of| name.starts_with(of))
}

/// Functions of the server whose result is another for another role or session: views that call them show everybody
/// something else.
pub fn tells_asker(name: &str) -> bool {
    matches!(
        name,
        "current_schema"
            | "current_schemas"
            | "current_setting"
            | "current_user"
            | "getpgusername"
            | "inet_client_addr"
            | "inet_client_port"
            | "pg_has_role"
            | "row_security_active"
            | "session_user"
    ) || name.starts_with("has_") && name.ends_with("_privilege")
}
