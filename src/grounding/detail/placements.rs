//! On which servers the rows of chosen tables are, where Citus spreads them, as its tables on this server tell it.
//!
//! Asking the others would cost a connection to each. So rows are only counted where every shard of a table has a copy here.

use std::collections::HashMap;

use super::Detail;
use crate::error::Error;
use crate::grounding::oid_literal;
use crate::pg::host::catalogs::{self, Of};
use crate::pg::host::extension;
use crate::pg::running::query;
use schema::Placement;

/// What Citus knows of a table.
#[derive(Default)]
struct Known {
    placement: Placement,
    /// What its shards here are estimated to hold; `None` where some are elsewhere.
    rows: Option<f64>,
}

/// Tells the placement of what Citus spreads. Nothing is asked where Citus is not installed.
pub fn add(details: &mut [Detail]) -> Result<(), Error> {
    if details.is_empty() || !extension::has_citus() {
        return Ok(());
    }
    let oids: Vec<u32> = details.iter().map(|detail| detail.relation.oid).collect();
    let rows = query::rows(include_str!("placements.sql"), &[Some(&oid_literal(&oids))])?;
    let mut known: HashMap<u32, Known> = rows.iter().filter_map(|row| of(row)).collect();
    for detail in details {
        let relation = &mut detail.relation;
        let Some(Known { placement, rows }) = known.remove(&relation.oid) else { continue };
        relation.placement = match placement {
            // Who may not read the column learns nothing of it.
            Placement::By(column) if relation.column(&column).is_none() => Placement::Elsewhere,
            placement => placement,
        };
        // What the server counts here is the table without its shards.
        relation.rows = rows;
    }
    Ok(())
}

/// A row of the query; `None` for a table that is here like any other.
fn of(row: &[Option<String>]) -> Option<(u32, Known)> {
    let [oid, method, copies, is_with_others, column, schema, name, shards] = row else { return None };
    let placement = placement(method.as_deref()?, copies.as_deref()?, is_with_others.as_deref() == Some("t"), column)?;
    let shards = shards.as_deref()?.trim_matches(['{', '}']).split(',').filter(|shard| !shard.is_empty());
    let rows = rows_here(schema.as_deref()?.parse().ok()?, name.as_deref()?, shards);
    Some((oid.as_deref()?.parse().ok()?, Known { placement, rows }))
}

/// pg_dist_partition.h and metadata_utility.h of Citus have these letters.
fn placement(method: &str, copies: &str, is_with_others: bool, column: &Option<String>) -> Option<Placement> {
    match (method, copies) {
        ("n", "t") => Some(Placement::Everywhere),
        // Citus knows of it and leaves it here; or one shard of it stands on any server.
        ("n", _) => is_with_others.then_some(Placement::Elsewhere),
        _ => Some(column.clone().map_or(Placement::Elsewhere, Placement::By)),
    }
}

/// What the shards of a table hold, as far as is estimated, if they all are here. A shard has the name of the table with its number.
fn rows_here<'s>(schema: u32, name: &str, shards: impl Iterator<Item = &'s str>) -> Option<f64> {
    let mut sum = 0.0;
    for shard in shards {
        let oid = catalogs::relation_named(schema, &format!("{name}_{shard}"))?;
        let mut rows = -1.0;
        catalogs::classes(Of::One(oid), |class| rows = class.rows);
        sum += f64::from(rows).max(0.0);
    }
    (sum > 0.0).then_some(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_letters_of_citus_are_told_apart() {
        let column = Some("customer_id".to_owned());
        assert_eq!(placement("h", "s", true, &column), Some(Placement::By("customer_id".into())));
        assert_eq!(placement("h", "s", true, &None), Some(Placement::Elsewhere));
        assert_eq!(placement("n", "t", true, &None), Some(Placement::Everywhere));
        assert_eq!(placement("n", "s", true, &None), Some(Placement::Elsewhere));
        assert_eq!(placement("n", "s", false, &None), None);
    }
}
