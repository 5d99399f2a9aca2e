//! Bounds on the arguments of server functions that go on when they are told to stop.
//!
//! Some of the server's C functions compare every part of one argument with every part of another and never look for
//! interrupts: while one works, neither a limit nor a cancel nor pg_terminate_backend ends it. None of the server's
//! hooks sees arguments: object_access_hook is told only which function an expression will call, and fmgr_hook is never
//! asked about built-in functions, which fmgr_info (fmgr.c) takes from the table `fmgr_builtins` before it looks
//! anything up. Putting another function into the trees would change what indexes and constraints they match.
//!
//! So this process's own copy of that table is changed, once, when the library is loaded: the entries of such functions
//! lead to [`checked`], which looks at the sizes of the arguments inside a sandbox and calls the server's function. That
//! holds wherever a call comes from: the planner's constant folding, index conditions, code in SQL and PL/pgSQL. JIT
//! code would call the server's function by its symbol, so sandboxes turn JIT off; compiling is not interruptible either.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::ffi::{CStr, c_char, c_int, c_void};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicPtr, Ordering::Relaxed};

use pgrx::{pg_sys, prelude::*};

use super::builtin_functions::{self, Function};
use super::calls::{self, Made};
use super::{
    any_sizes, collated_texts, enum_labels, format_width, headline_sizes, jsonpath_sizes, patterns, rank_sizes,
    subscripts, xml_sizes,
};
use crate::error::Error;
use crate::pg::host::report;
use crate::pg::host::text::owned;
use crate::pg::running::watching::interrupts::interrupt;
use crate::pg::running::watching::watch_state::is_watching;

/// How much a function may be given inside a sandbox.
#[derive(Debug, Clone)]
pub struct ArgumentLimit {
    /// The name of the C function, as pg_proc.prosrc has it.
    pub function: &'static str,
    /// The extension's library it is in, without its directory; empty for the server itself.
    pub library: &'static str,
    pub measure: Measure,
    /// What that may be at most.
    pub most: f64,
}

