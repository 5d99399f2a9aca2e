//! What to show of a row that a group or a list is about.

use crate::catalog::join_graph::JoinEdge;
use crate::catalog::schema_view::SchemaView;
use crate::query::tree::ColumnId;

impl SchemaView<'_> {
    /// The columns that tell the rows of a relation apart for people: the display columns, or what other relations refer to
    /// them by.
    pub fn label_columns(&self, relation: usize) -> Vec<ColumnId> {
        let referred = |(_, edge): (usize, &JoinEdge)| match edge.columns.as_slice() {
            [(_, to)] => self.column_named(relation, to).filter(|id| self.is_text(*id) && !self.is_key(*id)),
            _ => None,
        };
        let shown = self.display_columns(relation);
        match self.keys_to(relation).find_map(referred).filter(|_| shown.is_empty()) {
            Some(column) => vec![column],
            None => shown,
        }
    }
}
