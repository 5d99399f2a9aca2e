//! What security labels ask for: hidden columns are not used at all, masked ones never come out as values.

use std::collections::{BTreeMap, BTreeSet};

use super::labelled_code;
use super::relations::column_names;
use super::{FIRST_NORMAL_OID, oid_array, oid_of};
use crate::error::{Error, Failure};
use crate::grounding::array_literal;
use crate::pg::host::labelled_relations::STATISTICS;
use crate::pg::host::{label_provider, messages};
use crate::pg::running::query::rows_in;
use crate::pg::running::sandbox::{Sandbox, never_hashed, never_parallel};
use crate::pg::running::watching::labelled_reads::{self, Foreseen};
use crate::pg::statement::Prepared;
use crate::pg::tree::lineage::{self, Labelled, Sources, carries};
use crate::pg::tree::uses::{Origin, Uses};
use syntax::names::{stands_in, with_own_names};

/// So often one statement may compare masked values with constants: each time tells at most one bit of them a row.
const MAX_COMPARISONS: usize = 10;

/// The number of the column that tells which partition or child a row is in (sysattr.h).
const TABLEOID: i16 = -6;

/// What became of the labels in a statement that passed.
#[derive(Debug, Default, PartialEq)]
pub struct Masks {
    /// Output columns, counted from 0, whose values must not be shown.
    pub outputs: BTreeSet<usize>,
    /// The statement handles labelled values, so that what is said of it may quote them.
    pub touched: bool,
}

/// The labels of the relations of a statement.
#[derive(Debug, Default)]
pub struct Labels {
    /// By relation and column number; number 0 labels all columns.
    pub hidden: Sources,
    masked: Sources,
    /// Those of them that are masked in all rows, and not only in those of some children.
    throughout: Sources,
    /// Partitions and children whose names tell masked values, namely those that their rows may have.
    telling: BTreeSet<u32>,
    /// Who owns the relations, by name; the trusted are left out.
    owners: BTreeMap<u32, String>,
}

/// Says that a statement is about to be read.
pub fn begin() {
    labelled_reads::foresee(Foreseen::Anything);
    messages::analyzing(label_provider::exist());
}

/// What analysis says, without names that the statement does not have: a star stands for hidden columns too.
pub fn in_own_names(error: Error, sql: &str) -> Error {
    match error {
        Error::Server(failure) if label_provider::exist() => {
            let own = |text: String| with_own_names(&text, sql);
            let (detail, hint) = (failure.detail.map(own), failure.hint.map(own));
            Error::Server(Failure { message: own(failure.message), detail, hint, ..failure })
        }
        error => error,
    }
}

/// The labels of what the statement reads; `None` where nothing in the database has any. Superusers and the roles in `trusted` do not
/// write values to find out others.
pub fn of(sandbox: &Sandbox<'_>, uses: &Uses, trusted: &[String]) -> Result<Option<Labels>, Error> {
    label_provider::exist().then(|| read(sandbox, uses, trusted)).transpose()
}

