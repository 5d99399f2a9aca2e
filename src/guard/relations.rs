//! The relations a statement reads: whether it may, and what they are called. What the catalogs say of them is kept for the
//! session, until something changes.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::policy::{relation_refusal, server_refusal};
use super::verdict::{Culprit, Verdict};
use super::{behind, column_names, oid_array, oid_of};
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

thread_local! {
    static KEPT: RefCell<(u64, Facts)> = const { RefCell::new((0, BTreeMap::new())) };
}

/// Refuses relations that may not be read, and notes the names of the others.
pub fn check(sandbox: &Sandbox<'_>, uses: &Uses, settings: &Settings, verdict: &mut Verdict) -> Result<(), Error> {
    let facts = facts(sandbox, uses)?;
    for (oid, origin) in &uses.relations {
        let Some(relation) = facts.get(&(*oid, uses.with_children.contains(oid))) else { continue };
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
        verdict.columns = column_names(sandbox, &uses.columns)?;
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

fn facts(sandbox: &Sandbox<'_>, uses: &Uses) -> Result<Facts, Error> {
    let wanted: Vec<(u32, bool)> =
        uses.relations.iter().map(|(oid, _)| (*oid, uses.with_children.contains(oid))).collect();
    let generation = cache::generation();
    let mut facts = KEPT.with_borrow_mut(|(kept_at, kept)| {
        if *kept_at != generation || kept.len() >= MAX_KEPT {
            kept.clear();
            *kept_at = generation;
        }
        wanted.iter().filter_map(|key| Some((*key, kept.get(key)?.clone()))).collect::<Facts>()
    });
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
