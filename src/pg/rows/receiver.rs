//! Rows on their way from the executor to the caller, one at a time: what a row needs is freed before the next.

use std::collections::BTreeSet;
use std::ffi::c_int;

use pgrx::pg_sys;
use pgrx::prelude::*;

use crate::limits::RowLimits;
use crate::pg::rows::assignment_casts::AssignmentCasts;
use crate::pg::rows::tuple_store::Store;

/// What became of a run.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Outcome {
    pub rows: u64,
    /// Of the rows, where they are made json.
    pub bytes: Option<u64>,
    /// The limit that ended the answer early, if one did.
    pub reached: Option<ReachedLimit>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ReachedLimit {
    Rows,
    Bytes,
    /// Rows times columns.
    Values,
}

/// What is done to the values of a row before the caller sees them.
#[derive(Default)]
pub struct RowTransform<'s> {
    /// Result columns, counted from 0, whose values are not shown.
    pub masked: BTreeSet<usize>,
    /// How the caller's columns are made of the result's; `None` where the caller takes them as they are.
    pub casts: Option<AssignmentCasts<'s>>,
}

/// Where rows end up.
pub trait Sink {
    /// Removes the rows of an attempt that failed.
    fn clear(&mut self);

    /// # Safety
    /// `shape` is the live shape of the rows to come; what is made lives in the current memory context.
    unsafe fn start(&mut self, shape: pg_sys::TupleDesc, transform: &RowTransform<'_>);

    /// Keeps one row if it takes at most `room` bytes, and returns how many it took.
    ///
    /// # Safety
    /// `slot` holds a row of the shape given to `start`, its values at hand; the current memory is the row's own.
    unsafe fn take(&mut self, slot: *mut pg_sys::TupleTableSlot, room: u64) -> Option<u64>;

    /// The tuplestore that takes the slots as they are, if rows of the shape given to `start` need nothing else.
    fn plain_store(&self) -> Option<&Store<'_>> {
        None
    }
}

/// The executor's destination: a DestReceiver (tcop/dest.h) followed by our own state.
#[repr(C)]
pub struct Receiver<'r, S: Sink> {
    dest: pg_sys::DestReceiver,
    sink: &'r mut S,
    transform: &'r RowTransform<'r>,
    plain_store: *mut pg_sys::Tuplestorestate,
    row_width: c_int,
    row_memory: pg_sys::MemoryContext,
    limits: RowLimits,
    bytes: u64,
    outcome: Outcome,
}

impl<'r, S: Sink> Receiver<'r, S> {
    /// Boxed, as the executor keeps its address.
    pub fn new(sink: &'r mut S, transform: &'r RowTransform<'r>, limits: RowLimits) -> Box<Self> {
        let mut receiver = Box::new(Self {
            dest: pg_sys::DestReceiver {
                receiveSlot: Some(receive::<S>),
                rStartup: Some(start::<S>),
                rShutdown: Some(ignore),
                rDestroy: Some(ignore),
                mydest: pg_sys::CommandDest::DestNone,
            },
            sink,
            transform,
            plain_store: std::ptr::null_mut(),
            row_width: 0,
            row_memory: std::ptr::null_mut(),
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
        // A row of json has bytes.
        let bytes = (self.bytes > 0).then_some(self.bytes);
        Outcome { bytes, ..self.outcome }
    }

    /// Whether there is room for one more row.
    fn has_room(&mut self) -> bool {
        let row = self.outcome.rows;
        let columns = u64::try_from(self.row_width).unwrap_or_default();
        self.outcome.reached = if row >= self.limits.rows {
            Some(ReachedLimit::Rows)
        } else if row.saturating_add(1).saturating_mul(columns) > self.limits.values {
            Some(ReachedLimit::Values)
        } else {
            None
        };
        self.outcome.reached.is_none()
    }

    /// Stores one row; false ends the query.
    ///
    /// # Safety
    /// `slot` holds a row of the shape given to `start`.
    unsafe fn take(&mut self, slot: *mut pg_sys::TupleTableSlot) -> bool {
        if !self.has_room() {
            return false;
        }
        // SAFETY: the row's values stay valid until the next one; what is made of them lives in the row's memory.
        unsafe {
            pg_sys::MemoryContextReset(self.row_memory);
            let outer = pg_sys::MemoryContextSwitchTo(self.row_memory);
            if c_int::from((*slot).tts_nvalid) < self.row_width {
                pg_sys::slot_getsomeattrs_int(slot, self.row_width);
            }
            let taken = self.sink.take(slot, self.limits.bytes - self.bytes);
            pg_sys::MemoryContextSwitchTo(outer);
            match taken {
                Some(bytes) => {
                    self.bytes += bytes;
                    self.outcome.rows += 1;
                }
                None => self.outcome.reached = Some(ReachedLimit::Bytes),
            }
            taken.is_some()
        }
    }
}

/// `rStartup`: the names of the columns are those of `shape`, never those of the slots that follow.
unsafe extern "C-unwind" fn start<S: Sink>(
    dest: *mut pg_sys::DestReceiver,
    _operation: c_int,
    shape: pg_sys::TupleDesc,
) {
    // SAFETY: dest is the first field of our Receiver; shape and the current memory context are the executor's, which
    // ends before the receiver does. The guard turns a panic into the server's ERROR.
    unsafe {
        pg_sys::panic::pgrx_extern_c_guard(|| {
            let receiver = &mut *dest.cast::<Receiver<'_, S>>();
            receiver.row_width = (*shape).natts;
            receiver.sink.start(shape, receiver.transform);
            if let Some(store) = receiver.sink.plain_store() {
                receiver.plain_store = store.rows();
                receiver.dest.receiveSlot = Some(receive_plain::<S>);
            }
        });
    }
}

/// `receiveSlot`.
unsafe extern "C-unwind" fn receive<S: Sink>(
    slot: *mut pg_sys::TupleTableSlot,
    dest: *mut pg_sys::DestReceiver,
) -> bool {
    // SAFETY: dest is the first field of our Receiver, and the executor has called `start` with the slot's shape.
    unsafe { pg_sys::panic::pgrx_extern_c_guard(|| (*dest.cast::<Receiver<'_, S>>()).take(slot)) }
}

/// `receiveSlot` where rows are kept as they are, a million times over: an ERROR may jump over this frame, which owns
/// nothing.
unsafe extern "C-unwind" fn receive_plain<S: Sink>(
    slot: *mut pg_sys::TupleTableSlot,
    dest: *mut pg_sys::DestReceiver,
) -> bool {
    // SAFETY: as for `receive`; the store takes slots of this shape.
    unsafe {
        let receiver = &mut *dest.cast::<Receiver<'_, S>>();
        if !receiver.has_room() {
            return false;
        }
        raw::tuplestore_puttupleslot(receiver.plain_store, slot);
        receiver.outcome.rows += 1;
        true
    }
}

/// The server's own function without pgrx's wrapper around it.
mod raw {
    use pgrx::pg_sys;

    unsafe extern "C-unwind" {
        pub fn tuplestore_puttupleslot(store: *mut pg_sys::Tuplestorestate, slot: *mut pg_sys::TupleTableSlot);
    }
}

/// `rShutdown` and `rDestroy`: the box and the sandbox free everything.
#[pg_guard]
unsafe extern "C-unwind" fn ignore(_dest: *mut pg_sys::DestReceiver) {}