/// Refuses hidden columns and finds the outputs to mask. From here on it is known who may hear of the statement.
pub fn check(
    sandbox: &Sandbox<'_>,
    (sql, prepared, uses): (&str, &Prepared<'_>, &Uses),
    labels: Option<&Labels>,
    trusted: &[String],
) -> Result<Masks, Error> {
    let masks = match labels {
        Some(labels) => {
            if let Some(column) = labels.refused(&lineage::used(&prepared.trees(), &labels.hidden), uses) {
                return Err(Error::Hidden(name_of_hidden(sandbox, sql, column, uses)?));
            }
            find(sandbox, prepared, uses, labels, trusted)?
        }
        None => Masks::default(),
    };
    messages::judged(masks.touched);
    Ok(masks)
}

/// How a hidden column or relation is called before the asker, who is told no name of it that the statement does not have.
fn name_of_hidden(sandbox: &Sandbox<'_>, sql: &str, column: (u32, i16), uses: &Uses) -> Result<String, Error> {
    let is_named = uses.relations.contains(&(column.0, Origin::Statement));
    let names = column_names(sandbox, &[column, (column.0, 0)])?;
    let [name, whole] = names.as_slice() else { return Ok("what is hidden".to_owned()) };
    let relation = whole.trim_end_matches(".*");
    let own = name.strip_prefix(relation).and_then(|name| name.strip_prefix('.')).unwrap_or(name);
    Ok(match is_named {
        true if column.1 == 0 || stands_in(own, sql) => name.clone(),
        true => format!("a hidden column of {relation}"),
        false => "a hidden column behind a view or function".to_owned(),
    })
}

fn find(
    sandbox: &Sandbox<'_>,
    prepared: &Prepared<'_>,
    uses: &Uses,
    labels: &Labels,
    trusted: &[String],
) -> Result<Masks, Error> {
    let code = code_that_reads(sandbox, uses, trusted)?;
    if !code.is_empty() {
        never_parallel(sandbox);
    }
    // The server makes values of types by itself, wherever it likes.
    let is_anywhere =
        uses.functions.iter().any(|used| matches!(used.origin, Origin::Type(_)) && code.contains(&used.oid));
    labelled_reads::foresee(if is_anywhere { Foreseen::Anything } else { Foreseen::By(code.clone()) });
    if code.is_empty() && labels.hidden.is_empty() && labels.masked.is_empty() {
        return Ok(Masks::default());
    }
    let strange = strange_functions(sandbox, uses, trusted)?;
    let labelled = Labelled {
        columns: &labels.masked,
        throughout: &labels.throughout,
        code: &code,
        strange: &strange,
        owners: &labels.owners,
    };
    let lineage = lineage::trace(&prepared.trees(), labelled);
    if lineage.groups || lineage.joins {
        never_hashed(sandbox, lineage.joins);
    }
    // A partition that is named is compared with; several tell apart what the rows of the answer have.
    let told: BTreeSet<u32> =
        uses.relations.iter().map(|used| used.0).filter(|oid| labels.telling.contains(oid)).collect();
    let comparisons = lineage.comparisons + told.len();
    if comparisons > MAX_COMPARISONS {
        return Err(Error::Refused {
            what: format!("comparing masked columns {comparisons} times"),
            why: format!("At most {MAX_COMPARISONS} comparisons a statement keep their values from being guessed."),
            hint: None,
        });
    }
    let masks_all = is_anywhere || told.len() > 1;
    if lineage.is_told_by_rows || masks_all && !lineage.is_one_row {
        return Err(Error::Refused {
            what: "telling masked values by the number of rows".into(),
            why: "How many rows there are is decided by what masked columns, or code that reads them, are compared with, \
                  joined to, grouped with or counted by."
                .into(),
            hint: Some("Compare masked columns with constants or masked columns of the same owner.".into()),
        });
    }
    let outputs = lineage.outputs.iter().enumerate().filter(|(_, labelled)| masks_all || !labelled.is_empty());
    let outputs: BTreeSet<usize> = outputs.map(|(at, _)| at).collect();
    let touched = !outputs.is_empty() || !code.is_empty() || !told.is_empty() || labels.touched_by(uses);
    Ok(Masks { outputs, touched })
}

/// The labels of what the statement reads, and of the relations whose row types it handles.
fn read(sandbox: &Sandbox<'_>, uses: &Uses, trusted: &[String]) -> Result<Labels, Error> {
    let mut labels = Labels::default();
    if uses.relations.is_empty() && uses.types.is_empty() {
        return Ok(labels);
    }
    let relations = oid_array(uses.relations.iter().map(|used| used.0));
    let types = oid_array(uses.types.iter().map(|used| used.0));
    const SQL: &str = concat!(
        include_str!("label_relations.sql"),
        include_str!("../grounding/labels.sql"),
        include_str!("labels.sql")
    );
    for row in rows_in(sandbox, SQL, &[Some(&relations), Some(&types)])? {
        let [oid, Some(number), Some(label), is_below, Some(owner), is_superuser, is_child] = row.as_slice() else {
            continue;
        };
        let column = (oid_of(oid), number.parse().unwrap_or_default());
        if is_superuser.as_deref() != Some("t") && !trusted.contains(owner) {
            labels.owners.insert(column.0, owner.clone());
        }
        if column.1 == TABLEOID && is_child.as_deref() == Some("t") {
            match label.as_str() {
                // Its name says what is hidden.
                "hidden" => labels.hidden.insert((column.0, 0)),
                _ => labels.telling.insert(column.0),
            };
        }
        match label.as_str() {
            "hidden" => labels.hidden.insert(column),
            _ => labels.masked.insert(column),
        };
        if label != "hidden" && is_below.as_deref() != Some("t") {
            labels.throughout.insert(column);
        }
    }
    let statistics = uses.relations.iter().map(|used| used.0).filter(|oid| STATISTICS.contains(oid));
    for oid in statistics {
        labels.masked.insert((oid, 0));
        labels.throughout.insert((oid, 0));
    }
    Ok(labels)
}

/// The functions of the statement that may be noise, or count how often they are called: of owners whom nobody trusts.
fn strange_functions(sandbox: &Sandbox<'_>, uses: &Uses, trusted: &[String]) -> Result<BTreeSet<u32>, Error> {
    let oids: BTreeSet<u32> =
        uses.functions.iter().map(|used| used.oid).filter(|oid| *oid >= FIRST_NORMAL_OID).collect();
    if oids.is_empty() {
        return Ok(BTreeSet::new());
    }
    let arguments = [oid_array(oids.into_iter()), array_literal(trusted)];
    let arguments = arguments.each_ref().map(|argument| Some(argument.as_str()));
    let rows = rows_in(sandbox, include_str!("strange_functions.sql"), &arguments)?;
    Ok(rows.iter().flatten().map(oid_of).collect())
}

/// The functions of the statement that read labelled relations on their own; those with defaults that read count too.
fn code_that_reads(sandbox: &Sandbox<'_>, uses: &Uses, trusted: &[String]) -> Result<BTreeSet<u32>, Error> {
    let oids: BTreeSet<u32> =
        uses.functions.iter().map(|used| used.oid).filter(|oid| *oid >= FIRST_NORMAL_OID).collect();
    if oids.is_empty() {
        return Ok(BTreeSet::new());
    }
    let mut code = labelled_code::of(sandbox, oids.into_iter().collect(), trusted)?;
    let with_defaults = uses.functions.iter().filter_map(|used| match used.origin {
        Origin::Default(of) if code.contains(&used.oid) => Some(of),
        _ => None,
    });
    let with_defaults: Vec<u32> = with_defaults.collect();
    code.extend(with_defaults);
    Ok(code)
}

impl Labels {
    /// A hidden relation that the statement itself names, or a hidden column among those it uses.
    fn refused(&self, used: &Sources, uses: &Uses) -> Option<(u32, i16)> {
        let named = uses.relations.iter().filter(|(_, origin)| *origin == Origin::Statement);
        let whole = named.map(|(oid, _)| (*oid, 0)).find(|relation| self.hidden.contains(relation));
        whole.or_else(|| used.first().copied())
    }

    /// Whether labelled values are handled anywhere, in views and policies too.
    fn touched_by(&self, uses: &Uses) -> bool {
        let has_label = |column| carries(&self.masked, column) || carries(&self.hidden, column);
        let by_policy = uses.functions.iter().any(|used| match used.origin {
            Origin::Policy(relation) => has_label((relation, 0)),
            _ => false,
        });
        by_policy || uses.columns.iter().any(|column| has_label(*column))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_relations_are_refused_where_the_statement_names_them() {
        let labels = Labels { hidden: Sources::from([(1, 2), (7, 0)]), ..Labels::default() };
        let uses = |origin| Uses { relations: vec![(1, Origin::Statement), (7, origin)], ..Uses::default() };
        assert_eq!(labels.refused(&Sources::new(), &uses(Origin::View(9))), None);
        assert_eq!(labels.refused(&Sources::new(), &uses(Origin::Statement)), Some((7, 0)));
        assert_eq!(labels.refused(&Sources::from([(1, 2)]), &uses(Origin::View(9))), Some((1, 2)));
    }

    #[test]
    fn labelled_values_are_touched_in_views_and_policies_too() {
        let labels = Labels { masked: Sources::from([(1, 2)]), ..Labels::default() };
        assert!(!labels.touched_by(&Uses { columns: vec![(1, 1)], ..Uses::default() }));
        assert!(labels.touched_by(&Uses { columns: vec![(1, 2)], ..Uses::default() }));
        assert!(labels.touched_by(&Uses { columns: vec![(1, 0)], ..Uses::default() }), "the whole row");
    }
}
