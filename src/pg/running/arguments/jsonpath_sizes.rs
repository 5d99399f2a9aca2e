//! How much a jsonpath makes of a document without a look for cancels.
//!
//! The path engine looks for cancels at every step for every item, but it compares all items of one path with all of another, and
//! puts a list of items together, in one go (executePredicate and wrapItemsInArray in jsonpath_exec.c). How many items there are the
//! path decides: `[0 to last, 0 to last]` gives each twice, and what lies in others is found once more by each `.**`.

use pgrx::pg_sys;

/// What may be made of it in all, and of what is compared, in bytes of the document and the variables.
const MOST_MADE: f64 = 1e6;
const MOST_COMPARED: f64 = 1e5;
/// Document, path and variables together.
const MOST_BYTES: f64 = 1e5;

/// How often a path gives what a document holds, at most.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Growth {
    /// So often by lists of subscripts, and by taking objects apart.
    pub times: f64,
    /// And as often as the document is deep for each of these.
    pub by_depth: i32,
    /// Items of two paths are compared.
    pub compares_paths: bool,
}

/// One path in the text, from `$`, `@` or a constant on.
#[derive(Clone, Copy)]
struct Chain {
    times: f64,
    by_depth: i32,
}

const START: Chain = Chain { times: 1.0, by_depth: 0 };

/// A parenthesis or bracket that is open.
struct Open {
    chain: Chain,
    /// Subscripts so far; `None`: it is a parenthesis.
    subscripts: Option<f64>,
}

/// What grows with a path that is written as the server writes it (jsonpath_out).
pub fn growth(path: &str) -> Growth {
    let (is_lax, path) = path.strip_prefix("strict ").map_or((true, path), |rest| (false, rest));
    let bytes = path.as_bytes();
    let mut growth = Growth { times: 1.0, by_depth: 0, compares_paths: false };
    let (mut chain, mut open, mut at) = (START, Vec::new(), 0);
    while let Some(byte) = bytes.get(at) {
        let rest = &bytes[at..];
        let mut length = 1;
        match byte {
            b'"' => length = string(rest),
            b'$' | b'@' => chain = START,
            b'(' => open.push(Open { chain: std::mem::replace(&mut chain, START), subscripts: None }),
            b'[' => open.push(Open { chain: std::mem::replace(&mut chain, START), subscripts: Some(1.0) }),
            b',' => {
                if let Some(Open { subscripts: Some(count), .. }) = open.last_mut() {
                    *count += 1.0;
                }
            }
            b')' | b']' => {
                if let Some(outer) = open.pop() {
                    // What stands in a parenthesis may be the beginning of a path itself.
                    let inner = if outer.subscripts.is_none() { chain } else { START };
                    chain = Chain {
                        times: outer.chain.times * outer.subscripts.unwrap_or(1.0) * inner.times,
                        by_depth: outer.chain.by_depth + inner.by_depth,
                    };
                    if outer.subscripts.is_some() {
                        chain.times *= again(chain, is_lax);
                    }
                }
            }
            b'.' if rest.starts_with(b".**") => {
                chain.by_depth += 1;
                length = 3;
            }
            b'.' if rest.starts_with(b".keyvalue") => chain.times *= 3.0 * again(chain, is_lax),
            b'.' => chain.times *= again(chain, is_lax),
            b'=' | b'<' | b'>' if !rest[1..].starts_with(b"=") && !rest[1..].starts_with(b">") => {
                growth.compares_paths |= !is_constant(&rest[1..]);
            }
            _ => {}
        }
        growth.times = growth.times.max(chain.times);
        growth.by_depth = growth.by_depth.max(chain.by_depth);
        at += length;
    }
    // A constant may be given many times too.
    growth.compares_paths |= growth.times > 1.0 && bytes.iter().any(|byte| b"=<>".contains(byte));
    growth
}

/// In lax mode, a step leads to what an array holds, and from that to itself: each twice, where both were found.
fn again(chain: Chain, is_lax: bool) -> f64 {
    if is_lax && chain.by_depth > 0 { 2.0 } else { 1.0 }
}

