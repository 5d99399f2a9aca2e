//! A row as one json object, as `row_to_json` would print it, without looking every type up again for every row.
//!
//! Values are printed by their types' own output functions; what is not a plain scalar goes through the server's
//! `to_json`. The rules are those of `datum_to_json` and `escape_json` in json.c.

use std::collections::BTreeSet;
use std::ffi::CStr;

use crate::error::Error;
use crate::pg::host::report;
use crate::pg::host::tuple_desc::attribute;
use pgrx::pg_sys;
use pgrx::varlena::{set_varsize_4b, varatt_is_1b, varatt_is_1b_e, varatt_is_4b_u, vardata_any, varsize_any_exhdr};

/// `to_json(anyelement)`; the number is fixed in pg_proc.dat for all versions.
const TO_JSON: pg_sys::Oid = pg_sys::Oid::from_u32(3176);
/// The header of a varlena whose length is still to come.
const HEADER: [u8; pg_sys::VARHDRSZ] = [0; pg_sys::VARHDRSZ];

/// A datum has fewer bytes than this, its header included (MaxAllocSize in memutils.h).
const MAX_VARLENA: usize = 0x3fff_ffff;

/// How the values of one column become json.
enum ValueFormat {
    Boolean,
    /// Printed bare where it is a number, quoted where it is not (`NaN`, `Infinity`).
    Number(pg_sys::FmgrInfo),
    /// A varlena whose bytes are the text.
    Text,
    /// Not shown, NULL or not.
    Masked,
    /// Through `to_json`, which returns a varlena.
    Other(pg_sys::FmgrInfo),
}

struct Field {
    /// What stands before the value: the comma or bracket, and `"name":` in an object.
    key: Vec<u8>,
    format: ValueFormat,
}

/// The json that a row becomes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Layout {
    Object,
    /// Without names, so that columns of the same name stay apart.
    Array,
}

impl Layout {
    fn brackets(self) -> (u8, u8) {
        if self == Self::Object { (b'{', b'}') } else { (b'[', b']') }
    }
}

/// Makes json of rows of one shape, in a buffer of its own.
pub struct RowEncoder {
    fields: Vec<Field>,
    layout: Layout,
    buffer: Vec<u8>,
}

impl RowEncoder {
    /// # Safety
    /// `shape` is a live tuple descriptor; what is looked up lives in the current memory context, which must outlive
    /// the encoder. The values of `masked` columns, counted from 0, are not shown.
    pub unsafe fn new(shape: pg_sys::TupleDesc, masked: &BTreeSet<usize>, layout: Layout) -> Self {
        // SAFETY: the caller's promise; attribute numbers below natts exist.
        let fields = unsafe {
            (0..(*shape).natts as usize)
                .map(|at| {
                    let attribute = attribute(shape, at);
                    let mut key = vec![if at == 0 { layout.brackets().0 } else { b',' }];
                    if layout == Layout::Object {
                        escape(CStr::from_ptr(attribute.attname.data.as_ptr()).to_bytes(), &mut key);
                        key.push(b':');
                    }
                    let format = if masked.contains(&at) { ValueFormat::Masked } else { format(attribute.atttypid) };
                    Field { key, format }
                })
                .collect()
        };
        Self { fields, layout, buffer: Vec::with_capacity(256) }
    }

    /// The row as a `json` datum, valid until the next call. Its length in bytes comes with it.
    ///
    /// # Safety
    /// `values` and `nulls` hold one row of the shape given to `new`.
    pub unsafe fn encode(&mut self, values: *const pg_sys::Datum, nulls: *const bool) -> (pg_sys::Datum, usize) {
        self.buffer.clear();
        self.buffer.extend_from_slice(&HEADER);
        for (at, field) in self.fields.iter_mut().enumerate() {
            self.buffer.extend_from_slice(&field.key);
            // SAFETY: the caller's promise.
            unsafe {
                if *nulls.add(at) && !matches!(field.format, ValueFormat::Masked) {
                    self.buffer.extend_from_slice(b"null");
                } else {
                    append(&mut field.format, *values.add(at), &mut self.buffer);
                }
            }
            if self.buffer.len() >= MAX_VARLENA {
                let error = Error::RowTooLarge { limit: MAX_VARLENA };
                report::raise(error);
            }
        }
        let (open, close) = self.layout.brackets();
        if self.fields.is_empty() {
            self.buffer.push(open);
        }
        self.buffer.push(close);
        let length = self.buffer.len();
        // SAFETY: the buffer begins with room for the header; a Vec's allocation is aligned for it by the allocator.
        unsafe { set_varsize_4b(self.buffer.as_mut_ptr().cast(), length as i32) };
        (pg_sys::Datum::from(self.buffer.as_mut_ptr()), length - HEADER.len())
    }
}

