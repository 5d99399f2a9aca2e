//! How long a text may be that names an object, or tells privileges. The server splits it into a list of all its parts and looks
//! for no cancel meanwhile (stringToQualifiedNameList in regproc.c, convert_any_priv_string in acl.c): 40 MB of them take five seconds
//! and 1.6 GB. Names have 63 bytes; one of a function with a hundred arguments has some thousands.

use crate::pg::running::arguments::argument_bounds::{ArgumentLimit, Measure};

/// Bytes of all texts of a call together.
const MOST: f64 = 1e4;

/// Input functions of types whose values are objects.
const INPUTS: [&str; 12] = [
    "aclitemin",
    "regclassin",
    "regcollationin",
    "regconfigin",
    "regdictionaryin",
    "regnamespacein",
    "regoperatorin",
    "regoperin",
    "regprocedurein",
    "regprocin",
    "regrolein",
    "regtypein",
];

/// Functions that take a name as text.
const NAMED: [&str; 17] = [
    "currtid_byrelname",
    "makeaclitem",
    "pg_get_serial_sequence",
    "pg_get_viewdef_name",
    "pg_get_viewdef_name_ext",
    "row_security_active_name",
    "text_regclass",
    "to_regclass",
    "to_regcollation",
    "to_regnamespace",
    "to_regoper",
    "to_regoperator",
    "to_regproc",
    "to_regprocedure",
    "to_regrole",
    "to_regtype",
    "to_regtypemod",
];

/// What has_…_privilege may be asked of, and the ends of its functions' names: who, what, which column.
const OBJECTS: [&str; 12] = [
    "any_column",
    "database",
    "foreign_data_wrapper",
    "function",
    "language",
    "parameter",
    "schema",
    "sequence",
    "server",
    "table",
    "tablespace",
    "type",
];
const ENDS: [&str; 6] = ["id", "id_id", "id_name", "name", "name_id", "name_name"];
const ENDS_OF_COLUMNS: [&str; 12] = [
    "id_attnum",
    "id_id_attnum",
    "id_id_name",
    "id_name",
    "id_name_attnum",
    "id_name_name",
    "name_attnum",
    "name_id_attnum",
    "name_id_name",
    "name_name",
    "name_name_attnum",
    "name_name_name",
];

/// The limits, each of a function of its own. Some of the functions are not in every version.
pub fn all() -> impl Iterator<Item = ArgumentLimit> {
    let limit = |function, measure| ArgumentLimit { function, library: "", measure, most: MOST };
    let of = |object: &'static str, ends: &'static [&'static str]| {
        ends.iter().map(move |end| -> &'static str { format!("has_{object}_privilege_{end}").leak() })
    };
    let privileges = OBJECTS.iter().flat_map(move |object| of(object, &ENDS)).chain(of("column", &ENDS_OF_COLUMNS));
    let inputs = INPUTS.iter().map(move |function| limit(*function, Measure::Text));
    inputs.chain(NAMED.iter().copied().chain(privileges).map(move |function| limit(function, Measure::SumOfAny)))
}
