//! What the analysis of a raw parse tree looks through to find the functions and operators that are meant, told before it starts.
//!
//! Where one of the functions has defaults or is variadic, each is compared with all before it (FuncnameGetCandidates in namespace.c),
//! and the defaults of the one that fits are read as a text (func_get_detail in parse_func.c). Both are done for each call, whoever
//! made the functions, and no cancel is looked for: thirty calls of one of 10,000 that had the same name took 16 s. Functions of
//! schemas that are not meant are passed over, one by one.

use std::collections::{BTreeSet, HashMap};
use std::ffi::{CStr, CString, c_int, c_void};

use pgrx::pg_sys::{self, NodeTag, SysCacheIdentifier as Id};
use pgrx::{PgList, prelude::*};

use super::raw_columns::name_of;
use super::raw_searches::length;

/// What is looked through for calls.
#[derive(Debug, Clone, Copy, Default)]
pub struct Candidates {
    /// Functions and operators that are looked at, and pairs of those that are compared.
    pub looks: f64,
    /// What somebody made of these is held against each argument that is written.
    by_argument: f64,
    /// Bytes of defaults.
    pub bytes: f64,
}

/// What is looked through for all calls of a query, and the types of what may be called.
///
/// # Safety
/// `statement` is the raw parse tree of a query.
pub unsafe fn of(statement: *mut pg_sys::Node) -> (Candidates, BTreeSet<u32>) {
    let mut walk = CallWalk::default();
    // SAFETY: the caller's promise; what is collected outlives the walk.
    unsafe { walk.visit(statement) };
    (walk.found, walk.types)
}

#[derive(Default)]
struct CallWalk {
    found: Candidates,
    /// Of what functions and operators that somebody made may give.
    types: BTreeSet<u32>,
    /// For one call of each name.
    functions: HashMap<Name, Candidates>,
    operators: HashMap<Name, Candidates>,
    /// The schemas that are looked through for a name without one, once they are wanted.
    path: Option<Vec<u32>>,
}

/// The schema, where it is said, and the name.
type Name = (Option<CString>, CString);

impl CallWalk {
    /// # Safety
    /// The node is null or a live part of a raw parse tree.
    unsafe fn visit(&mut self, node: *mut pg_sys::Node) {
        if node.is_null() {
            return;
        }
        // SAFETY: the node's tag tells its type; the last part of a name is a text.
        unsafe {
            match (*node).type_ {
                NodeTag::T_FuncCall => self.call(&*node.cast::<pg_sys::FuncCall>()),
                NodeTag::T_A_Expr => self.operator((*node.cast::<pg_sys::A_Expr>()).name),
                NodeTag::T_CaseExpr if !(*node.cast::<pg_sys::CaseExpr>()).arg.is_null() => {
                    self.equals(length((*node.cast::<pg_sys::CaseExpr>()).args));
                }
                // What a row has no column for may be a function of it: `t.f`, `(t).f`.
                NodeTag::T_ColumnRef => self.fields((*node.cast::<pg_sys::ColumnRef>()).fields, 1),
                NodeTag::T_A_Indirection => self.fields((*node.cast::<pg_sys::A_Indirection>()).indirection, 0),
                NodeTag::T_JoinExpr => self.equals(length((*node.cast::<pg_sys::JoinExpr>()).usingClause)),
                _ => {}
            }
            pg_sys::raw_expression_tree_walker(node, Some(visit_below), (&raw mut *self).cast());
        }
    }

    /// # Safety
    /// A live call.
    unsafe fn call(&mut self, call: &pg_sys::FuncCall) {
        // SAFETY: the caller's promise; its name is a list of texts.
        unsafe {
            if let Some(name) = parts(call.funcname) {
                self.functions_of(name, length(call.args) + length(call.agg_order));
            }
        }
    }

    fn functions_of(&mut self, name: Name, arguments: f64) {
        let found = match self.functions.get(&name) {
            Some(known) => *known,
            None => {
                let found = of_functions(&name.1, &self.schemas(&name), &mut self.types);
                self.functions.insert(name, found);
                found
            }
        };
        self.found.add(found, 1.0, arguments);
    }

    /// # Safety
    /// A live list of names, stars and subscripts.
    unsafe fn fields(&mut self, fields: *mut pg_sys::List, from: usize) {
        // SAFETY: the caller's promise; the tag tells what a part is.
        unsafe {
            let parts = PgList::<pg_sys::Node>::from_pg(fields);
            let names = parts.iter_ptr().skip(from).filter(|part| (**part).type_ == NodeTag::T_String);
            for name in names {
                self.functions_of((None, CStr::from_ptr(name_of(name)).to_owned()), 1.0);
            }
        }
    }

    /// # Safety
    /// A live list of texts.
    unsafe fn operator(&mut self, name: *mut pg_sys::List) {
        // SAFETY: the caller's promise.
        if let Some(name) = unsafe { parts(name) } {
            self.operators_of(name, 1.0);
        }
    }

    /// So many comparisons that are not written out.
    fn equals(&mut self, times: f64) {
        if times > 0.0 {
            self.operators_of((None, c"=".to_owned()), times);
        }
    }

    fn operators_of(&mut self, name: Name, times: f64) {
        let found = match self.operators.get(&name) {
            Some(known) => *known,
            None => {
                let found = of_operators(&name.1, &self.schemas(&name), &mut self.types);
                self.operators.insert(name, found);
                found
            }
        };
        self.found.add(found, times, 2.0);
    }