/// # Safety
/// As for [`RowEncoder::new`].
unsafe fn format(of: pg_sys::Oid) -> ValueFormat {
    // SAFETY: looks up built-in functions that exist in every database.
    unsafe {
        let mut function = pg_sys::FmgrInfo::default();
        match of {
            pg_sys::BOOLOID => ValueFormat::Boolean,
            pg_sys::TEXTOID | pg_sys::VARCHAROID | pg_sys::BPCHAROID => ValueFormat::Text,
            pg_sys::INT2OID
            | pg_sys::INT4OID
            | pg_sys::INT8OID
            | pg_sys::FLOAT4OID
            | pg_sys::FLOAT8OID
            | pg_sys::NUMERICOID => {
                let (mut output, mut is_varlena) = (pg_sys::InvalidOid, false);
                pg_sys::getTypeOutputInfo(of, &mut output, &mut is_varlena);
                pg_sys::fmgr_info(output, &mut function);
                ValueFormat::Number(function)
            }
            _ => {
                pg_sys::fmgr_info(TO_JSON, &mut function);
                // A polymorphic function learns its argument's type from the expression that calls it.
                let argument = pg_sys::makeNullConst(of, -1, pg_sys::InvalidOid);
                let mut arguments = pgrx::PgList::<pg_sys::Const>::new();
                arguments.push(argument);
                let call = pg_sys::makeFuncExpr(
                    TO_JSON,
                    pg_sys::JSONOID,
                    arguments.into_pg(),
                    pg_sys::InvalidOid,
                    pg_sys::InvalidOid,
                    pg_sys::CoercionForm::COERCE_EXPLICIT_CALL,
                );
                function.fn_expr = call.cast();
                ValueFormat::Other(function)
            }
        }
    }
}

/// # Safety
/// `value` is of the type that `format` was made for, and not null.
unsafe fn append(format: &mut ValueFormat, value: pg_sys::Datum, buffer: &mut Vec<u8>) {
    // SAFETY: the caller's promise; what the calls allocate lives in the row's memory context.
    unsafe {
        match format {
            ValueFormat::Masked => buffer.extend_from_slice(b"\"***\""),
            ValueFormat::Boolean => buffer.extend_from_slice(if value.value() == 0 { b"false" } else { b"true" }),
            ValueFormat::Number(output) => {
                let text = CStr::from_ptr(pg_sys::OutputFunctionCall(output, value)).to_bytes();
                let digits = text.strip_prefix(b"-").unwrap_or(text);
                if digits.first().is_some_and(u8::is_ascii_digit) {
                    buffer.extend_from_slice(text);
                } else {
                    escape(text, buffer);
                }
            }
            ValueFormat::Text => escape(bytes(value), buffer),
            ValueFormat::Other(to_json) => {
                let json = pg_sys::FunctionCall1Coll(to_json, pg_sys::InvalidOid, value);
                buffer.extend_from_slice(bytes(json));
            }
        }
    }
}

/// The bytes of a varlena, uncompressed and in line.
///
/// # Safety
/// `value` is a varlena datum; the bytes live as long as it and the current memory context.
pub unsafe fn bytes<'a>(value: pg_sys::Datum) -> &'a [u8] {
    // SAFETY: the caller's promise.
    unsafe {
        let stored: *mut pg_sys::varlena = value.cast_mut_ptr();
        let in_line = varatt_is_4b_u(stored) || varatt_is_1b(stored) && !varatt_is_1b_e(stored);
        let plain = if in_line { stored } else { pg_sys::pg_detoast_datum_packed(stored) };
        std::slice::from_raw_parts(vardata_any(plain).cast(), varsize_any_exhdr(plain))
    }
}

/// `escape_json` in json.c.
fn escape(text: &[u8], buffer: &mut Vec<u8>) {
    buffer.push(b'"');
    let mut from = 0;
    for (at, &byte) in text.iter().enumerate() {
        if byte >= b' ' && byte != b'"' && byte != b'\\' {
            continue;
        }
        buffer.extend_from_slice(&text[from..at]);
        from = at + 1;
        // `encode` refuses what is so long.
        if buffer.len() >= MAX_VARLENA {
            return;
        }
        match byte {
            b'"' | b'\\' => buffer.extend_from_slice(&[b'\\', byte]),
            0x08 => buffer.extend_from_slice(b"\\b"),
            0x0c => buffer.extend_from_slice(b"\\f"),
            b'\n' => buffer.extend_from_slice(b"\\n"),
            b'\r' => buffer.extend_from_slice(b"\\r"),
            b'\t' => buffer.extend_from_slice(b"\\t"),
            _ => buffer.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
        }
    }
    buffer.extend_from_slice(&text[from..]);
    buffer.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn text_is_escaped_as_the_server_does() {
        let mut buffer = Vec::new();
        escape("a\"b\\c\n\u{1}é\u{7f}/".as_bytes(), &mut buffer);
        assert_eq!(String::from_utf8(buffer).unwrap(), "\"a\\\"b\\\\c\\n\\u0001é\u{7f}/\"");
    }
}
