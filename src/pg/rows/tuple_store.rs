//! The result sets of functions that return many rows, in the server's materialize mode: json objects, or records of the
//! caller's own shape. Memory stays flat: a tuplestore spills to disk past work_mem.

use std::marker::PhantomData;

use pgrx::callconv::{Arg, ArgAbi};
use pgrx::pg_sys;
use pgrx::pgrx_sql_entity_graph::metadata::{ArgumentError, ReturnsError, ReturnsRef, SqlMappingRef, SqlTranslatable};
use pgrx::prelude::*;

use schema::ResultShape;

/// A tuplestore that is the result of the running call, which lasts for `'call`.
pub struct Store<'call> {
    rows: *mut pg_sys::Tuplestorestate,
    shape: pg_sys::TupleDesc,
    call: PhantomData<&'call mut ()>,
}

/// The result set of a function that returns SETOF json.
pub struct JsonStore<'call>(pub(super) Store<'call>);

/// The result set of a function that returns SETOF record, in the shape of the caller's column definition list.
pub struct RecordStore<'call> {
    pub(super) store: Store<'call>,
    pub wanted: ResultShape,
}

impl Store<'_> {
    /// Prepares the caller's result set, or raises the server's usual error where none can be returned.
    ///
    /// # Safety
    /// `fcinfo` is the live call's.
    unsafe fn new(
        fcinfo: pg_sys::FunctionCallInfo,
        shape: impl FnOnce(&pg_sys::ReturnSetInfo) -> Option<pg_sys::TupleDesc>,
    ) -> Self {
        // SAFETY: resultinfo is null or a ReturnSetInfo node, as its tag says. The store and its shape are made in the
        // per-query memory, which outlives the read-only subtransaction.
        unsafe {
            let info = (*fcinfo).resultinfo.cast::<pg_sys::ReturnSetInfo>();
            let materialize = pg_sys::SetFunctionReturnMode::SFRM_Materialize;
            if info.is_null()
                || (*info).type_ != pg_sys::NodeTag::T_ReturnSetInfo
                || (*info).allowedModes as u32 & materialize == 0
            {
                unsupported("set-valued function called in context that cannot accept a set");
            }
            let random = (*info).allowedModes as u32 & pg_sys::SetFunctionReturnMode::SFRM_Materialize_Random != 0;
            let outer = pg_sys::MemoryContextSwitchTo((*(*info).econtext).ecxt_per_query_memory);
            let Some(shape) = shape(&*info) else {
                unsupported("function returning record called in context that cannot accept type record")
            };
            let rows = pg_sys::tuplestore_begin_heap(random, false, pg_sys::work_mem);
            pg_sys::MemoryContextSwitchTo(outer);
            (*info).returnMode = materialize;
            (*info).setResult = rows;
            (*info).setDesc = shape;
            Self { rows, shape, call: PhantomData }
        }
    }

    pub(super) fn rows(&self) -> *mut pg_sys::Tuplestorestate {
        self.rows
    }

    pub(super) fn shape(&self) -> pg_sys::TupleDesc {
        self.shape
    }

    /// Removes all rows, for a new attempt.
    pub(super) fn clear(&mut self) {
        // SAFETY: the store is alive while the call is.
        unsafe { pg_sys::tuplestore_clear(self.rows) };
    }
}

fn unsupported(message: &'static str) -> ! {
    ereport!(ERROR, PgSqlErrorCode::ERRCODE_FEATURE_NOT_SUPPORTED, message);
}

/// One column of type json.
fn json_shape(_: &pg_sys::ReturnSetInfo) -> Option<pg_sys::TupleDesc> {
    // SAFETY: the server's own allocations, in the per-query memory.
    unsafe {
        let shape = pg_sys::CreateTemplateTupleDesc(1);
        pg_sys::TupleDescInitEntry(shape, 1, c"nl_ask".as_ptr(), pg_sys::JSONOID, -1, 0);
        Some(shape)
    }
}

/// What the caller's column definition list says.
fn listed_shape(info: &pg_sys::ReturnSetInfo) -> Option<pg_sys::TupleDesc> {
    // SAFETY: the descriptor is null or live; the copy is made in the per-query memory.
    (!info.expectedDesc.is_null()).then(|| unsafe { pg_sys::CreateTupleDescCopy(info.expectedDesc) })
}

// SAFETY: takes no datum: it is made from the call itself, like pgrx's own FunctionCallInfo argument.
unsafe impl<'fcx> ArgAbi<'fcx> for JsonStore<'fcx> {
    unsafe fn unbox_arg_unchecked(arg: Arg<'_, 'fcx>) -> Self {
        // SAFETY: pgrx hands over the live call.
        unsafe { Self(Store::new(<pg_sys::FunctionCallInfo as ArgAbi>::unbox_arg_unchecked(arg), json_shape)) }
    }

    fn is_virtual_arg() -> bool {
        true
    }
}

// SAFETY: as for JsonStore.
unsafe impl<'fcx> ArgAbi<'fcx> for RecordStore<'fcx> {
    unsafe fn unbox_arg_unchecked(arg: Arg<'_, 'fcx>) -> Self {
        // SAFETY: pgrx hands over the live call; the store's shape is alive.
        unsafe {
            let store = Store::new(<pg_sys::FunctionCallInfo as ArgAbi>::unbox_arg_unchecked(arg), listed_shape);
            let wanted = crate::pg::rows::shape::of(store.shape);
            Self { store, wanted }
        }
    }

    fn is_virtual_arg() -> bool {
        true
    }
}

macro_rules! never_in_a_signature {
    ($name:ident) => {
        // SAFETY: never part of a generated signature: functions that take it give their SQL themselves.
        unsafe impl SqlTranslatable for $name<'_> {
            const TYPE_IDENT: &'static str = stringify!($name);
            const TYPE_ORIGIN: pgrx::pgrx_sql_entity_graph::metadata::TypeOrigin =
                pgrx::pgrx_sql_entity_graph::metadata::TypeOrigin::External;
            const ARGUMENT_SQL: Result<SqlMappingRef, ArgumentError> = Ok(SqlMappingRef::Skip);
            const RETURN_SQL: Result<ReturnsRef, ReturnsError> = Ok(ReturnsRef::One(SqlMappingRef::Skip));
        }
    };
}

never_in_a_signature!(JsonStore);
never_in_a_signature!(RecordStore);
