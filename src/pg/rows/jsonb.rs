//! A document that is text until it is handed to the caller as jsonb, so that numbers keep all their digits.

use std::ffi::CString;

use pgrx::callconv::{BoxRet, FcInfo};
use pgrx::direct_function_call_as_datum;
use pgrx::pg_sys;
use pgrx::pgrx_sql_entity_graph::metadata::{
    ArgumentError, ReturnsError, ReturnsRef, SqlMappingRef, SqlTranslatable, TypeOrigin,
};
use pgrx::{AnyElement, FromDatum};

/// The text of a json document.
pub struct JsonbText(pub String);

// SAFETY: the datum is a jsonb in the caller's memory, made by the server's own input function, which raises what it refuses.
unsafe impl BoxRet for JsonbText {
    unsafe fn box_into<'fcx>(self, fcinfo: &mut FcInfo<'fcx>) -> pgrx::datum::Datum<'fcx> {
        let Ok(text) = CString::new(self.0) else { return fcinfo.return_null() };
        // SAFETY: jsonb_in takes a text that ends in a zero byte, and keeps nothing of it.
        unsafe {
            match direct_function_call_as_datum(pg_sys::jsonb_in, &[Some(pg_sys::Datum::from(text.as_ptr()))]) {
                Some(document) => fcinfo.return_raw_datum(document),
                None => fcinfo.return_null(),
            }
        }
    }
}

// SAFETY: functions that return it say so in the SQL that they give themselves.
unsafe impl SqlTranslatable for JsonbText {
    const TYPE_IDENT: &'static str = "JsonbText";
    const TYPE_ORIGIN: TypeOrigin = TypeOrigin::External;
    const ARGUMENT_SQL: Result<SqlMappingRef, ArgumentError> = Ok(SqlMappingRef::Skip);
    const RETURN_SQL: Result<ReturnsRef, ReturnsError> = Ok(ReturnsRef::One(SqlMappingRef::Skip));
}

/// How long a jsonb is that a function of SQL was called with, in bytes of the server's form, before it is fetched or unpacked.
pub fn bytes(document: &AnyElement) -> usize {
    // SAFETY: the argument is declared as jsonb, whose values have a length.
    unsafe { pg_sys::toast_raw_datum_size(document.datum()) }
}

/// What it holds.
pub fn read(document: &AnyElement) -> Option<serde_json::Value> {
    // SAFETY: as above, and it is not null.
    unsafe { pgrx::JsonB::from_datum(document.datum(), false) }.map(|document| document.0)
}
