//! What security labels ask for: hidden columns are not used at all, masked ones never come out as values.

use std::collections::BTreeSet;

use super::relations::column_names;
use super::{oid_array, oid_of};
use crate::error::Error;
use crate::pg::running::query::rows_in;
use crate::pg::running::sandbox::Sandbox;
use crate::pg::statement::Prepared;
use crate::pg::tree::lineage::{self, Lineage, Sources};
use crate::pg::tree::uses::{Origin, Uses};

/// What became of the labels in a statement that passed.
#[derive(Debug, Default, PartialEq)]
pub struct Masks {
    /// Output columns, counted from 0, whose values must not be shown.
    pub outputs: BTreeSet<usize>,
    /// The statement handles masked values, so that what it says when it fails may quote them.
    pub touched: bool,
}

/// The labels of the relations of a statement.
#[derive(Debug, Default)]
struct Labels {
    /// By relation and column number; number 0 labels all columns.
    hidden: Sources,
    masked: Sources,
}

/// Refuses hidden columns and finds the outputs to mask.
pub fn check(sandbox: &Sandbox<'_>, prepared: &Prepared<'_>, uses: &Uses) -> Result<Masks, Error> {
    let labels = read(sandbox, uses)?;
    if labels.hidden.is_empty() && labels.masked.is_empty() {
        return Ok(Masks::default());
    }
    let lineage = lineage::trace(&prepared.trees());
    if let Some(column) = labels.refused(&lineage, uses) {
        return Err(Error::Refused {
            what: format!("using {}", column_names(sandbox, &[column])?.join(", ")),
            why: "Its security label is \"hidden\".".to_owned(),
            hint: Some("Leave it out; whoever owns it can change the label: SECURITY LABEL FOR nl2sql.".to_owned()),
        });
    }
    Ok(labels.masks(&lineage))
}

fn read(sandbox: &Sandbox<'_>, uses: &Uses) -> Result<Labels, Error> {
    let mut labels = Labels::default();
    if uses.relations.is_empty() || !crate::pg::host::label_provider::exist() {
        return Ok(labels);
    }
    let relations = oid_array(uses.relations.iter().map(|used| used.0));
    let types = oid_array(uses.types.iter().map(|used| used.0));
    let sql = concat!(include_str!("../grounding/labels.sql"), include_str!("labels.sql"));
    for row in rows_in(sandbox, sql, &[Some(&relations), Some(&types)])? {
        let [oid, Some(number), Some(label)] = row.as_slice() else { continue };
        let column = (oid_of(oid), number.parse().unwrap_or_default());
        match label.as_str() {
            "hidden" => labels.hidden.insert(column),
            _ => labels.masked.insert(column),
        };
    }
    Ok(labels)
}

impl Labels {
    fn refused(&self, lineage: &Lineage, uses: &Uses) -> Option<(u32, i16)> {
        let whole = uses
            .relations
            .iter()
            .filter(|(_, origin)| *origin == Origin::Statement)
            .map(|(oid, _)| (*oid, 0))
            .find(|relation| self.hidden.contains(relation));
        whole.or_else(|| lineage.used.iter().copied().find(|column| carries(&self.hidden, *column)))
    }

    fn masks(&self, lineage: &Lineage) -> Masks {
        let is_masked = |sources: &Sources| sources.iter().any(|column| carries(&self.masked, *column));
        let outputs = lineage.outputs.iter().enumerate().filter(|(_, sources)| is_masked(sources));
        Masks { outputs: outputs.map(|(at, _)| at).collect(), touched: is_masked(&lineage.used) }
    }
}

/// Whether a column has a label, as a whole row has that of any of its columns.
fn carries(labelled: &Sources, (relation, number): (u32, i16)) -> bool {
    labelled.contains(&(relation, 0))
        || labelled.contains(&(relation, number))
        || number == 0 && labelled.range((relation, i16::MIN)..=(relation, i16::MAX)).next().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lineage(outputs: &[&[(u32, i16)]], used: &[(u32, i16)]) -> Lineage {
        Lineage {
            outputs: outputs.iter().map(|sources| sources.iter().copied().collect()).collect(),
            used: used.iter().copied().collect(),
        }
    }

    #[test]
    fn outputs_made_of_masked_columns_are_masked() {
        let labels = Labels { masked: Sources::from([(1, 2)]), ..Labels::default() };
        let lineage = lineage(&[&[(1, 1)], &[(1, 1), (1, 2)], &[(1, 0)], &[]], &[(1, 1), (1, 2)]);
        assert_eq!(labels.masks(&lineage), Masks { outputs: BTreeSet::from([1, 2]), touched: true });
    }

    #[test]
    fn hidden_columns_are_refused_in_any_place() {
        let labels = Labels { hidden: Sources::from([(1, 2), (7, 0)]), ..Labels::default() };
        let uses = Uses { relations: vec![(1, Origin::Statement), (7, Origin::View(9))], ..Uses::default() };
        assert_eq!(labels.refused(&lineage(&[], &[(1, 1)]), &uses), None);
        assert_eq!(labels.refused(&lineage(&[], &[(1, 2)]), &uses), Some((1, 2)));
        assert_eq!(labels.refused(&lineage(&[], &[(1, 0)]), &uses), Some((1, 0)), "the whole row");
        assert_eq!(labels.refused(&lineage(&[], &[(7, 3)]), &uses), Some((7, 3)), "a column of a hidden table");
    }
}
