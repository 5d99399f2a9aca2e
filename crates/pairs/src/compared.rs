//! What each constant of a statement is compared with, read from its outline.

use std::collections::HashMap;

use prose::outline::{
    AggregateCall, Body, Comparison, EntryKind, Expr, FromItem, Grouping, Outline, Place, Query, SortKey,
};
use serde::{Deserialize, Serialize};

use crate::same_statement::mirrored;

/// A column of a table or view.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    pub schema: String,
    pub relation: String,
    pub name: String,
}

/// A constant of the statement.
#[derive(Debug, Clone, PartialEq)]
pub struct Compared {
    /// `pg_type.typcategory`.
    pub category: char,
    /// The column that it is compared with by itself.
    pub column: Option<Column>,
    /// How it is compared, with a column or anything else; the column, or whatever it is, on the left.
    pub comparison: Option<Comparison>,
}

/// The constants by their places in the text, in bytes.
pub type Constants = HashMap<usize, Compared>;

/// Reads them from the outline of a statement.
pub fn constants(outline: &Outline) -> Constants {
    let mut walk = Walk { outline, found: Constants::new() };
    walk.query(&outline.query);
    walk.found
}

struct Walk<'o> {
    outline: &'o Outline,
    found: Constants,
}

impl Walk<'_> {
    fn query(&mut self, query: &Query) {
        query.ctes.iter().for_each(|cte| self.query(&cte.query));
        match &query.body {
            Body::Select(select) => {
                select.from.iter().for_each(|item| self.from(item));
                self.all(select.filter.iter().chain(&select.having));
                self.all(select.columns.iter().map(|column| &column.value));
                select.grouping.iter().for_each(|grouping| self.grouping(grouping));
            }
            Body::Set { parts, .. } => parts.iter().for_each(|part| self.query(part)),
            Body::TooDeep => {}
        }
        self.sorted(&query.order);
        self.all(query.limit.iter().chain(&query.offset));
    }

    fn from(&mut self, item: &FromItem) {
        match item {
            FromItem::Entry { kind: EntryKind::Subquery(query), .. } => self.query(query),
            FromItem::Entry { kind: EntryKind::Functions(calls), .. } => self.all(calls),
            FromItem::Entry { kind: EntryKind::Values(rows), .. } => self.all(rows.iter().flatten()),
            FromItem::Entry { .. } => {}
            FromItem::Join { left, right, on, .. } => {
                self.from(left);
                self.from(right);
                self.all(on);
            }
        }
    }

    fn grouping(&mut self, grouping: &Grouping) {
        match grouping {
            Grouping::By(values) => self.all(values),
            Grouping::Rollup(inner) | Grouping::Cube(inner) | Grouping::Sets(inner) => {
                inner.iter().for_each(|grouping| self.grouping(grouping));
            }
        }
    }

    fn sorted(&mut self, keys: &[SortKey]) {
        self.all(keys.iter().map(|key| &key.value));
    }

    fn all<'e>(&mut self, values: impl IntoIterator<Item = &'e Expr>) {
        values.into_iter().for_each(|value| self.value(value));
    }

    fn value(&mut self, value: &Expr) {
        match value {
            Expr::Constant { category, at, .. } => self.note(*at, *category, None, None),
            Expr::Compare { comparison, sides, .. } => {
                self.compared(&sides.0, &sides.1, *comparison);
                self.compared(&sides.1, &sides.0, mirrored(*comparison));
            }
            Expr::Between { value, bounds } => {
                self.compared(&bounds.0, value, Comparison::LessOrEqual);
                self.compared(&bounds.1, value, Comparison::GreaterOrEqual);
                self.value(value);
            }
            Expr::In { value, list } => {
                list.iter().for_each(|one| self.compared(one, value, Comparison::Equal));
                self.value(value);
            }
            Expr::And(values) | Expr::Or(values) | Expr::Array(values) | Expr::Tuple(values) => self.all(values),
            Expr::GroupingOf(values) => self.all(values),
            Expr::Call { args, .. } | Expr::Operator { args, .. } => self.all(args),
            Expr::Not(inner) | Expr::IsNull(inner) => self.value(inner),
            Expr::Is { value, .. } | Expr::Cast { value, .. } | Expr::Field { value, .. } => self.value(value),
            Expr::Any { values, of, .. } => {
                self.all(values);
                self.value(of);
            }
            Expr::Like { value, pattern, .. } => self.all([&**value, &**pattern]),
            Expr::Aggregate(call) => self.aggregate(call),
            Expr::Window(window) => {
                self.aggregate(&window.call);
                self.all(&window.partition);
                self.sorted(&window.order);
            }
            Expr::Case { arms, otherwise, value } => {
                self.all(arms.iter().flat_map(|(condition, result)| [condition, result]));
                self.all(otherwise.iter().chain(value).map(|inner| &**inner));
            }
            Expr::Subquery(query) | Expr::ArrayOf(query) | Expr::Exists(query) => self.query(query),
            Expr::Element { value, indexes } => {
                self.value(value);
                self.all(indexes);
            }
            Expr::Column { .. } | Expr::Row(_) | Expr::CaseTest | Expr::Other(_) => {}
        }
    }

    fn aggregate(&mut self, call: &AggregateCall) {
        self.all(call.direct_args.iter().chain(&call.args).chain(&call.filter));
        self.sorted(&call.order);
    }

    /// One side of a comparison, where it is a constant; anything else is gone through.
    fn compared(&mut self, one: &Expr, other: &Expr, comparison: Comparison) {
        match one {
            Expr::Constant { category, at, .. } => {
                self.note(*at, *category, self.column(other), Some(mirrored(comparison)));
            }
            one => self.value(one),
        }
    }

    fn column(&self, value: &Expr) -> Option<Column> {
        let Expr::Column { entry: Some(entry), name } = value else { return None };
        let (schema, relation) = self.outline.entries.get(*entry)?.relation.clone()?;
        Some(Column { schema, relation, name: name.clone() })
    }

    fn note(&mut self, at: Place, category: char, column: Option<Column>, comparison: Option<Comparison>) {
        if let Some(at) = at.0.and_then(|at| usize::try_from(at).ok()) {
            self.found.insert(at, Compared { category, column, comparison });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use prose::outline::{RangeTableEntry, Select};

    fn constant(at: u32) -> Expr {
        Expr::Constant { text: Some("5".into()), category: 'N', at: Place(Some(at)) }
    }

    #[test]
    fn a_constant_knows_its_column_and_its_side() {
        let relation = Some(("public".to_owned(), "orders".to_owned()));
        let entry =
            RangeTableEntry { name: "orders".into(), alias: "o".into(), relation, ..RangeTableEntry::default() };
        let column = || Expr::Column { entry: Some(0), name: "total".into() };
        let compare =
            |one, other| Expr::Compare { comparison: Comparison::Less, category: 'N', sides: Box::new((one, other)) };
        let filter = Expr::And(vec![compare(column(), constant(7)), compare(constant(9), column())]);
        let select = Select { filter: Some(filter), ..Select::default() };
        let query = Query { body: Body::Select(Box::new(select)), limit: Some(constant(11)), ..Query::default() };
        let found = constants(&Outline { query, entries: vec![entry], scopes: vec![None], relations: Vec::new() });
        assert_eq!(found[&7].comparison, Some(Comparison::Less));
        assert_eq!(found[&9].comparison, Some(Comparison::Greater));
        assert_eq!(found[&9].column.as_ref().map(|column| column.name.as_str()), Some("total"));
        assert_eq!((found[&11].comparison, found[&11].column.is_none()), (None, true));
    }
}
