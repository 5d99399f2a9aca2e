//! Rows on their way from the executor to the caller: each made json by the server, streamed into a tuplestore.
//!
//! Memory stays flat: the tuplestore spills to disk past work_mem, and what a row needs is freed before the next.

use std::collections::BTreeSet;
use std::ffi::c_int;

use super::json::RowEncoder;
use pgrx::callconv::{Arg, ArgAbi};
use pgrx::pg_sys;
use pgrx::pgrx_sql_entity_graph::metadata::{ArgumentError, ReturnsError, ReturnsRef, SqlMappingRef, SqlTranslatable};
use pgrx::prelude::*;

/// Where one answer may end before its query does.
#[derive(Debug, Clone, Copy)]
pub struct RowLimits {
    pub rows: u64,
    /// Of json text.
    pub bytes: u64,
}

/// What came of a run.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Outcome {
    pub rows: u64,
    pub cut: Option<Cut>,
}

/// The limit that ended the answer early.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cut {
    Rows,
    Bytes,
}

/// The result set of a function that returns SETOF json, in the server's materialize mode.
pub struct RowStore {
    store: *mut pg_sys::Tuplestorestate,
    shape: pg_sys::TupleDesc,
}

impl RowStore {
    /// Prepares the caller's result set, or raises the server's usual error where no set can be returned.
    fn new(fcinfo: pg_sys::FunctionCallInfo) -> Self {
        // SAFETY: fcinfo is the live call's; resultinfo is null or a ReturnSetInfo node, as its tag says. The store and
        // its shape are made in the per-query memory, which outlives the read-only subtransaction.
        unsafe {
            let info = (*fcinfo).resultinfo.cast::<pg_sys::ReturnSetInfo>();
            let materialize = pg_sys::SetFunctionReturnMode::SFRM_Materialize;
            if info.is_null()
                || (*info).type_ != pg_sys::NodeTag::T_ReturnSetInfo
                || (*info).allowedModes as u32 & materialize == 0
            {
                ereport!(
                    ERROR,
                    PgSqlErrorCode::ERRCODE_FEATURE_NOT_SUPPORTED,
                    "set-valued function called in context that cannot accept a set"
                );
            }
            let random = (*info).allowedModes as u32 & pg_sys::SetFunctionReturnMode::SFRM_Materialize_Random != 0;
            let outer = pg_sys::MemoryContextSwitchTo((*(*info).econtext).ecxt_per_query_memory);
            let shape = pg_sys::CreateTemplateTupleDesc(1);
            pg_sys::TupleDescInitEntry(shape, 1, c"nl_ask".as_ptr(), pg_sys::JSONOID, -1, 0);
            let store = pg_sys::tuplestore_begin_heap(random, false, pg_sys::work_mem);
            pg_sys::MemoryContextSwitchTo(outer);
            (*info).returnMode = materialize;
            (*info).setResult = store;
            (*info).setDesc = shape;
            Self { store, shape }
        }
    }

    /// Forgets all rows, for a new attempt.
    pub fn clear(&mut self) {
        // SAFETY: the store is alive while the call is.
        unsafe { pg_sys::tuplestore_clear(self.store) };
    }
}

// SAFETY: takes no datum: it is made from the call itself, like pgrx's own FunctionCallInfo argument.
unsafe impl<'fcx> ArgAbi<'fcx> for RowStore {
    unsafe fn unbox_arg_unchecked(arg: Arg<'_, 'fcx>) -> Self {
        // SAFETY: pgrx hands over the live call.
        Self::new(unsafe { <pg_sys::FunctionCallInfo as ArgAbi>::unbox_arg_unchecked(arg) })
    }

    fn is_virtual_arg() -> bool {
        true
    }
}

// SAFETY: never part of a generated signature: functions that take it give their SQL themselves.
unsafe impl SqlTranslatable for RowStore {
    const TYPE_IDENT: &'static str = "RowStore";
    const TYPE_ORIGIN: pgrx::pgrx_sql_entity_graph::metadata::TypeOrigin =
        pgrx::pgrx_sql_entity_graph::metadata::TypeOrigin::External;
    const ARGUMENT_SQL: Result<SqlMappingRef, ArgumentError> = Ok(SqlMappingRef::Skip);
    const RETURN_SQL: Result<ReturnsRef, ReturnsError> = Ok(ReturnsRef::One(SqlMappingRef::Skip));
}

