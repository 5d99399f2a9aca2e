//! The conditions and values of a statement that speak of the rows of one relation, each as an expression by itself.

use pgrx::pg_sys;
use pgrx::{PgList, pg_sys::NodeTag};

use super::expression::analyzed;
use crate::error::Error;
use crate::pg::host::text::{c_string, owned};
use crate::pg::running::sandbox::{Sandbox, write_for_every_session};

/// A condition that all rows of a statement have to meet, or a value that it computes of many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    pub schema: String,
    pub relation: String,
    /// As the server writes it, with every name in full.
    pub sql: String,
    /// It makes one value of many rows; else it is a condition.
    pub aggregates: bool,
}

/// The pieces of a statement, in which `row` stands for the relation's row. It must have been judged: analysis already runs code of
/// types. Subqueries in FROM, set operations, and what stands in the condition of an outer join are not taken apart.
pub fn pieces(_: &Sandbox<'_>, sql: &str, row: &str) -> Result<Vec<Piece>, Error> {
    let (text, row) = (c_string(sql)?, c_string(row)?);
    // SAFETY: all of these allocate in the current memory context, which the sandbox's rollback frees. The text is one statement,
    // as it was judged; the nodes of an analyzed query are of the types that parsenodes.h gives them.
    unsafe {
        let query = &*analyzed(&text)?;
        if !query.setOperations.is_null() || !query.groupingSets.is_null() {
            return Ok(Vec::new());
        }
        let mut found = Vec::new();
        conditions_of(query.jointree.cast(), &mut found);
        let mut nodes: Vec<(*mut pg_sys::Node, bool)> = found.into_iter().map(|node| (node, false)).collect();
        if query.hasAggs && !query.hasWindowFuncs && !query.hasTargetSRFs {
            let outputs = PgList::<pg_sys::TargetEntry>::from_pg(query.targetList);
            let values = outputs.iter_ptr().filter(|output| !(**output).resjunk).map(|output| (*output).expr.cast());
            nodes.extend(values.filter(|value| pg_sys::contain_aggs_of_level(*value, 0)).map(|value| (value, true)));
        }
        write_for_every_session();
        Ok(nodes.into_iter().filter_map(|(node, aggregates)| piece(query, node, aggregates, &row)).collect())
    }
}

/// Adds what every row has to meet.
///
/// # Safety
/// `node` is a part of the join tree of an analyzed query, or of a condition in it.
unsafe fn conditions_of(node: *mut pg_sys::Node, into: &mut Vec<*mut pg_sys::Node>) {
    // SAFETY: the node's own tag says what it is; the server limits how deeply they are nested.
    unsafe {
        let Some(tag) = node.as_ref().map(|node| node.type_) else { return };
        match tag {
            NodeTag::T_FromExpr => {
                let from = &*node.cast::<pg_sys::FromExpr>();
                PgList::<pg_sys::Node>::from_pg(from.fromlist).iter_ptr().for_each(|item| conditions_of(item, into));
                conditions_of(from.quals, into);
            }
            NodeTag::T_JoinExpr => {
                let join = &*node.cast::<pg_sys::JoinExpr>();
                if join.jointype == pg_sys::JoinType::JOIN_INNER {
                    [join.larg, join.rarg, join.quals].into_iter().for_each(|part| conditions_of(part, into));
                }
            }
            NodeTag::T_BoolExpr if (*node.cast::<pg_sys::BoolExpr>()).boolop == pg_sys::BoolExprType::AND_EXPR => {
                let parts = PgList::<pg_sys::Node>::from_pg((*node.cast::<pg_sys::BoolExpr>()).args);
                parts.iter_ptr().for_each(|part| conditions_of(part, into));
            }
            NodeTag::T_RangeTblRef => {}
            _ => into.push(node),
        }
    }
}

/// An expression of a query as one over the rows of a relation, where it is about one relation.
///
/// # Safety
/// `node` is an expression of the analyzed query.
unsafe fn piece(
    query: &pg_sys::Query,
    node: *mut pg_sys::Node,
    aggregates: bool,
    row: &std::ffi::CStr,
) -> Option<Piece> {
    // SAFETY: as for the caller; range table indexes begin at 1, and the copy is changed in place of the original.
    unsafe {
        let entries = PgList::<pg_sys::RangeTblEntry>::from_pg(query.rtable);
        let mut only = 0;
        let named = pg_sys::pull_varnos(std::ptr::null_mut(), node);
        if named.is_null() && aggregates && entries.len() == 1 {
            // count(*) counts the rows of what is read.
            only = 1;
        } else if !pg_sys::bms_get_singleton_member(named, &mut only) {
            return None;
        }
        let entry = &*entries.get_ptr(usize::try_from(only).ok()?.checked_sub(1)?)?;
        if entry.rtekind != pg_sys::RTEKind::RTE_RELATION {
            return None;
        }
        let copy = pg_sys::copyObjectImpl(node.cast()).cast::<pg_sys::Node>();
        pg_sys::ChangeVarNodes(copy, only, 1, 0);
        let context = pg_sys::deparse_context_for(row.as_ptr(), entry.relid);
        Some(Piece {
            schema: owned(pg_sys::get_namespace_name(pg_sys::get_rel_namespace(entry.relid)))?,
            relation: owned(pg_sys::get_rel_name(entry.relid))?,
            sql: owned(pg_sys::deparse_expression(copy, context, true, false))?,
            aggregates,
        })
    }
}
