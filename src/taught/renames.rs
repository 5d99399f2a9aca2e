//! A pair whose SQL names things that are called otherwise now.

use super::{Judged, Known, Pair, TABLE, columns_of};
use crate::error::Error;
use crate::pg::running::query;
use pairs::{Day, Pattern};

/// The old name of something and the new one.
pub type Renaming = (String, String);

impl Pair {
    /// The pair under the names that things have now, with what was renamed, old and new. `None` where nothing was, or where it is
    /// not sure that the SQL under the new names is the same: it has to read the same relations and columns as before.
    pub fn renamed(&self, known: &dyn Known) -> Result<Option<(Self, Vec<Renaming>)>, Error> {
        let rows = query::owner_rows(TABLE, include_str!("renames.sql"), &[Some(&self.id.to_string())])?;
        let change = |row: Vec<Option<String>>| match <[Option<String>; 2]>::try_from(row) {
            Ok([Some(old), Some(new)]) => Some((old, new)),
            _ => None,
        };
        let changes: Vec<Renaming> = rows.into_iter().filter_map(change).collect();
        // One old name with two new ones stands for two things.
        let is_clear = changes.iter().all(|(old, new)| changes.iter().all(|(other, to)| old != other || new == to));
        let quoted = |name: &str| schema::quote_ident(name).to_string();
        let Some(sql) = pairs::renamed(&self.sql, &changes, &quoted).filter(|_| is_clear) else { return Ok(None) };
        let Ok(judged) = known.judge(&sql)? else { return Ok(None) };
        let same = self.reads_the_same(&judged) && self.has_types(&judged);
        // Relative times meant what they meant on the day of teaching.
        let day = Day::parse(&self.on).filter(|_| same);
        let pattern = day.and_then(|day| Pattern::learn(&self.question, &sql, &judged.constants, day).ok());
        let Some(pattern) = pattern else { return Ok(None) };
        let columns = columns_of(&judged.shape);
        Ok(Some((Self { sql, pattern, columns, ..self.clone() }, changes)))
    }

    /// Whether the columns of a result have the types that they had; their names may have changed with what they are made of.
    fn has_types(&self, judged: &Judged) -> bool {
        let now = &judged.shape.0;
        now.len() == self.columns.len()
            && now
                .iter()
                .zip(&self.columns)
                .all(|(now, taught)| taught.strip_suffix(&now.type_name).is_some_and(|name| name.ends_with(' ')))
    }
}
