//! What a sum of money is made of, where the question left that open.

use super::columns::{Column, Role, aggregate, top_select};
use super::leaders::{INCOME, is_income};
use super::phrases::uncast;
use super::{Told, capital, nouns, question_words};
use crate::outline::{EntryKind, Expr, FromItem, Select};

/// Whether a column may be spoken of that the statement does not name: whoever tells an answer leaves those columns out of the
/// outline that the asker may not read.
pub fn speaks_of(column: &str) -> bool {
    is_status(column) || nouns::is_quantity(column)
}

fn is_status(column: &str) -> bool {
    column.ends_with("status")
}

impl Told<'_> {
    /// `Orders of any status are counted.`, or that payments were added up where revenue was asked for.
    pub(super) fn what_counts(&self) -> Option<String> {
        let is_sum =
            |column: &&Column| column.role == Role::Measure && column.counted.is_none() && column.sum().is_some();
        let column = self.columns.iter().find(is_sum)?;
        let is_nothing = self.times.iter().any(|time| time.is_beyond());
        if self.facts.outline.query.limit.is_some() || self.is_empty() || is_nothing {
            return None;
        }
        if let Some(rows) = column.sum()?.strip_prefix("total of ") {
            let said = INCOME.iter().find(|word| question_words::has(self.facts.question, word))?;
            return Some(format!("{} here is the total of {rows}.", capital(said)));
        }
        self.any_status(column).filter(|_| column.sum().is_some_and(is_income))
    }

    /// Where the rows that are added up have a status, and the statement does not look at it.
    fn any_status(&self, column: &Column) -> Option<String> {
        let select = top_select(&self.facts)?;
        let output = select.columns.iter().find(|output| output.name == column.name)?;
        let Expr::Column { entry: Some(entry), .. } = uncast(aggregate(&output.value)?.args.first()?) else {
            return None;
        };
        let of = self.facts.outline.entries.get(*entry)?;
        let status = of.columns.iter().find(|name| is_status(name))?;
        let looks_at = |value: &Expr| {
            matches!(value, Expr::Row(of) if of == entry)
                || matches!(value, Expr::Column { entry: Some(of), name } if of == entry && name == status)
        };
        let is_open = is_table(select, *entry) && !select.holds(&looks_at);
        let rows = capital(&super::columns::spoken_relation(&of.name));
        is_open.then(|| format!("{rows} of any status are counted."))
    }
}

impl Column {
    /// What it is the sum of, where it is one.
    fn sum(&self) -> Option<&str> {
        self.adds_up.then(|| self.timed.as_ref().map_or(self.noun.as_str(), |timed| timed.what.as_str()))
    }
}

/// Whether an entry is a table: a view may choose its rows.
fn is_table(select: &Select, entry: usize) -> bool {
    fn holds(item: &FromItem, entry: usize) -> bool {
        match item {
            FromItem::Entry { entry: one, kind, .. } => *one == entry && matches!(kind, EntryKind::Table),
            FromItem::Join { left, right, .. } => holds(left, entry) || holds(right, entry),
        }
    }
    select.from.iter().any(|item| holds(item, entry))
}
