//! The relations a statement reads: whether it may, and what they are called. What the catalogs say of them is kept for the
//! session, until something changes.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::policy::{relation_refusal, server_refusal};
use super::verdict::{Culprit, Verdict};
use super::{behind, oid_array, oid_of};
use crate::catalog::array_literal;
use crate::error::Error;
use crate::pg::cache;
use crate::pg::query::rows_in;
use crate::pg::sandbox::Sandbox;
use crate::pg::tree::{Origin, Uses};
use crate::settings::Settings;

#[derive(Debug, Clone)]
struct Relation {
    schema: String,
    name: String,
    /// It belongs to this session's temporary schema.
    is_temporary: bool,
    /// The foreign servers that reading it reaches, comma-separated.
    servers: Option<String>,
}

/// By oid, and whether children are read too.
type Facts = BTreeMap<(u32, bool), Relation>;

/// So many relations are kept at most.
const MAX_KEPT: usize = 10_000;

/// By relation and number.
type Names = BTreeMap<(u32, i16), String>;

thread_local! {
    static KEPT: RefCell<(u64, Facts)> = const { RefCell::new((0, BTreeMap::new())) };
    static KEPT_NAMES: RefCell<(u64, Names)> = const { RefCell::new((0, BTreeMap::new())) };
}

/// Refuses relations that may not be read, and notes the names of the others.
pub fn check(sandbox: &Sandbox<'_>, uses: &Uses, settings: &Settings, verdict: &mut Verdict) -> Result<(), Error> {
    let facts = facts(sandbox, uses)?;
    for (oid, origin) in &uses.relations {
        let Some(relation) = facts.get(&(*oid, uses.with_children.contains(oid))) else {
            return Err(Error::Refused {
                what: "reading a relation that no longer exists".to_owned(),
                why: format!("Its oid, {oid}, is in no catalog row."),
                hint: None,
            });
        };
        let qualified = format!("{}.{}", relation.schema, relation.name);
        if let Some((why, hint)) = refusal(relation, *origin, settings) {
            let behind = behind(sandbox, *origin)?;
            let reader = behind.as_ref().map(|by| format!(" It is read by {by}.")).unwrap_or_default();
            verdict.culprit = Some(Culprit { name: qualified.clone(), behind, position: None });
            return Err(Error::Refused {
                what: format!("reading relation {qualified}"),
                why: format!("{why}{reader}"),
                hint: Some(hint.to_owned()),
            });
        }
        verdict.relations.push(qualified);
    }
    verdict.relations.sort();
    verdict.relations.dedup();
    if verdict.detailed && !uses.columns.is_empty() {
        verdict.columns = super::column_names(sandbox, &uses.columns)?;
    }
    Ok(())
}

/// Why it may not be read, and the way out.
fn refusal(relation: &Relation, origin: Origin, settings: &Settings) -> Option<(&'static str, &'static str)> {
    let by_schema = relation_refusal(&relation.schema, origin, &settings.schemas).filter(|_| !relation.is_temporary);
    let by_server = || server_refusal(relation.servers.as_deref()?, &settings.allow_servers);
    by_schema
        .map(|why| (why, "A superuser can name its schema in nl2sql.schemas."))
        .or_else(|| by_server().map(|why| (why, "A superuser can name its server in nl2sql.allow_servers.")))
}

/// What is kept of these keys, if nothing changed since.
fn kept<K: Ord + Copy, V: Clone>(store: &mut (u64, BTreeMap<K, V>), keys: &[K]) -> BTreeMap<K, V> {
    let generation = cache::generation();
    if store.0 != generation || store.1.len() >= MAX_KEPT {
        *store = (generation, BTreeMap::new());
    }
    keys.iter().filter_map(|key| Some((*key, store.1.get(key)?.clone()))).collect()
}

/// The qualified names of columns; number 0 is the whole row.
pub fn column_names(sandbox: &Sandbox<'_>, columns: &[(u32, i16)]) -> Result<Names, Error> {
    let mut names = KEPT_NAMES.with_borrow_mut(|store| kept(store, columns));
    let missing: Vec<&(u32, i16)> = columns.iter().filter(|column| !names.contains_key(column)).collect();
    if missing.is_empty() {
        return Ok(names);
    }
    let oids = oid_array(missing.iter().map(|column| column.0));
    let numbers = array_literal(&missing.iter().map(|column| column.1.to_string()).collect::<Vec<_>>());
    for row in rows_in(sandbox, include_str!("columns.sql"), &[Some(&oids), Some(&numbers)])? {
        let [oid, Some(number), Some(name)] = row.as_slice() else { continue };
        names.insert((oid_of(oid), number.parse().unwrap_or_default()), name.clone());
    }
    KEPT_NAMES.with_borrow_mut(|(_, kept)| kept.extend(names.iter().map(|(key, name)| (*key, name.clone()))));
    Ok(names)
}

fn facts(sandbox: &Sandbox<'_>, uses: &Uses) -> Result<Facts, Error> {
    let wanted: Vec<(u32, bool)> =
        uses.relations.iter().map(|(oid, _)| (*oid, uses.with_children.contains(oid))).collect();
    let mut facts = KEPT.with_borrow_mut(|store| kept(store, &wanted));
    let missing: Vec<(u32, bool)> = wanted.into_iter().filter(|key| !facts.contains_key(key)).collect();
    if missing.is_empty() {
        return Ok(facts);
    }
    let oids = oid_array(missing.iter().map(|(oid, _)| *oid));
    let with_children = oid_array(missing.iter().filter(|(_, children)| *children).map(|(oid, _)| *oid));
    for row in rows_in(sandbox, include_str!("relations.sql"), &[Some(&oids), Some(&with_children)])? {
        let [oid, Some(schema), Some(name), temporary, servers] = row.as_slice() else { continue };
        let oid = oid_of(oid);
        let relation = Relation {
            schema: schema.clone(),
            name: name.clone(),
            is_temporary: temporary.as_deref() == Some("t"),
            servers: servers.clone(),
        };
        facts.insert((oid, uses.with_children.contains(&oid)), relation);
    }
    KEPT.with_borrow_mut(|(_, kept)| kept.extend(facts.iter().map(|(key, relation)| (*key, relation.clone()))));
    Ok(facts)
}
