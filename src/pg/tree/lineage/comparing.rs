//! What a comparison puts together: labelled values with constants, with each other as they stand, or with anything else.

use pgrx::PgList;
use pgrx::pg_sys::{self, NodeTag, SubLinkType};

use super::Walk;
use super::aggregates::is_total;
use super::deciding::terms;
use super::values::{Found, Other, is_plain, orders_as};

impl Walk<'_> {
    /// Whether a condition puts a labelled value together with anything that differs from row to row, other than conditions on
    /// columns of the labelled value's own row. Labelled values of several rows are compared as they stand, or they too could
    /// be told letter by letter.
    pub(super) unsafe fn is_mixed(&self, node: *mut pg_sys::Node, found: &Found) -> bool {
        let is_of_own_row = |other: &Other| found.rows.contains(&(other.level, other.entry));
        !found.labelled.is_empty()
            && (found.has_foreign
                || self.are_of_strangers(&found.labelled)
                || !found.others.iter().all(is_of_own_row)
                // SAFETY: the caller's promise.
                || unsafe { pg_sys::contain_volatile_functions(node) }
                // SAFETY: the caller's promise.
                || unsafe { found.puts_rows_together(node) })
    }
}

impl Found {
    pub fn is_of_several_rows(&self) -> bool {
        self.entries.len() + self.picked.len() > 1
    }

    /// Whether labelled values of several rows are in an expression other than compared as they stand. Where there are grouping sets,
    /// anything but aggregates may be NULL in some of them, so that it differs from one to the next.
    ///
    /// # Safety
    /// `node` is the live expression that was looked at.
    pub unsafe fn puts_rows_together(&self, node: *mut pg_sys::Node) -> bool {
        // SAFETY: the caller's promise.
        let is_free = || unsafe { self.has_computed || !compares_columns(node) };
        // SAFETY: the caller's promise.
        let is_free_in_sets = || unsafe { !is_plain(node) && (self.has_computed || !compares_columns(node)) };
        self.is_of_several_rows() && is_free() || self.has_sets && is_free_in_sets()
    }
}

/// Whether all that a condition compares are columns as they stand, and constants.
///
/// # Safety
/// `node` is live.
pub unsafe fn compares_columns(node: *mut pg_sys::Node) -> bool {
    let mut leaves = Vec::new();
    // SAFETY: the nodes' tags tell their types.
    unsafe {
        terms(node, |_| true, &mut leaves);
        leaves.into_iter().all(|leaf| match (*leaf).type_ {
            NodeTag::T_OpExpr | NodeTag::T_DistinctExpr => {
                let sides = PgList::<pg_sys::Node>::from_pg((*leaf.cast::<pg_sys::OpExpr>()).args);
                compares_order((*leaf.cast::<pg_sys::OpExpr>()).opno) && sides.iter_ptr().all(|side| is_side(side))
            }
            NodeTag::T_SubLink => {
                let link = &*leaf.cast::<pg_sys::SubLink>();
                [SubLinkType::ANY_SUBLINK, SubLinkType::ALL_SUBLINK].contains(&link.subLinkType)
                    && compares_columns(link.testexpr)
            }
            NodeTag::T_NullTest => true,
            _ => false,
        })
    }
}

/// Whether a side of a comparison is a constant, a column or total as it stands, or the result of a subquery, of which
/// `Found::has_computed` tells whether that is one.
///
/// # Safety
/// `node` is live.
unsafe fn is_side(node: *mut pg_sys::Node) -> bool {
    // SAFETY: the node's tag tells its type; exprType knows every expression.
    unsafe {
        let inner: *mut pg_sys::Node = match (*node).type_ {
            NodeTag::T_Const | NodeTag::T_Param => return true,
            NodeTag::T_SubLink => return (*node.cast::<pg_sys::SubLink>()).subLinkType == SubLinkType::EXPR_SUBLINK,
            NodeTag::T_RelabelType => (*node.cast::<pg_sys::RelabelType>()).arg.cast(),
            NodeTag::T_FuncExpr => match widened(node.cast()) {
                Some(inner) => inner,
                None => return false,
            },
            _ => return is_plain(node) || is_total(node),
        };
        is_side(inner) && orders_as(node, inner)
    }
}

/// What the server by itself makes another of its types of, as integers are of numerics: values keep their order.
///
/// # Safety
/// `cast` is live.
unsafe fn widened(cast: *mut pg_sys::FuncExpr) -> Option<*mut pg_sys::Node> {
    // SAFETY: the caller's promise.
    unsafe {
        let is_own = (*cast).funcid.to_u32() < pg_sys::FirstNormalObjectId
            && (*cast).funcresulttype.to_u32() < pg_sys::FirstNormalObjectId;
        let is_cast = (*cast).funcformat == pg_sys::CoercionForm::COERCE_IMPLICIT_CAST;
        PgList::<pg_sys::Node>::from_pg((*cast).args).get_ptr(0).filter(|_| is_own && is_cast)
    }
}

/// Whether an operator tells how two values are ordered or that they are equal, and nothing of their parts. Only superusers make
/// operators known as such.
fn compares_order(operator: pg_sys::Oid) -> bool {
    // SAFETY: in a transaction; looks the operator up.
    #[cfg(not(feature = "pg18"))]
    let known = unsafe { pg_sys::get_op_btree_interpretation(operator) };
    #[cfg(feature = "pg18")]
    let known = unsafe { pg_sys::get_op_index_interpretation(operator) };
    !known.is_null()
}

/// Whether a node's value is that of its parts and nothing else, as far as its functions are not volatile: from row to row it differs
/// where they do. What is not known to be so may be anything.
pub fn is_made_of_its_parts(tag: NodeTag) -> bool {
    use NodeTag::*;
    #[cfg(any(feature = "pg17", feature = "pg18"))]
    if [T_JsonExpr, T_JsonBehavior].contains(&tag) {
        return true;
    }
    #[cfg(any(feature = "pg16", feature = "pg17", feature = "pg18"))]
    if [T_JsonValueExpr, T_JsonConstructorExpr, T_JsonIsPredicate, T_JsonFormat, T_JsonReturning].contains(&tag) {
        return true;
    }
    matches!(
        tag,
        T_Const
            | T_Param
            | T_List
            | T_TargetEntry
            | T_NamedArgExpr
            | T_Aggref
            | T_SubLink
            | T_SubscriptingRef
            | T_DistinctExpr
            | T_NullIfExpr
            | T_ScalarArrayOpExpr
            | T_BoolExpr
            | T_FieldStore
            | T_RelabelType
            | T_CoerceViaIO
            | T_ArrayCoerceExpr
            | T_ConvertRowtypeExpr
            | T_CollateExpr
            | T_CaseExpr
            | T_CaseWhen
            | T_CaseTestExpr
            | T_ArrayExpr
            | T_RowExpr
            | T_RowCompareExpr
            | T_CoalesceExpr
            | T_MinMaxExpr
            | T_SQLValueFunction
            | T_XmlExpr
            | T_NullTest
            | T_BooleanTest
            | T_CoerceToDomain
            | T_CoerceToDomainValue
            | T_TableFunc
            | T_TableSampleClause
            | T_SortGroupClause
    )
}
