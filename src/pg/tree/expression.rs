//! One expression over the rows of a relation, as the server reads it and would write it itself.

use std::ffi::CString;

use pgrx::pg_sys;
use pgrx::{PgList, pg_sys::NodeTag};

use crate::error::Error;
use crate::pg::host::text::{c_string, owned};
use crate::pg::running::sandbox::{Sandbox, write_for_every_session};

/// An expression, written anew.
pub struct Expression {
    /// With every name in full.
    pub sql: String,
    pub is_boolean: bool,
    /// It makes one value of many rows.
    pub aggregates: bool,
    /// It gives one value, and looks at no rows around the one at hand.
    pub is_plain: bool,
}

/// The expression of `SELECT (expression) FROM relation`, in which `row` stands for the relation's row. `None` where the statement is
/// anything else. It must have been judged: analysis already runs code of types.
pub fn read(_: &Sandbox<'_>, sql: &str, relation: u32, row: &str) -> Result<Option<Expression>, Error> {
    let (text, row) = (c_string(sql)?, c_string(row)?);
    // SAFETY: all of these allocate in the current memory context, which the sandbox's rollback frees. The text is one statement,
    // as it was judged.
    unsafe {
        let query = &*analyzed(&text)?;
        let outputs = PgList::<pg_sys::TargetEntry>::from_pg(query.targetList);
        let (Some(output), 1) = (outputs.get_ptr(0), outputs.len()) else { return Ok(None) };
        if !reads_only(query, relation) {
            return Ok(None);
        }
        write_for_every_session();
        let value = (*output).expr.cast::<pg_sys::Node>();
        let context = pg_sys::deparse_context_for(row.as_ptr(), pg_sys::Oid::from(relation));
        let sql = owned(pg_sys::deparse_expression(value, context, true, false)).unwrap_or_default();
        Ok(Some(Expression {
            sql,
            is_boolean: pg_sys::exprType(value) == pg_sys::BOOLOID,
            aggregates: query.hasAggs,
            is_plain: !query.hasWindowFuncs && !query.hasTargetSRFs,
        }))
    }
}

/// # Safety
/// In a transaction; the text is one statement.
pub(super) unsafe fn analyzed(text: &CString) -> Result<*mut pg_sys::Query, Error> {
    // SAFETY: as for the caller.
    unsafe {
        let list = pg_sys::raw_parser(text.as_ptr(), pg_sys::RawParseMode::RAW_PARSE_DEFAULT);
        let statements = PgList::<pg_sys::RawStmt>::from_pg(list);
        let Some(raw) = statements.get_ptr(0) else { return Err(Error::StatementCount(0)) };
        let (types, environment) = (std::ptr::null(), std::ptr::null_mut());
        Ok(pg_sys::parse_analyze_fixedparams(raw, text.as_ptr(), types, 0, environment))
    }
}

/// Whether a query does nothing but read this one relation.
///
/// # Safety
/// `query` is an analyzed query.
unsafe fn reads_only(query: &pg_sys::Query, relation: u32) -> bool {
    // SAFETY: the lists and nodes of an analyzed query are of the types that parsenodes.h gives them.
    unsafe {
        let tables = PgList::<pg_sys::RangeTblEntry>::from_pg(query.rtable);
        let (Some(table), Some(from)) = (tables.get_ptr(0), query.jointree.as_ref()) else { return false };
        let sources = PgList::<pg_sys::Node>::from_pg(from.fromlist);
        let one = sources.get_ptr(0).is_some_and(|source| (*source).type_ == NodeTag::T_RangeTblRef);
        let nothing = [query.cteList, query.groupClause, query.groupingSets, query.windowClause, query.distinctClause];
        let nothing = nothing.iter().chain([&query.sortClause, &query.rowMarks]).all(|list| list.is_null());
        let no_more = [query.havingQual, query.limitOffset, query.limitCount, query.setOperations, from.quals];
        query.commandType == pg_sys::CmdType::CMD_SELECT
            && (one && sources.len() == 1)
            && (*table).rtekind == pg_sys::RTEKind::RTE_RELATION
            && (*table).relid.to_u32() == relation
            && nothing
            && no_more.iter().all(|node| node.is_null())
    }
}