/// The executor's destination: a DestReceiver (tcop/dest.h) followed by our own state.
#[repr(C)]
pub struct Receiver {
    dest: pg_sys::DestReceiver,
    store: *mut pg_sys::Tuplestorestate,
    store_shape: pg_sys::TupleDesc,
    row_width: c_int,
    row_memory: pg_sys::MemoryContext,
    encoder: Option<RowEncoder>,
    masked: BTreeSet<usize>,
    limits: RowLimits,
    bytes: u64,
    outcome: Outcome,
}

impl Receiver {
    /// Boxed, as the executor keeps its address.
    pub fn new(store: &mut RowStore, limits: RowLimits, masked: &BTreeSet<usize>) -> Box<Self> {
        let mut receiver = Box::new(Self {
            dest: pg_sys::DestReceiver {
                receiveSlot: Some(receive),
                rStartup: Some(start),
                rShutdown: Some(ignore),
                rDestroy: Some(ignore),
                mydest: pg_sys::CommandDest::DestNone,
            },
            store: store.store,
            store_shape: store.shape,
            row_width: 0,
            row_memory: std::ptr::null_mut(),
            encoder: None,
            masked: masked.clone(),
            limits,
            bytes: 0,
            outcome: Outcome::default(),
        });
        // SAFETY: the server's own allocations, in the sandbox's memory, which is freed with it.
        unsafe {
            receiver.row_memory = pg_sys::AllocSetContextCreateInternal(
                pg_sys::CurrentMemoryContext,
                c"nl2sql row".as_ptr(),
                pg_sys::ALLOCSET_DEFAULT_MINSIZE as usize,
                pg_sys::ALLOCSET_DEFAULT_INITSIZE as usize,
                pg_sys::ALLOCSET_DEFAULT_MAXSIZE as usize,
            );
        }
        receiver
    }

    pub fn as_dest(&mut self) -> *mut pg_sys::DestReceiver {
        &raw mut self.dest
    }

    pub fn outcome(&self) -> Outcome {
        self.outcome
    }

    /// Stores one row; false ends the query.
    ///
    /// # Safety
    /// `slot` holds a row of the shape given to `start`.
    unsafe fn take(&mut self, slot: *mut pg_sys::TupleTableSlot) -> bool {
        if self.outcome.rows == self.limits.rows {
            self.outcome.cut = Some(Cut::Rows);
            return false;
        }
        let Some(encoder) = &mut self.encoder else { return false };
        // SAFETY: the row's values stay valid until the next one; what is made of them lives in the row's memory, but for
        // the encoder's buffer, which the tuplestore copies.
        unsafe {
            pg_sys::MemoryContextReset(self.row_memory);
            let outer = pg_sys::MemoryContextSwitchTo(self.row_memory);
            if c_int::from((*slot).tts_nvalid) < self.row_width {
                pg_sys::slot_getsomeattrs_int(slot, self.row_width);
            }
            let (mut json, length) = encoder.encode((*slot).tts_values, (*slot).tts_isnull);
            let fits = self.bytes + length as u64 <= self.limits.bytes;
            if fits {
                let mut null = false;
                pg_sys::tuplestore_putvalues(self.store, self.store_shape, &mut json, &mut null);
                self.bytes += length as u64;
                self.outcome.rows += 1;
            } else {
                self.outcome.cut = Some(Cut::Bytes);
            }
            pg_sys::MemoryContextSwitchTo(outer);
            fits
        }
    }
}

/// `rStartup`: the names of the columns are those of `shape`, never those of the slots that follow.
#[pg_guard]
unsafe extern "C-unwind" fn start(dest: *mut pg_sys::DestReceiver, _operation: c_int, shape: pg_sys::TupleDesc) {
    // SAFETY: dest is the first field of our Receiver; shape and the current memory context are the executor's, which
    // ends before the receiver does.
    unsafe {
        let receiver = &mut *dest.cast::<Receiver>();
        receiver.row_width = (*shape).natts;
        receiver.encoder = Some(RowEncoder::new(shape, &receiver.masked));
    }
}

/// `receiveSlot`.
#[pg_guard]
unsafe extern "C-unwind" fn receive(slot: *mut pg_sys::TupleTableSlot, dest: *mut pg_sys::DestReceiver) -> bool {
    // SAFETY: dest is the first field of our Receiver, and the executor has called `start` with the slot's shape.
    unsafe { (*dest.cast::<Receiver>()).take(slot) }
}

/// `rShutdown` and `rDestroy`: the box and the sandbox free everything.
#[pg_guard]
unsafe extern "C-unwind" fn ignore(_dest: *mut pg_sys::DestReceiver) {}
