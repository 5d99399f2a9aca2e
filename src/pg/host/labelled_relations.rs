//! Whether one relation has a label, looked up by indexes: what it costs does not depend on how many labels there are.

use std::collections::BTreeSet;

use pgrx::pg_sys;

use super::catalogs::scan;
use super::label_provider;

/// pg_statistic and pg_statistic_ext_data (pg_statistic.h, pg_statistic_ext_data.h), which hold values of columns, labelled ones
/// too. The server's views on them show what the labels keep back.
pub const STATISTICS: [u32; 2] = [2619, 3429];

/// SecLabelObjectIndexId (pg_seclabel.h), and the columns it begins with.
const LABELS_BY_OBJECT: u32 = 3597;
const LABEL_OBJECT: u32 = 1;
const LABEL_CLASS: u32 = 2;
const LABEL_PROVIDER: u32 = 4;

/// InheritsRelationId, then InheritsRelidSeqnoIndexId and InheritsParentIndexId, each with the column it begins with
/// (pg_inherits.h).
const INHERITANCE: u32 = 2611;
const BY_CHILD: (u32, u32) = (2680, CHILD);
const BY_PARENT: (u32, u32) = (2187, PARENT);
const CHILD: u32 = 1;
const PARENT: u32 = 2;

/// Whether the relation, its schema, a column of it, or any of its parents or children has a label of ours: what
/// grounding/labels.sql tells of all relations. The statistics are labelled where anything is.
pub fn is_labelled(relation: u32) -> bool {
    if STATISTICS.contains(&relation) {
        return label_provider::exist();
    }
    let mut seen = BTreeSet::from([relation]);
    has_label_of_its_own(relation)
        || is_any_labelled(relation, BY_CHILD, PARENT, &mut seen)
        || is_any_labelled(relation, BY_PARENT, CHILD, &mut seen)
}

/// Looks at those that are related to a relation in one direction, near ones first.
fn is_any_labelled(relation: u32, by: (u32, u32), wanted: u32, seen: &mut BTreeSet<u32>) -> bool {
    let mut next = vec![relation];
    while let Some(relation) = next.pop() {
        let (index, column) = by;
        let mut found = Vec::new();
        scan(INHERITANCE.into(), index, &[(column, relation)], |row| {
            found.extend(row.value::<pg_sys::Oid>(wanted).map(pg_sys::Oid::to_u32));
        });
        found.retain(|other| seen.insert(*other));
        if found.iter().any(|other| has_label_of_its_own(*other)) {
            return true;
        }
        next.extend(found);
    }
    false
}

fn has_label_of_its_own(relation: u32) -> bool {
    // SAFETY: in a transaction; a look-up that raises nothing.
    let schema = unsafe { pg_sys::get_rel_namespace(relation.into()) };
    let objects = [(relation, pg_sys::RelationRelationId), (schema.to_u32(), pg_sys::NamespaceRelationId)];
    objects.into_iter().any(|(object, class)| {
        let mut found = false;
        let keys = [(LABEL_OBJECT, object), (LABEL_CLASS, class.to_u32())];
        scan(pg_sys::SecLabelRelationId, LABELS_BY_OBJECT, &keys, |row| {
            found |= row.value::<String>(LABEL_PROVIDER).as_deref() == Some("nl2sql");
        });
        found
    })
}
