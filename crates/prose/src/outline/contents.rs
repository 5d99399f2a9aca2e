//! Looks for an expression anywhere in a statement.

use super::{Body, EntryKind, Expr, FromItem, Grouping, Query, Select, SortKey};

impl Select {
    /// Whether an expression of this SELECT, or of a query in it, passes a test.
    pub fn holds(&self, test: &dyn Fn(&Expr) -> bool) -> bool {
        let mut all = self.columns.iter().map(|column| &column.value).chain(&self.filter).chain(&self.having);
        all.any(|value| value.holds(test))
            || self.grouping.iter().any(|grouping| grouping.holds(test))
            || self.from.iter().any(|item| item.holds(test))
    }
}

impl Query {
    fn holds(&self, test: &dyn Fn(&Expr) -> bool) -> bool {
        let body = match &self.body {
            Body::Select(select) => select.holds(test),
            Body::Set { parts, .. } => parts.iter().any(|part| part.holds(test)),
            // What is in it is not known.
            Body::TooDeep => true,
        };
        body || self.ctes.iter().any(|cte| cte.query.holds(test))
    }
}

impl Grouping {
    fn holds(&self, test: &dyn Fn(&Expr) -> bool) -> bool {
        match self {
            Self::By(values) => values.iter().any(|value| value.holds(test)),
            Self::Rollup(all) | Self::Cube(all) | Self::Sets(all) => all.iter().any(|one| one.holds(test)),
        }
    }
}

impl FromItem {
    fn holds(&self, test: &dyn Fn(&Expr) -> bool) -> bool {
        match self {
            Self::Join { left, right, on, .. } => {
                left.holds(test) || right.holds(test) || on.iter().any(|on| on.holds(test))
            }
            Self::Entry { kind, .. } => match kind {
                EntryKind::Subquery(query) => query.holds(test),
                EntryKind::Functions(calls) => calls.iter().any(|call| call.holds(test)),
                EntryKind::Values(rows) => rows.iter().flatten().any(|value| value.holds(test)),
                EntryKind::Table | EntryKind::View | EntryKind::Cte | EntryKind::Other(_) => false,
            },
        }
    }
}

impl Expr {
    /// Whether the expression or one in it passes a test.
    pub fn holds(&self, test: &dyn Fn(&Self) -> bool) -> bool {
        let in_any = |values: &[Self]| values.iter().any(|value| value.holds(test));
        let in_keys = |keys: &[SortKey]| keys.iter().any(|key| key.value.holds(test));
        test(self)
            || match self {
                Self::Column { .. } | Self::Row(_) | Self::Constant { .. } | Self::CaseTest | Self::Other(_) => false,
                Self::Call { args, .. } | Self::Operator { args, .. } => in_any(args),
                Self::Compare { sides, .. } => sides.0.holds(test) || sides.1.holds(test),
                Self::And(all) | Self::Or(all) | Self::Array(all) | Self::Tuple(all) | Self::GroupingOf(all) => {
                    in_any(all)
                }
                Self::Not(value)
                | Self::IsNull(value)
                | Self::Is { value, .. }
                | Self::Cast { value, .. }
                | Self::Field { value, .. } => value.holds(test),
                Self::Between { value, bounds } => value.holds(test) || bounds.0.holds(test) || bounds.1.holds(test),
                Self::In { value, list } => value.holds(test) || in_any(list),
                Self::Any { values, of, .. } => in_any(values) || of.holds(test),
                Self::Like { value, pattern, .. } => value.holds(test) || pattern.holds(test),
                Self::Aggregate(call) => {
                    in_any(&call.direct_args)
                        || in_any(&call.args)
                        || in_keys(&call.order)
                        || call.filter.iter().any(|filter| filter.holds(test))
                }
                Self::Window(window) => {
                    in_any(&window.call.args) || in_any(&window.partition) || in_keys(&window.order)
                }
                Self::Case { arms, otherwise, value } => {
                    arms.iter().any(|(when, then)| when.holds(test) || then.holds(test))
                        || otherwise.iter().chain(value).any(|value| value.holds(test))
                }
                Self::Subquery(query) | Self::ArrayOf(query) | Self::Exists(query) => query.holds(test),
                Self::Element { value, indexes } => value.holds(test) || in_any(indexes),
            }
    }
}
