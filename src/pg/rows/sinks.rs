//! The places rows end up in: a caller's result set of json or of records, or our own memory.

use std::ffi::CStr;

use pgrx::pg_sys;

use crate::pg::rows::json::{Layout, RowEncoder, bytes};
use crate::pg::rows::receiver::{RowTransform, Sink};
use crate::pg::rows::tuple_store::{JsonStore, RecordStore, Store};
use schema::ResultShape;

/// Rows as json objects in a caller's result set.
pub struct JsonRows<'call> {
    store: Store<'call>,
    encoder: Option<RowEncoder>,
}

impl<'call> JsonRows<'call> {
    pub fn new(store: JsonStore<'call>) -> Self {
        Self { store: store.0, encoder: None }
    }
}

impl Sink for JsonRows<'_> {
    fn clear(&mut self) {
        self.store.clear();
    }

    unsafe fn start(&mut self, shape: pg_sys::TupleDesc, transform: &RowTransform<'_>) {
        // SAFETY: the caller's promise.
        self.encoder = Some(unsafe { RowEncoder::new(shape, &transform.masked, Layout::Object) });
    }

    unsafe fn take(&mut self, slot: *mut pg_sys::TupleTableSlot, room: u64) -> Option<u64> {
        let encoder = self.encoder.as_mut()?;
        // SAFETY: the caller's promise; the tuplestore copies the encoder's buffer.
        unsafe {
            let (mut json, length) = encoder.encode((*slot).tts_values, (*slot).tts_isnull);
            let length = Some(length as u64).filter(|length| *length <= room)?;
            pg_sys::tuplestore_putvalues(self.store.rows(), self.store.shape(), &mut json, &mut false);
            Some(length)
        }
    }
}

/// Rows as json arrays in our own memory, with the shape they had.
#[derive(Default)]
pub struct Collected {
    pub shape: ResultShape,
    pub rows: Vec<String>,
    encoder: Option<RowEncoder>,
}

impl Sink for Collected {
    fn clear(&mut self) {
        *self = Self::default();
    }

    unsafe fn start(&mut self, shape: pg_sys::TupleDesc, transform: &RowTransform<'_>) {
        // SAFETY: the caller's promise.
        unsafe {
            self.shape = crate::pg::rows::shape::of(shape);
            self.encoder = Some(RowEncoder::new(shape, &transform.masked, Layout::Array));
        }
    }

    unsafe fn take(&mut self, slot: *mut pg_sys::TupleTableSlot, room: u64) -> Option<u64> {
        let encoder = self.encoder.as_mut()?;
        // SAFETY: the caller's promise; the datum is a varlena in the encoder's buffer.
        unsafe {
            let (json, length) = encoder.encode((*slot).tts_values, (*slot).tts_isnull);
            let length = Some(length as u64).filter(|length| *length <= room)?;
            self.rows.push(String::from_utf8_lossy(bytes(json)).into_owned());
            Some(length)
        }
    }
}

/// How one column of a record is made.
struct Field {
    from: usize,
    /// The running cast and what it reads its value from.
    cast: Option<(*mut pg_sys::ExprState, *mut pg_sys::ExprContext)>,
    /// In place of the value: text, or NULL where the type is no text.
    mask: Option<(pg_sys::Datum, bool)>,
}

/// Rows as records of the caller's shape in the caller's result set.
pub struct Records<'call> {
    store: Store<'call>,
    fields: Vec<Field>,
    values: Vec<pg_sys::Datum>,
    nulls: Vec<bool>,
    is_plain: bool,
}

impl<'call> Records<'call> {
    pub fn new(store: RecordStore<'call>) -> Self {
        Self { store: store.store, fields: Vec::new(), values: Vec::new(), nulls: Vec::new(), is_plain: false }
    }
}

impl Sink for Records<'_> {
    fn clear(&mut self) {
        self.store.clear();
    }

    unsafe fn start(&mut self, shape: pg_sys::TupleDesc, transform: &RowTransform<'_>) {
        let Some(casts) = &transform.casts else { return };
        // SAFETY: the caller's promise; the casts were made for this shape, and their state is the executor's own kind.
        unsafe {
            self.is_plain = transform.masked.is_empty() && casts.change_nothing((*shape).natts as usize);
            let state = pg_sys::CreateExecutorState();
            let wanted = crate::pg::rows::shape::of(self.store.shape());
            self.fields = (casts.columns().iter().zip(&wanted.0))
                .map(|(source, column)| Field {
                    from: source.from,
                    cast: source.cast.map(|cast| {
                        let planned = pg_sys::expression_planner(cast.as_ptr().cast());
                        (pg_sys::ExecInitExpr(planned, std::ptr::null_mut()), pg_sys::CreateExprContext(state))
                    }),
                    mask: transform.masked.contains(&source.from).then(|| mask(column.type_oid)),
                })
                .collect();
        }
        self.values = vec![pg_sys::Datum::from(0); self.fields.len()];
        self.nulls = vec![true; self.fields.len()];
    }

    unsafe fn take(&mut self, slot: *mut pg_sys::TupleTableSlot, _room: u64) -> Option<u64> {
        // SAFETY: the caller's promise; every field's source is below the slot's width. Casts run in the row's memory.
        unsafe {
            for (at, field) in self.fields.iter().enumerate() {
                let mut value = *(*slot).tts_values.add(field.from);
                let mut null = *(*slot).tts_isnull.add(field.from);
                if let Some((text, is_null)) = field.mask {
                    (value, null) = (text, is_null);
                } else if let Some((cast, context)) = field.cast {
                    (*context).caseValue_datum = value;
                    (*context).caseValue_isNull = null;
                    value = evaluate(cast, context, &mut null);
                }
                self.values[at] = value;
                self.nulls[at] = null;
            }
            let (values, nulls) = (self.values.as_mut_ptr(), self.nulls.as_mut_ptr());
            pg_sys::tuplestore_putvalues(self.store.rows(), self.store.shape(), values, nulls);
        }
        Some(0)
    }

    fn plain_store(&self) -> Option<&Store<'_>> {
        self.is_plain.then_some(&self.store)
    }
}

/// ExecEvalExpr, which executor.h defines inline.
///
/// # Safety
/// `cast` is initialized, and `context` holds the value it reads.
unsafe fn evaluate(cast: *mut pg_sys::ExprState, context: *mut pg_sys::ExprContext, null: &mut bool) -> pg_sys::Datum {
    // SAFETY: the caller's promise; the boundary turns an ERROR into a panic, as pgrx does for bound functions.
    unsafe {
        let Some(run) = (*cast).evalfunc else { return pg_sys::Datum::from(0) };
        pg_sys::ffi::pg_guard_ffi_boundary(|| run(cast, context, null))
    }
}

/// What stands for a value of this type that is not shown.
///
/// # Safety
/// In a transaction; the text lives in the current memory context.
unsafe fn mask(of: u32) -> (pg_sys::Datum, bool) {
    const MASK: &CStr = c"***";
    let is_text = [pg_sys::TEXTOID, pg_sys::VARCHAROID].contains(&pg_sys::Oid::from(of));
    // SAFETY: makes a text of a constant.
    let text = || unsafe { pg_sys::Datum::from(pg_sys::cstring_to_text(MASK.as_ptr())) };
    if is_text { (text(), false) } else { (pg_sys::Datum::from(0), true) }
}