fn string(bytes: &[u8]) -> usize {
    let mut at = 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// Whether what is compared begins with a constant, and so is one item.
fn is_constant(rest: &[u8]) -> bool {
    let rest = rest.trim_ascii_start();
    rest.first().is_some_and(|byte| byte.is_ascii_digit() || *byte == b'"')
        || [&b"true"[..], b"false", b"null"].iter().any(|word| rest.starts_with(word))
}

/// How much of what may be made of them there is; 1 is all.
pub fn share(growth: Growth, values: f64, depth: f64) -> f64 {
    let made = values * growth.times * depth.powi(growth.by_depth);
    // What one `.**` finds from one item on are different items.
    let compared = values * growth.times * depth.powi((growth.by_depth - 1).max(0));
    (made / MOST_MADE).max(if growth.compares_paths { compared / MOST_COMPARED } else { 0.0 })
}

/// Raw functions, as an ERROR may jump over the frames here.
mod raw {
    use pgrx::pg_sys;

    unsafe extern "C-unwind" {
        pub fn toast_raw_datum_size(value: pg_sys::Datum) -> usize;
        pub fn pg_detoast_datum(value: *mut pg_sys::varlena) -> *mut pg_sys::varlena;
        pub fn jsonpath_out(call: pg_sys::FunctionCallInfo) -> pg_sys::Datum;
        pub fn DirectFunctionCall1Coll(
            function: pg_sys::PGFunction,
            collation: pg_sys::Oid,
            argument: pg_sys::Datum,
        ) -> pg_sys::Datum;
        pub fn JsonbIteratorInit(container: *mut pg_sys::JsonbContainer) -> *mut pg_sys::JsonbIterator;
        pub fn JsonbIteratorNext(
            iterator: *mut *mut pg_sys::JsonbIterator,
            value: *mut pg_sys::JsonbValue,
            skip_nested: bool,
        ) -> pg_sys::JsonbIteratorToken::Type;
    }
}

/// How much of what may be made of a path over these values there is; 1 is all.
///
/// # Safety
/// `path` is a jsonpath, and `values` are jsonb, in a transaction.
pub(super) unsafe fn of(path: pg_sys::Datum, values: [Option<pg_sys::Datum>; 2]) -> f64 {
    // SAFETY: the caller's promise; what is unpacked is freed with the caller's memory context.
    unsafe {
        let size = |value: pg_sys::Datum| (raw::toast_raw_datum_size(value) - pg_sys::VARHDRSZ) as f64;
        let bytes: f64 = values.into_iter().flatten().map(size).sum();
        let all = (bytes + size(path)) / MOST_BYTES;
        if all > 1.0 {
            return all;
        }
        let text = raw::DirectFunctionCall1Coll(Some(raw::jsonpath_out), pg_sys::InvalidOid, path);
        let text = std::ffi::CStr::from_ptr(text.cast_mut_ptr());
        let growth = growth(&String::from_utf8_lossy(text.to_bytes()));
        let deep = values.into_iter().flatten().filter(|_| growth.by_depth > 0);
        let depth = deep.map(|value| depth(value)).max().unwrap_or(1);
        share(growth, bytes, f64::from(depth))
    }
}

/// How deep arrays and objects lie in each other.
///
/// # Safety
/// As for [`of`].
unsafe fn depth(value: pg_sys::Datum) -> u32 {
    use pg_sys::JsonbIteratorToken::*;
    // SAFETY: the caller's promise.
    unsafe {
        let document = raw::pg_detoast_datum(value.cast_mut_ptr()).cast::<pg_sys::Jsonb>();
        let mut iterator = raw::JsonbIteratorInit(&raw mut (*document).root);
        let mut found: pg_sys::JsonbValue = std::mem::zeroed();
        let (mut depth, mut deepest) = (0_u32, 1_u32);
        loop {
            match raw::JsonbIteratorNext(&mut iterator, &mut found, false) {
                WJB_DONE => return deepest,
                WJB_BEGIN_ARRAY | WJB_BEGIN_OBJECT => depth += 1,
                WJB_END_ARRAY | WJB_END_OBJECT => depth = depth.saturating_sub(1),
                _ => {}
            }
            deepest = deepest.max(depth);
        }
    }
}

/// Bytes of jsonb, and of a text that has it with each part indented by four for each level.
const MOST_DOCUMENT: f64 = 3e7;
const MOST_INDENTED: f64 = 1e8;

/// How much of the most there may be of the text that jsonb becomes where it is indented (jsonb_pretty).
///
/// # Safety
/// As for [`of`].
pub(super) unsafe fn pretty(value: pg_sys::Datum) -> f64 {
    use pg_sys::JsonbIteratorToken::*;
    // SAFETY: the caller's promise.
    unsafe {
        let bytes = (raw::toast_raw_datum_size(value) - pg_sys::VARHDRSZ) as f64;
        if bytes > MOST_DOCUMENT {
            return bytes / MOST_DOCUMENT;
        }
        let document = raw::pg_detoast_datum(value.cast_mut_ptr()).cast::<pg_sys::Jsonb>();
        let mut iterator = raw::JsonbIteratorInit(&raw mut (*document).root);
        let mut found: pg_sys::JsonbValue = std::mem::zeroed();
        let (mut depth, mut indented) = (0.0, bytes);
        loop {
            match raw::JsonbIteratorNext(&mut iterator, &mut found, false) {
                WJB_DONE => return indented / MOST_INDENTED,
                WJB_BEGIN_ARRAY | WJB_BEGIN_OBJECT => depth += 1.0,
                WJB_END_ARRAY | WJB_END_OBJECT => depth -= 1.0,
                _ => {}
            }
            indented += 4.0 * depth;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_path_gives_many_times_is_counted() {
        for (path, times, by_depth, compares_paths) in [
            (r#"$."a"[*]."b""#, 1.0, 0, false),
            (r#"$."a"[0,1 to 2,last]."b"[0,1]"#, 6.0, 0, false),
            (r#"$."[a,b]"[0]"#, 1.0, 0, false),
            (r#"$."a\"[1,2]"[0]"#, 1.0, 0, false),
            (r#"$[*]?(@."price" > 10 && @."name" == "x")"#, 1.0, 0, false),
            (r#"$[*]?(@."price" > $"least")"#, 1.0, 0, true),
            (r#"($[*] == -$[*])"#, 1.0, 0, true),
            (r#"$?($[0 to last,0 to last] < 3)"#, 2.0, 0, true),
            (r#"$?(3 < 1[0,0,0])"#, 3.0, 0, true),
            (r#"$.**."a"."b""#, 4.0, 1, false),
            (r#"strict $.**{2 to last}."a"."b""#, 1.0, 1, false),
            (r#"$.**?(@."a"."b" == null)"#, 1.0, 1, false),
            (r#"$.**.**[*]"#, 2.0, 2, false),
            (r#"$.keyvalue()."value".keyvalue()"#, 9.0, 0, false),
            (r#"($[0,1])[0,1,2]"#, 6.0, 0, false),
            (r#"$[$[0,1],$[2]]"#, 2.0, 0, false),
        ] {
            assert_eq!(growth(path), Growth { times, by_depth, compares_paths }, "{path}");
        }
    }

    #[test]
    fn usual_paths_pass_and_hostile_ones_do_not() {
        let share = |path: &str, values, depth| share(growth(path), values, depth);
        assert!(share(r#"$."items"[*]?(@."price" > 10)."name""#, 1e5, 5.0) <= 1.0);
        assert!(share(r#"$.**?(@."a" == "x" && @."b" > 3)."c""#, 5e4, 8.0) <= 1.0);
        assert!(share(r#"$[*]?(@."a" == $"x"[*])"#, 1e5, 5.0) <= 1.0);
        let list = vec!["0 to last"; 200].join(",");
        assert!(share(&format!("$?($[{list}] < $[{list}])"), 602.0, 2.0) > 1.0);
        assert!(share("$.**", 1e5, 1e4) > 1.0);
        assert!(share("$?($.**.** == $.**.**)", 1e3, 10.0) <= 1.0);
        assert!(share("$?($.**.** == $.**.**)", 1e4, 1e3) > 1.0);
    }
}
