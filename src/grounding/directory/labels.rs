//! Which relations and columns security labels hide, whoever asks.

use std::collections::{HashMap, HashSet};

use crate::error::Error;
use crate::pg::host::{catalogs, invalidation, label_provider};
use crate::pg::running::query;

#[derive(Default)]
pub struct Labels {
    /// What they were read with: the labels' stamp, as SECURITY LABEL sends no message, and the generation, as labels hold for
    /// parents and children too.
    read_at: Option<(u64, u64)>,
    /// Changes with every label. What parents and children have of them changes with messages of the server.
    pub fingerprint: u64,
    hidden: HashSet<u32>,
    hidden_columns: HashMap<u32, Vec<u16>>,
}

impl Labels {
    /// Brings them up to date. Costs a look at the first row of pg_seclabel where there are none.
    pub fn refresh(&mut self) -> Result<(), Error> {
        if !label_provider::exist() {
            *self = Self::default();
            return Ok(());
        }
        let stamp = catalogs::stamp_of_security_labels();
        let read_at = Some((stamp, invalidation::generation()));
        if self.read_at == read_at {
            return Ok(());
        }
        const SQL: &str =
            concat!(include_str!("label_relations.sql"), include_str!("../labels.sql"), include_str!("labels.sql"));
        let mut labels = Self { read_at, fingerprint: stamp, ..Self::default() };
        for row in query::rows(SQL, &[])? {
            let [Some(relation), position] = row.as_slice() else { continue };
            let Ok(relation) = relation.parse() else { continue };
            match position.as_ref().and_then(|position| position.parse().ok()) {
                Some(column) => labels.hidden_columns.entry(relation).or_default().push(column),
                None => drop(labels.hidden.insert(relation)),
            }
        }
        *self = labels;
        Ok(())
    }

    pub fn is_hidden(&self, relation: u32) -> bool {
        !self.hidden.is_empty() && self.hidden.contains(&relation)
    }

    /// Whether some relations have hidden columns.
    pub fn has_hidden_columns(&self) -> bool {
        !self.hidden_columns.is_empty()
    }

    pub fn is_hidden_column(&self, relation: u32, column: u16) -> bool {
        self.hidden_columns.get(&relation).is_some_and(|columns| columns.contains(&column))
    }
}