    /// The schemas in which what has this name may be meant.
    fn schemas(&mut self, name: &Name) -> Vec<u32> {
        // SAFETY: in a transaction; the look-up is silent about what does not exist, and the list is made for us.
        unsafe {
            if let Some(schema) = &name.0 {
                return vec![pg_sys::get_namespace_oid(schema.as_ptr(), true).to_u32()];
            }
            let of_session = || {
                let list = PgList::<pg_sys::Oid>::from_pg(pg_sys::fetch_search_path(true));
                list.iter_oid().map(|schema| schema.to_u32()).collect()
            };
            self.path.get_or_insert_with(of_session).clone()
        }
    }
}

impl Candidates {
    fn add(&mut self, other: Self, times: f64, arguments: f64) {
        self.looks += (other.looks + other.by_argument * arguments.max(1.0)) * times;
        self.bytes += other.bytes * times;
    }
}

/// # Safety
/// A live list of texts.
unsafe fn parts(name: *mut pg_sys::List) -> Option<Name> {
    // SAFETY: the caller's promise.
    unsafe {
        let parts = PgList::<pg_sys::Node>::from_pg(name);
        let part = |back: usize| {
            let at = parts.len().checked_sub(back)?;
            parts.get_ptr(at).map(|part| CStr::from_ptr(name_of(part)).to_owned())
        };
        Some((part(2), part(1)?))
    }
}

/// An operator that may be meant is copied, and held against both operands.
const LOOKS_OF_OPERATOR: f64 = 5.0;

/// A function that may be meant is copied, and held against each argument several times (func_select_candidate in parse_func.c).
const LOOKS_OF_MEANT: f64 = 40.0;

fn of_functions(name: &CString, schemas: &[u32], types: &mut BTreeSet<u32>) -> Candidates {
    let (mut longest, mut meant, mut made, mut are_compared) = (0, 0.0, 0.0, false);
    // SAFETY: the entries of this cache are rows of pg_proc.
    let all = unsafe {
        each(Id::PROCNAMEARGSNSP as c_int, name, |tuple| {
            let row = &*pg_sys::heap_tuple_get_struct::<pg_sys::FormData_pg_proc>(tuple);
            if !schemas.contains(&row.pronamespace.to_u32()) {
                return;
            }
            meant += 1.0;
            are_compared |= row.pronargdefaults > 0 || row.provariadic != pg_sys::InvalidOid;
            if row.oid.to_u32() < pg_sys::FirstNormalObjectId {
                return;
            }
            made += 1.0;
            types.insert(row.prorettype.to_u32());
            let column = |number: u32| {
                let mut is_null = false;
                let value = pg_sys::SysCacheGetAttr(
                    Id::PROCNAMEARGSNSP as c_int,
                    tuple,
                    number as pg_sys::AttrNumber,
                    &raw mut is_null,
                );
                (!is_null).then_some(value)
            };
            let arguments = column(pg_sys::Anum_pg_proc_proallargtypes);
            let arguments = arguments.and_then(|of| Vec::<pg_sys::Oid>::from_datum(of, false));
            types.extend(arguments.into_iter().flatten().map(|argument| argument.to_u32()));
            let defaults = column(pg_sys::Anum_pg_proc_proargdefaults);
            longest = longest.max(defaults.map_or(0, |defaults| pg_sys::toast_raw_datum_size(defaults)));
        })
    };
    let pairs = if are_compared { made * meant } else { 0.0 };
    Candidates { looks: all + pairs, by_argument: LOOKS_OF_MEANT * made, bytes: longest as f64 }
}

fn of_operators(name: &CString, schemas: &[u32], types: &mut BTreeSet<u32>) -> Candidates {
    let mut made = 0.0;
    // SAFETY: the entries of this cache are rows of pg_operator.
    let all = unsafe {
        each(Id::OPERNAMENSP as c_int, name, |tuple| {
            let row = &*pg_sys::heap_tuple_get_struct::<pg_sys::FormData_pg_operator>(tuple);
            if row.oid.to_u32() >= pg_sys::FirstNormalObjectId && schemas.contains(&row.oprnamespace.to_u32()) {
                made += 1.0;
                types.insert(row.oprresult.to_u32());
            }
        })
    };
    Candidates { looks: all, by_argument: LOOKS_OF_OPERATOR * made, bytes: 0.0 }
}

/// Shows all rows of a name, whatever their schema, and tells how many there are.
///
/// # Safety
/// The cache's first key is a name; `show` takes its rows.
unsafe fn each(cache: c_int, name: &CString, mut show: impl FnMut(pg_sys::HeapTuple)) -> f64 {
    // SAFETY: the caller's promise. The list is released after its entries are read; an ERROR between releases it as well, with
    // the transaction's resources.
    unsafe {
        let none = pg_sys::Datum::from(0);
        let list = pg_sys::SearchSysCacheList(cache, 1, pg_sys::Datum::from(name.as_ptr()), none, none);
        let entries = (*list).members.as_slice((*list).n_members as usize);
        entries.iter().for_each(|entry| show(&raw mut (**entry).tuple));
        let all = entries.len();
        pg_sys::ReleaseCatCacheList(list);
        all as f64
    }
}

/// The walker that the server calls for every node below one; see `uses::visit` on the guard.
#[pg_guard]
unsafe extern "C-unwind" fn visit_below(node: *mut pg_sys::Node, context: *mut c_void) -> bool {
    // SAFETY: context is the CallWalk that asked for the visit.
    unsafe { (*context.cast::<CallWalk>()).visit(node) };
    false
}
