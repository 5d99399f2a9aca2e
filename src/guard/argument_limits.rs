//! What the server's functions that can't be stopped may be given; for those of contrib see `contrib_limits`.
//!
//! Found by measuring: `make cancel-latency` calls all of them with arguments that grow, and tells which go on for more than a second
//! after a cancel. The limits keep one call below about half a second. Between two calls there is a look for cancels
//! (`pg::running::arguments::calls`), so that any number of them is bounded by `nl2sql.query_timeout`.

use super::{contrib_limits, name_limits};
use crate::pg::running::arguments::argument_bounds::{ArgumentLimit, MOST_XML, Measure};

/// Arguments of which every part meets every part of the other: what their sizes multiply to, at most.
pub const fn product(function: &'static str, arguments: &'static [usize], most: f64) -> ArgumentLimit {
    ArgumentLimit { function, library: "", measure: Measure::Product(arguments), most }
}

/// Arguments each of which is slow by itself: how large they may be.
pub const fn largest(function: &'static str, arguments: &'static [usize], most: f64) -> ArgumentLimit {
    ArgumentLimit { function, library: "", measure: Measure::Largest(arguments), most }
}

/// Arguments whose parts may each meet every part of all of them: how large they may be together.
pub const fn together(function: &'static str, arguments: &'static [usize], most: f64) -> ArgumentLimit {
    ArgumentLimit { function, library: "", measure: Measure::Sum(arguments), most }
}

/// What a type's input function reads.
pub const fn input(function: &'static str, most: f64) -> ArgumentLimit {
    ArgumentLimit { function, library: "", measure: Measure::Text, most }
}

/// What an integer argument says that is to be made: so many characters, points or elements.
const fn count(function: &'static str, argument: usize, most: f64) -> ArgumentLimit {
    ArgumentLimit { function, library: "", measure: Measure::Count(argument), most }
}

/// Arguments of any type, all together: a call may have a hundred, or a list (VARIADIC), whose elements each take time.
pub const fn any(function: &'static str, most: f64) -> ArgumentLimit {
    ArgumentLimit { function, library: "", measure: Measure::SumOfAny, most }
}

/// The same, with a separator between each and the next.
const fn joined(function: &'static str) -> ArgumentLimit {
    ArgumentLimit { function, library: "", measure: Measure::Joined, most: 1.0 }
}

/// What looks for words in a text, as far as its options say.
const fn headline(function: &'static str, text: usize, options: Option<usize>) -> ArgumentLimit {
    ArgumentLimit { function, library: "", measure: Measure::Headline { text, options }, most: 3.5e8 }
}

/// What parses its first argument as XML.
const fn xml(function: &'static str) -> ArgumentLimit {
    ArgumentLimit { function, library: "", measure: Measure::Xml(0), most: MOST_XML }
}

/// What looks for a path in XML; the argument after both may tell its namespaces.
pub const fn path(function: &'static str, path: usize, document: usize) -> ArgumentLimit {
    ArgumentLimit { function, library: "", measure: Measure::Path { path, document }, most: 1.0 }
}

/// What evaluates a jsonpath, its second argument, over the first with the variables in the third.
const fn jsonpath(function: &'static str) -> ArgumentLimit {
    ArgumentLimit { function, library: "", measure: Measure::JsonPath, most: 1.0 }
}

/// What ranks a tsvector by the tsquery after it.
const fn rank(function: &'static str, vector: usize) -> ArgumentLimit {
    ArgumentLimit { function, library: "", measure: Measure::Rank { vector }, most: 1e7 }
}

/// All limits.
pub fn all() -> Vec<ArgumentLimit> {
    LIMITS.iter().chain(contrib_limits::LIMITS).cloned().chain(name_limits::all()).collect()
}

