//! The relations a statement reads: whether it may, and what they are called. What the catalogs say of them is kept for the
//! session, until something changes.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::fact_cache::FactCache;
use super::relation_policy::{relation_refusal, server_refusal};
use super::verdict::{Culprit, Verdict};
use super::{behind, oid_array, oid_of};
use crate::error::Error;
use crate::grounding::array_literal;
use crate::pg::running::query::rows_in;
use crate::pg::running::sandbox::Sandbox;
use crate::pg::tree::lineage::{Sources, carries};
use crate::pg::tree::uses::{Origin, Uses};
use crate::settings::Settings;

#[derive(Debug, Clone)]
struct Relation {
    schema: String,
    name: String,
    /// It belongs to this session's temporary schema.
    is_temporary: bool,
    /// The foreign servers that reading it reaches.
    servers: Vec<String>,
}

/// By oid, and whether children are read too.
type Facts = BTreeMap<(u32, bool), Relation>;

thread_local! {
    static KEPT: RefCell<FactCache<(u32, bool), Relation>> = const { RefCell::new(FactCache::new()) };
    /// By relation and number.
    static KEPT_NAMES: RefCell<FactCache<(u32, i16), String>> = const { RefCell::new(FactCache::new()) };
}

/// Refuses relations that may not be read, and notes the names of the others, but of those that are `hidden`, as views read them.
pub fn check(
    sandbox: &Sandbox<'_>,
    uses: &Uses,
    hidden: &Sources,
    settings: &Settings,
    verdict: &mut Verdict,
) -> Result<(), Error> {
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
        if !hidden.contains(&(*oid, 0)) {
            verdict.relations.push(qualified);
        }
    }
    verdict.relations.sort();
    verdict.relations.dedup();
    if verdict.detailed && !uses.columns.is_empty() {
        let shown: Vec<_> = uses.columns.iter().copied().filter(|column| !carries(hidden, *column)).collect();
        verdict.columns = column_names(sandbox, &shown)?;
    }
    Ok(())
}

/// Why it may not be read, and the way out.
fn refusal(relation: &Relation, origin: Origin, settings: &Settings) -> Option<(&'static str, &'static str)> {
    let by_schema = relation_refusal(&relation.schema, origin, &settings.schemas).filter(|_| !relation.is_temporary);
    let by_server = || relation.servers.iter().find_map(|server| server_refusal(server, &settings.allow_servers));
    by_schema
        .map(|why| (why, "A superuser can name its schema in nl2sql.schemas."))
        .or_else(|| by_server().map(|why| (why, "A superuser can name its server in nl2sql.allow_servers.")))
}

/// The qualified names of columns, in their order; number 0 is the whole row.
pub fn column_names(sandbox: &Sandbox<'_>, columns: &[(u32, i16)]) -> Result<Vec<String>, Error> {
    let (mut names, missing) = KEPT_NAMES.with_borrow_mut(|kept| kept.get(columns.iter().copied()));
    if !missing.is_empty() {
        let oids = oid_array(missing.iter().map(|column| column.0));
        let numbers = array_literal(&missing.iter().map(|column| column.1.to_string()).collect::<Vec<_>>());
        for row in rows_in(sandbox, include_str!("columns.sql"), &[Some(&oids), Some(&numbers)])? {
            let [oid, Some(number), Some(name)] = row.as_slice() else { continue };
            names.insert((oid_of(oid), number.parse().unwrap_or_default()), name.clone());
        }
        KEPT_NAMES.with_borrow_mut(|kept| kept.keep(&names));
    }
    Ok(columns.iter().filter_map(|column| names.get(column).cloned()).collect())
}

fn facts(sandbox: &Sandbox<'_>, uses: &Uses) -> Result<Facts, Error> {
    let wanted = uses.relations.iter().map(|(oid, _)| (*oid, uses.with_children.contains(oid)));
    let (mut facts, missing) = KEPT.with_borrow_mut(|kept| kept.get(wanted));
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
            // What can't be read allows nothing: no server has an empty name.
            servers: servers
                .as_deref()
                .map(|list| serde_json::from_str(list).unwrap_or_else(|_| vec![String::new()]))
                .unwrap_or_default(),
        };
        facts.insert((oid, uses.with_children.contains(&oid)), relation);
    }
    KEPT.with_borrow_mut(|kept| kept.keep(&facts));
    Ok(facts)
}