/// What is made of the sizes, in bytes, of these arguments, counted from 0.
#[derive(Debug, Clone)]
pub enum Measure {
    /// All are varlenas. An empty one counts as one byte.
    Product(&'static [usize]),
    /// All are varlenas.
    Largest(&'static [usize]),
    /// All are varlenas: their sizes together.
    Sum(&'static [usize]),
    /// The first argument, a C string, as input functions have it.
    Text,
    /// The same, if it is XML.
    XmlText,
    /// This argument, XML as a varlena.
    Xml(usize),
    /// How much of the most there may be of each of these, both varlenas: an XPath, and the XML that it looks at; and of what comes
    /// after both, if that is an array of namespaces.
    Path { path: usize, document: usize },
    /// How much of the most there may be: of a jsonpath, the second argument, over the jsonb before and after it.
    JsonPath,
    /// Pairs of positions, of a tsvector and the tsquery after it.
    Rank { vector: usize },
    /// All arguments together, of any types, those that are varlenas. A list (VARIADIC) counts ten times.
    SumOfAny,
    /// How much of the most there may be of the same, where the first argument is put between the others.
    Joined,
    /// The text of this argument, a varlena, times what its options say in the other, if there is one.
    Headline { text: usize, options: Option<usize> },
    /// How much of the most there may be of what jsonb, the first argument, becomes with each part indented.
    Pretty,
    /// The first argument, an array: its bytes or, where it has more, its elements.
    Array,
    /// What this argument, an integer of 4 bytes, is itself.
    Count(usize),
    /// How many values an aggregate has gathered in this argument, an ArrayBuildState.
    Gathered(usize),
    /// The width of what a format makes, in this argument, a varlena: `%20s`. One that another argument tells may be any.
    Width(usize),
    /// How many elements an array has whose dimensions are in this argument, an array of integers of 4 bytes.
    Dimensions(usize),
}

mod raw {
    use super::pg_sys;

    unsafe extern "C-unwind" {
        /// The size of a varlena that need not be in memory, header included. Without pgrx's wrapper, which costs more.
        pub fn toast_raw_datum_size(value: pg_sys::Datum) -> usize;
        /// The value whole and in memory, with a header of four bytes.
        pub fn pg_detoast_datum(value: *mut pg_sys::varlena) -> *mut pg_sys::varlena;
    }
}

static LIMITS: OnceLock<&'static [ArgumentLimit]> = OnceLock::new();
/// The server's functions, in the order of the limits.
static ORIGINALS: [AtomicPtr<c_void>; CHECKED.len()] = [const { AtomicPtr::new(std::ptr::null_mut()) }; CHECKED.len()];

macro_rules! instances {
    ($($number:literal)*) => { [$(checked::<$number>),*] };
}

/// One function for each limit there can be: a call does not tell through which entry it came.
static CHECKED: [Function; 448] = instances!(
    0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 39 40
    41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59 60 61 62 63 64 65 66 67 68 69 70 71 72 73 74 75 76 77
    78 79 80 81 82 83 84 85 86 87 88 89 90 91 92 93 94 95 96 97 98 99 100 101 102 103 104 105 106 107 108 109 110
    111 112 113 114 115 116 117 118 119 120 121 122 123 124 125 126 127 128 129 130 131 132 133 134 135 136 137 138
    139 140 141 142 143 144 145 146 147 148 149 150 151 152 153 154 155 156 157 158 159 160 161 162 163 164 165 166
    167 168 169 170 171 172 173 174 175 176 177 178 179 180 181 182 183 184 185 186 187 188 189 190 191 192 193 194
    195 196 197 198 199 200 201 202 203 204 205 206 207 208 209 210 211 212 213 214 215 216 217 218 219 220 221 222
    223 224 225 226 227 228 229 230 231 232 233 234 235 236 237 238 239 240 241 242 243 244 245 246 247 248 249 250
    251 252 253 254 255 256 257 258 259 260 261 262 263 264 265 266 267 268 269 270 271 272 273 274 275 276 277 278
    279 280 281 282 283 284 285 286 287 288 289 290 291 292 293 294 295 296 297 298 299 300 301 302 303 304 305 306
    307 308 309 310 311 312 313 314 315 316 317 318 319 320 321 322 323 324 325 326 327 328 329 330 331 332 333 334
    335 336 337 338 339 340 341 342 343 344 345 346 347 348 349 350 351 352 353 354 355 356 357 358 359 360 361 362
    363 364 365 366 367 368 369 370 371 372 373 374 375 376 377 378 379 380 381 382 383 384 385 386 387 388 389 390
    391 392 393 394 395 396 397 398 399 400 401 402 403 404 405 406 407 408 409 410 411 412 413 414 415 416 417 418
    419 420 421 422 423 424 425 426 427 428 429 430 431 432 433 434 435 436 437 438 439 440 441 442 443 444 445 446
    447
);
static IN_FORCE: AtomicBool = AtomicBool::new(false);

/// Whether [`install`] could put the limits in place.
pub fn are_in_force() -> bool {
    IN_FORCE.load(Relaxed)
}

/// Puts the limits in place; called once, when the library is loaded.
pub fn install(limits: Vec<ArgumentLimit>) {
    // They hold for as long as the process lives.
    IN_FORCE.store(put_in_place(limits.leak()), Relaxed);
}

/// False where the system does not let the table be changed, or there are more limits than places.
fn put_in_place(limits: &'static [ArgumentLimit]) -> bool {
    if limits.len() > CHECKED.len() || LIMITS.set(limits).is_err() {
        return false;
    }
    let mut are_watched = true;
    let of_server = limits.iter().enumerate().filter(|(_, limit)| limit.library.is_empty());
    let places: HashMap<&[u8], usize> = of_server.map(|(at, limit)| (limit.function.as_bytes(), at)).collect();
    let is_changed = builtin_functions::change(|place, entry| {
        if let Some(at) = places.get(entry.name()).copied() {
            ORIGINALS[at].store(entry.function, Relaxed);
            entry.function = CHECKED[at] as *mut c_void;
        } else if !patterns::watch(entry) && !subscripts::watch(entry) && !enum_labels::watch(entry) {
            are_watched &= calls::watch(entry, place);
        }
        collated_texts::watch(entry);
    });
    is_changed && are_watched
}

/// The oid of the language c, fixed in pg_language.dat.
const C: u32 = 13;

/// The limit on a function of an extension, if there is one.
///
/// # Safety
/// In a transaction.
pub unsafe fn limit_on(function: pg_sys::Oid) -> Option<usize> {
    let limits = LIMITS.get().filter(|_| function.to_u32() >= pg_sys::FirstNormalObjectId)?;
    // SAFETY: the caller's promise; the catalog row is held while it is read, and the texts are copies.
    unsafe {
        let key = pg_sys::Datum::from(function);
        let row = pg_sys::SearchSysCache1(pg_sys::SysCacheIdentifier::PROCOID as c_int, key);
        if row.is_null() {
            return None;
        }
        let is_c = (*pg_sys::heap_tuple_get_struct::<pg_sys::FormData_pg_proc>(row)).prolang.to_u32() == C;
        let text = |number: u32| {
            let mut is_null = false;
            let id = pg_sys::SysCacheIdentifier::PROCOID as c_int;
            let value = pg_sys::SysCacheGetAttr(id, row, number as pg_sys::AttrNumber, &mut is_null);
            if is_null { None } else { owned(pg_sys::text_to_cstring(value.cast_mut_ptr())) }
        };
        let names = is_c.then(|| Some((text(pg_sys::Anum_pg_proc_probin)?, text(pg_sys::Anum_pg_proc_prosrc)?)));
        pg_sys::ReleaseSysCache(row);
        let (library, name) = names.flatten()?;
        let library = library.rsplit('/').next().unwrap_or_default().trim_end_matches(".so");
        let limit = limits.iter().position(|limit| limit.library == library && limit.function == name)?;
        MAY_BE_LIMITED.with_borrow_mut(|known| known.insert(function.to_u32()));
        Some(limit)
    }
}

thread_local! {
    /// Functions that [`limit_on`] has found a limit on; by now another may have the same oid.
    static MAY_BE_LIMITED: RefCell<BTreeSet<u32>> = const { RefCell::new(BTreeSet::new()) };
}

/// Whether it is worth to look for a limit, at a call of many.
pub fn may_be_limited(function: pg_sys::Oid) -> bool {
    MAY_BE_LIMITED.with_borrow(|known| known.contains(&function.to_u32()))
}

/// Puts the check in front of a function of an extension, as the server has just looked it up to call it. Its library has no
/// table to be changed.
///
/// # Safety
/// `function` is live, and the limit is that on its function.
pub unsafe fn bound(function: *mut pg_sys::FmgrInfo, at: usize) {
    // SAFETY: the caller's promise; a function pointer has the size of one to data.
    unsafe {
        let Some(address) = (*function).fn_addr.map(|address| address as *mut c_void) else { return };
        let checked = CHECKED[at];
        let before = ORIGINALS[at].load(Relaxed);
        if address != checked as *mut c_void && (before.is_null() || before == address) {
            ORIGINALS[at].store(address, Relaxed);
            (*function).fn_addr = Some(checked);
        }
    }
}

/// What stands in the table in place of a function. Not guarded by pgrx, for the reason given at `runtime_hooks`: an
/// ERROR may jump over this frame, which owns nothing.
unsafe extern "C-unwind" fn checked<const N: usize>(call: pg_sys::FunctionCallInfo) -> pg_sys::Datum {
    // SAFETY: passes the server's call on to its own function, which `install` has noted before anything calls this.
    unsafe {
        if is_watching() {
            if size(N, call) > LIMITS.get().map_or(f64::INFINITY, |limits| limits[N].most) {
                refuse(N, call);
            }
            // See `calls`.
            if pg_sys::InterruptPending != 0 {
                interrupt();
            }
        }
        let original: Function = std::mem::transmute(ORIGINALS[N].load(Relaxed));
        let result = original(call);
        if is_watching() {
            calls::judge_result(call, result, made_by(N));
        }
        result
    }
}

/// The type that an input function reads, which the expression that makes the call does not tell.
fn made_by(at: usize) -> Made {
    match LIMITS.get().and_then(|limits| limits.get(at)).map(|limit| limit.function) {
        Some("array_in") => Made::Array,
        Some("tsqueryin") => Made::TsQuery,
        _ => Made::AsCalled,
    }
}

/// What a limit is on; an argument that is NULL has size 0.
///
/// # Safety
/// `call` is a live call of the function that limit `at` is on, and the arguments it names have the types of its measure.
unsafe fn size(at: usize, call: pg_sys::FunctionCallInfo) -> f64 {
    // SAFETY: the caller's promise.
    let arguments = unsafe { (*call).args.as_slice((*call).nargs as usize) };
    let given = |argument: usize| arguments.get(argument).filter(|argument| !argument.isnull);
    let of = |argument: usize| given(argument).map(|argument| argument.value);
    // SAFETY: a varlena, by the caller's promise or by what its type says.
    let varlena = |value| unsafe { raw::toast_raw_datum_size(value) - pg_sys::VARHDRSZ } as f64;
    let size = |argument: &usize| given(*argument).map_or(0.0, |argument| varlena(argument.value));
    match LIMITS.get().and_then(|limits| limits.get(at)).map(|limit| &limit.measure) {
        Some(Measure::Product(arguments)) => arguments.iter().map(|argument| size(argument).max(1.0)).product(),
        Some(Measure::Largest(arguments)) => arguments.iter().map(size).fold(0.0, f64::max),
        Some(Measure::Sum(arguments)) => arguments.iter().map(size).sum(),
        // SAFETY: the caller's promise.
        Some(Measure::Text) => given(0)
            .map_or(0.0, |text| unsafe { CStr::from_ptr(text.value.cast_mut_ptr::<c_char>()).count_bytes() as f64 }),
        // SAFETY: the caller's promise.
        Some(Measure::XmlText) => given(0).map_or(0.0, |text| unsafe {
            xml_sizes::document(CStr::from_ptr(text.value.cast_mut_ptr::<c_char>()).to_bytes())
        }),
        // SAFETY: the caller's promise.
        Some(Measure::Xml(document)) => of(*document).map_or(0.0, |document| unsafe { xml(document) }),
        Some(Measure::Path { path, document }) => match (of(*path), of(*document)) {
            // SAFETY: the caller's promise.
            (Some(path_text), Some(of)) => unsafe {
                path_size(path_text, of).max(size(&(path.max(document) + 1)) / MOST_NAMESPACES)
            },
            _ => 0.0,
        },
        // SAFETY: the caller's promise.
        Some(Measure::JsonPath) => of(1).map_or(0.0, |path| unsafe { jsonpath_sizes::of(path, [of(0), of(2)]) }),
        Some(Measure::Rank { vector }) => match (of(*vector), of(vector + 1)) {
            // SAFETY: the caller's promise.
            (Some(vector), Some(query)) => rank_sizes::pairs(varlena(vector), unsafe { bytes(query) }),
            _ => 0.0,
        },
        // SAFETY: the caller's promise.
        Some(Measure::SumOfAny) => unsafe { any_sizes::sum(call) },
        // SAFETY: the caller's promise.
        Some(Measure::Joined) => unsafe { any_sizes::joined(call) },
        Some(Measure::Headline { text, options }) => {
            // SAFETY: the caller's promise. Longer options are refused as the largest number would be.
            let options = options.and_then(of).map(|options| match varlena(options) {
                ..=10_000.0 => unsafe { bytes(options) },
                _ => b"9999999999",
            });
            headline_sizes::work(size(text), options.unwrap_or_default())
        }
        // SAFETY: the caller's promise.
        Some(Measure::Array) => of(0).map_or(0.0, |array| unsafe { any_sizes::elements(array) }.max(varlena(array))),
        // SAFETY: the caller's promise.
        Some(Measure::Pretty) => of(0).map_or(0.0, |document| unsafe { jsonpath_sizes::pretty(document) }),
        Some(Measure::Count(argument)) => given(*argument).map_or(0.0, |count| f64::from(count.value.value() as i32)),
        // SAFETY: the caller's promise.
        Some(Measure::Gathered(argument)) => given(*argument)
            .map_or(0.0, |state| unsafe { f64::from((*state.value.cast_mut_ptr::<pg_sys::ArrayBuildState>()).nelems) }),
        // SAFETY: the caller's promise.
        Some(Measure::Width(format)) => of(*format).map_or(0.0, |format| unsafe { width(format) }),
        // SAFETY: the caller's promise.
        Some(Measure::Dimensions(argument)) => given(*argument).map_or(0.0, |array| unsafe { elements(array.value) }),
        None => 0.0,
    }
}

/// The most that is parsed of XML, and that is looked at for a path.
pub const MOST_XML: f64 = 1.5e5;
const MOST_VISITS: f64 = 1e7;
/// Bytes of namespaces, each of which is compared with all before it.
const MOST_NAMESPACES: f64 = 2e4;

/// What a document counts. Of a larger one than may be parsed nothing is read.
///
/// # Safety
/// `document` is a varlena.
unsafe fn xml(document: pg_sys::Datum) -> f64 {
    // SAFETY: the caller's promise; what is unpacked is freed with the caller's memory context.
    unsafe {
        let size = raw::toast_raw_datum_size(document) - pg_sys::VARHDRSZ;
        if size as f64 > MOST_XML { size as f64 } else { xml_sizes::document(bytes(document)) }
    }
}

/// # Safety
/// Both are varlenas.
unsafe fn path_size(path: pg_sys::Datum, document: pg_sys::Datum) -> f64 {
    // SAFETY: as in `xml`.
    unsafe {
        let size = xml(document).max((raw::toast_raw_datum_size(path) - pg_sys::VARHDRSZ) as f64);
        if size > MOST_XML {
            return size / MOST_XML;
        }
        let visits = xml_sizes::visits(&String::from_utf8_lossy(bytes(path)), xml(document));
        (visits / MOST_VISITS).max(size / MOST_XML)
    }
}

/// The bytes of a varlena that is no large one.
///
/// # Safety
/// As for [`xml`].
unsafe fn bytes<'d>(value: pg_sys::Datum) -> &'d [u8] {
    // SAFETY: the caller's promise: a header of four bytes tells the length.
    unsafe {
        let value = raw::pg_detoast_datum(value.cast_mut_ptr());
        std::slice::from_raw_parts(pgrx::vardata_any(value).cast(), pgrx::varsize_any_exhdr(value))
    }
}

/// The widths in a format, together. Of a format that is larger than any that somebody writes nothing is read.
///
/// # Safety
/// `format` is a varlena.
unsafe fn width(format: pg_sys::Datum) -> f64 {
    // SAFETY: the caller's promise.
    unsafe {
        if raw::toast_raw_datum_size(format) > 1_000_000 { f64::INFINITY } else { format_width::of(bytes(format)) }
    }
}

/// How many elements an array of these dimensions has. What is no plain list of a few integers is refused by who asked for it.
///
/// # Safety
/// `dimensions` is an array of integers of 4 bytes.
unsafe fn elements(dimensions: pg_sys::Datum) -> f64 {
    // SAFETY: the caller's promise; array.h: an array of one dimension without nulls has its header, the length, the lower
    // bound, and its elements from the next multiple of 8 bytes on.
    unsafe {
        if raw::toast_raw_datum_size(dimensions) > 64 {
            return 0.0;
        }
        let array = raw::pg_detoast_datum(dimensions.cast_mut_ptr()).cast::<pg_sys::ArrayType>();
        if (*array).ndim != 1 || (*array).dataoffset != 0 {
            return 0.0;
        }
        let start = size_of::<pg_sys::ArrayType>();
        let length = array.byte_add(start).cast::<i32>().read();
        let first = array.byte_add((start + 8).next_multiple_of(8)).cast::<i32>();
        (0..length as usize).map(|at| f64::from(first.add(at).read())).product()
    }
}

#[pg_guard]
unsafe extern "C-unwind" fn refuse(at: usize, _call: pg_sys::FunctionCallInfo) {
    let function = LIMITS.get().and_then(|limits| limits.get(at)).map_or("", |limit| limit.function);
    report::raise(Error::ArgumentsTooLarge { function });
}