/// By the names of the C functions, which are the same in all versions.
const LIMITS: &[ArgumentLimit] = &[
    // oracle_compat.c: each character of a text is compared with each of a set.
    product("translate", &[0, 1], 5e7),
    product("ltrim", &[0, 1], 5e7),
    product("rtrim", &[0, 1], 5e7),
    product("btrim", &[0, 1], 5e7),
    product("bytealtrim", &[0, 1], 3e8),
    product("byteartrim", &[0, 1], 3e8),
    product("byteatrim", &[0, 1], 3e8),
    // varlena.c and varbit.c: a search that begins anew at each place.
    product("textpos", &[0, 1], 2e9),
    product("byteapos", &[0, 1], 2e9),
    product("bitposition", &[0, 1], 2e9),
    product("replace_text", &[0, 1], 2e9),
    product("split_part", &[0, 1], 2e9),
    product("text_to_array", &[0, 1], 2e9),
    product("text_to_array_null", &[0, 1], 2e9),
    product("text_to_table", &[0, 1], 2e9),
    product("text_to_table_null", &[0, 1], 2e9),
    // regexp.c finds all matches before it returns the first. varlena.c: part by part.
    largest("regexp_matches", &[0], 3e6),
    largest("regexp_matches_no_flags", &[0], 3e6),
    largest("regexp_split_to_table", &[0], 3e6),
    largest("regexp_split_to_table_no_flags", &[0], 3e6),
    largest("regexp_split_to_array", &[0], 3e6),
    largest("regexp_split_to_array_no_flags", &[0], 3e6),
    largest("regexp_count", &[0], 3e6),
    largest("regexp_count_no_start", &[0], 3e6),
    largest("regexp_count_no_flags", &[0], 3e6),
    largest("parse_ident", &[0], 1e6),
    // like_match.c: each wildcard may begin anew at each place.
    product("textlike", &[0, 1], 5e8),
    product("textnlike", &[0, 1], 5e8),
    product("texticlike", &[0, 1], 5e8),
    product("texticnlike", &[0, 1], 5e8),
    product("bytealike", &[0, 1], 5e8),
    product("byteanlike", &[0, 1], 5e8),
    // arrayfuncs.c: each element is compared with each. Elements of one byte are the worst.
    product("arraycontains", &[0, 1], 5e8),
    product("arraycontained", &[0, 1], 5e8),
    product("arrayoverlap", &[0, 1], 5e8),
    // jsonb_op.c and jsonfuncs.c: each element of one list with each of the other.
    product("jsonb_contains", &[0, 1], 2e9),
    product("jsonb_contained", &[0, 1], 2e9),
    product("jsonb_exists_any", &[0, 1], 2e10),
    product("jsonb_exists_all", &[0, 1], 2e10),
    product("jsonb_delete_array", &[0, 1], 2e10),
    // geo_ops.c: each segment with each.
    product("path_distance", &[0, 1], 2e8),
    product("path_inter", &[0, 1], 3e9),
    product("poly_same", &[0, 1], 5e9),
    product("poly_overlap", &[0, 1], 5e8),
    product("poly_contain", &[0, 1], 5e8),
    product("poly_contained", &[0, 1], 5e8),
    product("poly_distance", &[0, 1], 5e8),
    // numeric.c: long division, and series that converge slowly to thousands of digits.
    product("numeric_div", &[0, 1], 1e9),
    product("numeric_div_trunc", &[0, 1], 1e9),
    product("numeric_mod", &[0, 1], 1e9),
    largest("numeric_log", &[0, 1], 2e3),
    largest("numeric_ln", &[0], 4e3),
    largest("numeric_exp", &[0], 4e3),
    largest("numeric_power", &[0, 1], 2e3),
    // to_tsany.c builds the tree of a query by looking through its operators again and again.
    largest("to_tsquery", &[0], 5e4),
    largest("to_tsquery_byid", &[1], 5e4),
    largest("plainto_tsquery", &[0], 5e4),
    largest("plainto_tsquery_byid", &[1], 5e4),
    largest("phraseto_tsquery", &[0], 5e4),
    largest("phraseto_tsquery_byid", &[1], 5e4),
    largest("websearch_to_tsquery", &[0], 5e4),
    largest("websearch_to_tsquery_byid", &[1], 5e4),
    // varlena.c: what comes out is as long as the product.
    product("array_to_text", &[0, 1], 3e7),
    product("array_to_text_null", &[0, 1], 3e7),
    // arrayfuncs.c, array_userfuncs.c and json.c: elements of one byte each take 10 to 50 ns.
    ArgumentLimit { function: "array_out", library: "", measure: Measure::Array, most: 1e7 },
    ArgumentLimit { function: "array_send", library: "", measure: Measure::Array, most: 1e7 },
    any("text_concat", 2e7),
    joined("text_concat_ws"),
    any("array_to_json", 1.5e7),
    any("array_to_json_pretty", 1.5e7),
    largest("array_position", &[0], 5e7),
    largest("array_position_start", &[0], 5e7),
    largest("array_positions", &[0], 5e7),
    largest("array_remove", &[0], 5e7),
    largest("array_replace", &[0], 5e7),
    largest("array_eq", &[0, 1], 5e7),
    largest("array_ne", &[0, 1], 5e7),
    largest("array_lt", &[0, 1], 5e7),
    largest("array_le", &[0, 1], 5e7),
    largest("array_gt", &[0, 1], 5e7),
    largest("array_ge", &[0, 1], 5e7),
    largest("btarraycmp", &[0, 1], 5e7),
    // formatting.c: letter by letter, by the rules of a collation; a format is parsed, and kept, whole.
    largest("upper", &[0], 5e7),
    largest("lower", &[0], 5e7),
    largest("initcap", &[0], 5e7),
    largest("timestamp_to_char", &[1], 5e6),
    largest("timestamptz_to_char", &[1], 5e6),
    largest("interval_to_char", &[1], 5e6),
    largest("numeric_to_char", &[1], 5e6),
    largest("int4_to_char", &[1], 5e6),
    largest("int8_to_char", &[1], 5e6),
    largest("float4_to_char", &[1], 5e6),
    largest("float8_to_char", &[1], 5e6),
    largest("numeric_to_number", &[0, 1], 5e6),
    largest("to_date", &[0, 1], 5e6),
    largest("to_timestamp", &[0, 1], 5e6),
    // to_tsany.c and wparser.c: word by word.
    largest("to_tsvector", &[0], 1e7),
    largest("to_tsvector_byid", &[1], 1e7),
    largest("json_string_to_tsvector", &[0], 1e7),
    largest("json_string_to_tsvector_byid", &[1], 1e7),
    largest("jsonb_string_to_tsvector", &[0], 1e7),
    largest("jsonb_string_to_tsvector_byid", &[1], 1e7),
    rank("ts_rank_tt", 0),
    rank("ts_rank_ttf", 0),
    rank("ts_rank_wtt", 1),
    rank("ts_rank_wttf", 1),
    // spell.c tries all ways to make a compound of a word of this length.
    ArgumentLimit { function: "dispell_lexize", library: "", measure: Measure::Count(2), most: 60.0 },
    headline("ts_headline", 0, None),
    headline("ts_headline_opt", 0, Some(2)),
    headline("ts_headline_byid", 1, None),
    headline("ts_headline_byid_opt", 1, Some(3)),
    headline("ts_headline_jsonb", 0, None),
    headline("ts_headline_jsonb_opt", 0, Some(2)),
    headline("ts_headline_jsonb_byid", 1, None),
    headline("ts_headline_jsonb_byid_opt", 1, Some(3)),
    headline("ts_headline_json", 0, None),
    headline("ts_headline_json_opt", 0, Some(2)),
    headline("ts_headline_json_byid", 1, None),
    headline("ts_headline_json_byid_opt", 1, Some(3)),
    // json.c and jsonfuncs.c: text that is parsed again at each call, and values that are taken apart and put together.
    input("json_in", 5e7),
    input("jsonb_in", 2.5e6),
    any("to_json", 1.5e7),
    any("to_jsonb", 2.5e6),
    any("json_build_array", 1.5e7),
    any("json_build_object", 1.5e7),
    any("jsonb_build_array", 2.5e6),
    any("jsonb_build_object", 2.5e6),
    any("row_to_json", 1.5e7),
    any("json_agg_transfn", 1.5e7),
    any("jsonb_agg_transfn", 2.5e6),
    any("json_object_agg_transfn", 1.5e7),
    any("jsonb_object_agg_transfn", 2.5e6),
    largest("json_object_field", &[0], 2.5e7),
    largest("json_object_field_text", &[0], 2.5e7),
    largest("json_array_element", &[0], 2.5e7),
    largest("json_array_element_text", &[0], 2.5e7),
    largest("json_extract_path", &[0, 1], 2.5e7),
    largest("json_extract_path_text", &[0, 1], 2.5e7),
    largest("jsonb_extract_path", &[1], 2.5e7),
    largest("jsonb_extract_path_text", &[1], 2.5e7),
    largest("json_object", &[0], 1.5e7),
    together("json_object_two_arg", &[0, 1], 1.5e7),
    largest("jsonb_object", &[0], 8e6),
    together("jsonb_object_two_arg", &[0, 1], 8e6),
    largest("json_array_length", &[0], 2.5e7),
    largest("json_strip_nulls", &[0], 2e7),
    largest("json_object_keys", &[0], 2e7),
    largest("json_array_elements", &[0], 5e6),
    largest("json_array_elements_text", &[0], 5e6),
    largest("json_each", &[0], 5e6),
    largest("json_each_text", &[0], 5e6),
    largest("jsonb_array_elements", &[0], 3e7),
    largest("jsonb_array_elements_text", &[0], 3e7),
    largest("jsonb_each", &[0], 2e7),
    largest("jsonb_each_text", &[0], 2e7),
    largest("jsonb_object_keys", &[0], 3e7),
    largest("jsonb_set", &[0, 1, 2], 2e7),
    largest("jsonb_insert", &[0, 1, 2], 2e7),
    largest("jsonb_concat", &[0, 1], 1e7),
    largest("jsonb_delete", &[0], 3e7),
    largest("jsonb_delete_idx", &[0], 3e7),
    largest("jsonb_delete_path", &[0, 1], 2e7),
    largest("jsonb_strip_nulls", &[0], 5e7),
    ArgumentLimit { function: "jsonb_pretty", library: "", measure: Measure::Pretty, most: 1.0 },
    largest("jsonb_out", &[0], 8e7),
    // tsquery.c looks through all operands of a text for each operator.
    input("tsqueryin", 8e4),
    // Elements that are read one by one, and ranges that are sorted.
    input("tsvectorin", 5e6),
    input("multirange_in", 1.5e6),
    input("array_in", 1.2e7),
    input("int2vectorin", 1e5),
    input("oidvectorin", 1e5),
    // format_type.c: each type's name is appended behind all before.
    largest("oidvectortypes", &[0], 4e4),
    input("path_in", 1.5e7),
    input("poly_in", 1.5e7),
    input("jsonpath_in", 1e6),
    input("record_in", 5e7),
    input("range_in", 5e7),
    input("numeric_in", 5e7),
    input("bit_in", 5e7),
    input("varbit_in", 5e7),
    input("byteain", 1e8),
    // libxml compares each attribute of an element with all before it, and makes declared attributes anew for every element.
    ArgumentLimit { measure: Measure::XmlText, ..input("xml_in", MOST_XML) },
    xml("texttoxml"),
    xml("xml_is_well_formed"),
    xml("xml_is_well_formed_document"),
    xml("xml_is_well_formed_content"),
    path("xpath", 0, 1),
    path("xpath_exists", 0, 1),
    path("xmlexists", 0, 1),
    // multirangetypes.c sorts all ranges in one go.
    ArgumentLimit { function: "range_agg_finalfn", library: "", measure: Measure::Gathered(0), most: 1e5 },
    largest("multirange_constructor2", &[0], 2e6),
    // tsrank.c.
    product("ts_rankcd_tt", &[0, 1], 5e8),
    product("ts_rankcd_ttf", &[0, 1], 5e8),
    product("ts_rankcd_wtt", &[1, 2], 5e8),
    product("ts_rankcd_wttf", &[1, 2], 5e8),
    // geo_ops.c, oracle_compat.c and arrayfuncs.c make as much as an integer says.
    count("circle_poly", 0, 5e6),
    count("lpad", 1, 2e7),
    count("rpad", 1, 2e7),
    ArgumentLimit { function: "text_format", library: "", measure: Measure::Width(0), most: 2e7 },
    ArgumentLimit { function: "text_format_nv", library: "", measure: Measure::Width(0), most: 2e7 },
    ArgumentLimit { function: "array_fill", library: "", measure: Measure::Dimensions(1), most: 8e7 },
    ArgumentLimit { function: "array_fill_with_lower_bounds", library: "", measure: Measure::Dimensions(1), most: 8e7 },
    largest("text_reverse", &[0], 5e7),
    // unicode_norm.c sorts marks by moving each past its neighbours.
    largest("unicode_normalize_func", &[0], 1.6e4),
    largest("unicode_is_normalized", &[0], 1.6e4),
    // jsonpath_exec.c: a comparison of two paths compares each item of one with each of the other, however often they come.
    jsonpath("jsonb_path_exists"),
    jsonpath("jsonb_path_exists_tz"),
    jsonpath("jsonb_path_exists_opr"),
    jsonpath("jsonb_path_match"),
    jsonpath("jsonb_path_match_tz"),
    jsonpath("jsonb_path_match_opr"),
    jsonpath("jsonb_path_query"),
    jsonpath("jsonb_path_query_tz"),
    jsonpath("jsonb_path_query_array"),
    jsonpath("jsonb_path_query_array_tz"),
    jsonpath("jsonb_path_query_first"),
    jsonpath("jsonb_path_query_first_tz"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_function_has_one_limit() {
        let limits = all();
        for (at, limit) in limits.iter().enumerate() {
            if let Measure::Product(arguments) | Measure::Largest(arguments) = limit.measure {
                assert!(!arguments.is_empty(), "{limit:?}");
            }
            assert!(limit.most > 0.0, "{limit:?}");
            assert!(limits[..at].iter().all(|other| other.function != limit.function), "{limit:?}");
        }
    }
}
