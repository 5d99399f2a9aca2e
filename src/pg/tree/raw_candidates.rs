//! What the analysis of a raw parse tree looks through to find the functions and operators that are meant, told before it starts.
//!
//! Each function of the name is compared with those before it (FuncnameGetCandidates in namespace.c), and the defaults of the one that
//! fits are read as a text (func_get_detail in parse_func.c). Both are done for each call, whoever made the functions, and no cancel
//! is looked for: thirty calls of one of 10,000 that had the same name took 16 s.

use std::collections::HashMap;
use std::ffi::{CStr, CString, c_int, c_void};

use pgrx::pg_sys::{self, NodeTag, SysCacheIdentifier as Id};
use pgrx::{PgList, prelude::*};

use super::raw_columns::name_of;
use super::raw_searches::length;

/// What is looked through for calls.
#[derive(Debug, Clone, Copy, Default)]
pub struct Candidates {
    /// Pairs of functions, or operators, of one name, of which somebody made at least one.
    pub pairs: f64,
    /// Bytes of defaults.
    pub bytes: f64,
}

/// What is looked through for all calls of a query.
///
/// # Safety
/// `statement` is the raw parse tree of a query.
pub unsafe fn of(statement: *mut pg_sys::Node) -> Candidates {
    let mut walk = CallWalk::default();
    // SAFETY: the caller's promise; what is collected outlives the walk.
    unsafe { walk.visit(statement) };
    walk.found
}

#[derive(Default)]
struct CallWalk {
    found: Candidates,
    /// For one call of each name.
    functions: HashMap<CString, Candidates>,
    operators: HashMap<CString, Candidates>,
}

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
                NodeTag::T_FuncCall => self.function((*node.cast::<pg_sys::FuncCall>()).funcname),
                NodeTag::T_A_Expr => self.operator((*node.cast::<pg_sys::A_Expr>()).name),
                NodeTag::T_CaseExpr if !(*node.cast::<pg_sys::CaseExpr>()).arg.is_null() => {
                    self.equals(length((*node.cast::<pg_sys::CaseExpr>()).args));
                }
                NodeTag::T_JoinExpr => self.equals(length((*node.cast::<pg_sys::JoinExpr>()).usingClause)),
                _ => {}
            }
            pg_sys::raw_expression_tree_walker(node, Some(visit_below), (&raw mut *self).cast());
        }
    }

    /// # Safety
    /// A live list of texts.
    unsafe fn function(&mut self, name: *mut pg_sys::List) {
        // SAFETY: the caller's promise.
        let Some(name) = (unsafe { last(name) }) else { return };
        let of_name = |name: &CString| of_functions(name);
        self.found.add(*self.functions.entry(name).or_insert_with_key(of_name), 1.0);
    }

    /// # Safety
    /// A live list of texts.
    unsafe fn operator(&mut self, name: *mut pg_sys::List) {
        // SAFETY: the caller's promise.
        let Some(name) = (unsafe { last(name) }) else { return };
        self.found.add(*self.operators.entry(name).or_insert_with_key(of_operators), 1.0);
    }

    /// So many comparisons that are not written out.
    fn equals(&mut self, times: f64) {
        if times > 0.0 {
            self.found.add(*self.operators.entry(c"=".to_owned()).or_insert_with_key(of_operators), times);
        }
    }
}

impl Candidates {
    fn add(&mut self, other: Self, times: f64) {
        self.pairs += other.pairs * times;
        self.bytes += other.bytes * times;
    }
}

/// # Safety
/// A live list of texts.
unsafe fn last(name: *mut pg_sys::List) -> Option<CString> {
    // SAFETY: the caller's promise.
    unsafe {
        let parts = PgList::<pg_sys::Node>::from_pg(name);
        parts.get_ptr(parts.len().wrapping_sub(1)).map(|part| CStr::from_ptr(name_of(part)).to_owned())
    }
}

fn of_functions(name: &CString) -> Candidates {
    let mut longest = 0;
    // SAFETY: the entries of this cache are rows of pg_proc.
    let pairs = unsafe {
        pairs(Id::PROCNAMEARGSNSP as c_int, name, |tuple| {
            let row = &*pg_sys::heap_tuple_get_struct::<pg_sys::FormData_pg_proc>(tuple);
            let is_made = row.oid.to_u32() >= pg_sys::FirstNormalObjectId;
            if is_made && row.pronargdefaults > 0 {
                let (column, mut is_null) = (pg_sys::Anum_pg_proc_proargdefaults as i16, false);
                let defaults = pg_sys::SysCacheGetAttr(Id::PROCNAMEARGSNSP as c_int, tuple, column, &raw mut is_null);
                longest = longest.max(if is_null { 0 } else { pg_sys::toast_raw_datum_size(defaults) });
            }
            is_made
        })
    };
    Candidates { pairs, bytes: longest as f64 }
}

fn of_operators(name: &CString) -> Candidates {
    // SAFETY: the entries of this cache are rows of pg_operator.
    let pairs = unsafe {
        pairs(Id::OPERNAMENSP as c_int, name, |tuple| {
            let row = &*pg_sys::heap_tuple_get_struct::<pg_sys::FormData_pg_operator>(tuple);
            row.oid.to_u32() >= pg_sys::FirstNormalObjectId
        })
    };
    Candidates { pairs, bytes: 0.0 }
}

/// Those of a name that somebody made, times all of it.
///
/// # Safety
/// The cache's first key is a name; `is_made` takes its rows.
unsafe fn pairs(cache: c_int, name: &CString, mut is_made: impl FnMut(pg_sys::HeapTuple) -> bool) -> f64 {
    // SAFETY: the caller's promise. The list is released after its entries are read; an ERROR between releases it as well, with
    // the transaction's resources.
    unsafe {
        let none = pg_sys::Datum::from(0);
        let list = pg_sys::SearchSysCacheList(cache, 1, pg_sys::Datum::from(name.as_ptr()), none, none);
        let entries = (*list).members.as_slice((*list).n_members as usize);
        let made = entries.iter().filter(|entry| is_made(&raw mut (***entry).tuple)).count();
        let all = entries.len();
        pg_sys::ReleaseCatCacheList(list);
        made as f64 * all as f64
    }
}

/// The walker that the server calls for every node below one; see `uses::visit` on the guard.
#[pg_guard]
unsafe extern "C-unwind" fn visit_below(node: *mut pg_sys::Node, context: *mut c_void) -> bool {
    // SAFETY: context is the CallWalk that asked for the visit.
    unsafe { (*context.cast::<CallWalk>()).visit(node) };
    false
}
