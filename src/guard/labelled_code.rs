//! Which functions read labelled relations on their own: followed from the functions that a statement calls, through what their
//! bodies name, to views, operators and other functions. What it costs grows with those, not with how many labels there are.
//!
//! Names mean what the server would take them for, so that a label masks nobody's answer who does not read what is labelled. Code
//! whose text does not tell what it reads is masked whole where somebody trusted has labels. What this does not see is stopped when
//! it runs: see [`crate::pg::running::watching::labelled_reads`].

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use super::code_names;
use super::fact_cache::FactCache;
use super::mentions::{self, Mentions};
use super::{FIRST_NORMAL_OID, oid_array, oid_of};
use crate::error::Error;
use crate::grounding::array_literal;
use crate::pg::host::catalog_stamps;
use crate::pg::host::interrupts;
use crate::pg::host::labelled_relations::{STATISTICS, is_labelled};
use crate::pg::running::query::{current_role, rows_in};
use crate::pg::running::sandbox::Sandbox;

/// pg_proc, pg_class and pg_operator.
const FUNCTION: u32 = 1255;
pub(super) const RELATION: u32 = 1259;
const OPERATOR: u32 = 2617;

/// An object by its catalog and oid.
pub(super) type Node = (u32, u32);

/// All that an answer depends on, but for the catalogs: functions, role, trusted owners, labels, schemas, and how strings are read.
type Asked = (Vec<u32>, u32, Vec<String>, u64, Vec<String>, bool);

thread_local! {
    static KEPT: RefCell<FactCache<Asked, BTreeSet<u32>>> = const { RefCell::new(FactCache::new()) };
}

/// Which of these functions may read labelled relations, with those of the parts of aggregates among them that do. `trusted`: the roles
/// that superusers trust.
pub fn of(sandbox: &Sandbox<'_>, functions: Vec<u32>, trusted: &[String]) -> Result<BTreeSet<u32>, Error> {
    let rules = rows_in(sandbox, include_str!("name_rules.sql"), &[])?;
    let Some([plain_strings, path]) = rules.first().map(Vec::as_slice) else {
        return Err(Error::internal("there are no rules of names"));
    };
    let path = path.iter().flat_map(|path| path.split('\n')).map(str::to_owned).collect();
    let has_plain_strings = plain_strings.as_deref() == Some("on");
    let role = current_role().to_u32();
    let asked: Asked =
        (functions, role, trusted.to_vec(), catalog_stamps::of_security_labels(), path, has_plain_strings);
    let (known, _) = KEPT.with_borrow_mut(|kept| kept.get([asked.clone()]));
    if let Some(readers) = known.into_values().next() {
        return Ok(readers);
    }
    let readers = Search::new(sandbox, &asked).run()?;
    KEPT.with_borrow_mut(|kept| kept.keep([(&asked, &readers)]));
    Ok(readers)
}

/// A search through the catalogs, a level at a time.
struct Search<'a> {
    sandbox: &'a Sandbox<'a>,
    asked: &'a Asked,
    edges: BTreeMap<Node, BTreeSet<Node>>,
    /// Functions whose text does not tell what they read.
    opaque: BTreeSet<u32>,
    /// Functions in languages that can read anything.
    readers: BTreeSet<u32>,
    /// The session's search_path, and those that functions set: any of them may be in force in what they call.
    paths: Vec<Vec<String>>,
    /// Names without a schema, which paths found later may give other meanings: with the functions that hold them.
    bodies: Vec<(u32, Mentions)>,
}

impl<'a> Search<'a> {
    fn new(sandbox: &'a Sandbox<'a>, asked: &'a Asked) -> Self {
        let paths = vec![asked.4.clone()];
        Self {
            sandbox,
            asked,
            edges: BTreeMap::new(),
            opaque: BTreeSet::new(),
            readers: BTreeSet::new(),
            paths,
            bodies: Vec::new(),
        }
    }

    fn run(mut self) -> Result<BTreeSet<u32>, Error> {
        let mut next: BTreeSet<Node> = self.asked.0.iter().map(|oid| (FUNCTION, *oid)).collect();
        while !next.is_empty() {
            for node in &next {
                self.edges.entry(*node).or_default();
            }
            let paths = self.paths.len();
            let found = self.read_bodies(&next)?;
            let first = if self.paths.len() > paths { 0 } else { found };
            self.resolve(first)?;
            self.step(&next)?;
            let reached: BTreeSet<Node> = self.edges.values().flatten().copied().collect();
            next = reached.into_iter().filter(|node| !self.edges.contains_key(node)).collect();
        }
        self.conclude()
    }

    /// Reads the functions among these; returns the place of the first of their bodies.
    fn read_bodies(&mut self, nodes: &BTreeSet<Node>) -> Result<usize, Error> {
        let first = self.bodies.len();
        let oids = of_class(nodes, FUNCTION);
        if oids.is_empty() {
            return Ok(first);
        }
        let sql = include_str!("code_bodies.sql");
        for row in rows_in(self.sandbox, sql, &[Some(&oid_array(oids.into_iter()))])? {
            interrupts::serve();
            let [oid, Some(kind), Some(body), path, changes_strings, depends] = row.as_slice() else { continue };
            let oid = oid_of(oid);
            let pairs = depends.iter().flat_map(|depends| depends.split(' ')).filter_map(|pair| pair.split_once('/'));
            let nodes = pairs.filter_map(|(class, oid)| Some((class.parse().ok()?, oid.parse().ok()?)));
            self.add(oid, nodes.collect::<Vec<_>>());
            if let Some(path) = path {
                let path = path_of(path, &self.asked.4);
                if !self.paths.contains(&path) {
                    self.paths.push(path);
                }
            }
            if kind == "none" {
                continue;
            }
            self.readers.insert(oid);
            let mentions = mentions::of(body, kind == "plpgsql");
            let has_unclear_strings = body.contains('\\') && (!self.asked.5 || changes_strings.as_deref() == Some("t"));
            if kind == "unknown" || mentions.is_opaque || has_unclear_strings {
                self.opaque.insert(oid);
            }
            if kind != "unknown" {
                self.bodies.push((oid, mentions));
            }
        }
        Ok(first)
    }

    fn add(&mut self, function: u32, nodes: impl IntoIterator<Item = Node>) {
        let nodes = nodes.into_iter().filter(|node| is_followed(node.1));
        self.edges.entry((FUNCTION, function)).or_default().extend(nodes);
    }

    /// Finds what the bodies from this place on name.
    fn resolve(&mut self, first: usize) -> Result<(), Error> {
        let bodies = self.bodies.get(first..).unwrap_or_default();
        let meanings = code_names::meanings(self.sandbox, bodies, &self.paths, &self.asked.2)?;
        let found: Vec<(u32, Vec<Node>)> =
            bodies.iter().map(|(function, mentions)| (*function, meanings.of(mentions))).collect();
        found.into_iter().for_each(|(function, nodes)| self.add(function, nodes));
        Ok(())
    }

    /// Goes on from relations and operators.
    fn step(&mut self, nodes: &BTreeSet<Node>) -> Result<(), Error> {
        let (relations, operators) = (of_class(nodes, RELATION), of_class(nodes, OPERATOR));
        if relations.is_empty() && operators.is_empty() {
            return Ok(());
        }
        let arguments = [oid_array(relations.into_iter()), oid_array(operators.into_iter())];
        let arguments = arguments.each_ref().map(|argument| Some(argument.as_str()));
        for row in rows_in(self.sandbox, include_str!("code_steps.sql"), &arguments)? {
            let [class, oid, to_class, to] = row.as_slice() else { continue };
            if is_followed(oid_of(to)) {
                self.edges.entry((oid_of(class), oid_of(oid))).or_default().insert((oid_of(to_class), oid_of(to)));
            }
        }
        Ok(())
    }

    /// Which of the functions asked for reach a labelled relation. Where one may read any, nothing stops the others from doing so
    /// in a way that their text does not tell: then all count that can read at all. An aggregate has no body; its parts are called.
    fn conclude(self) -> Result<BTreeSet<u32>, Error> {
        let is_any = !self.opaque.is_empty() && self.has_trusted_labels()?;
        let relations = of_class_in(self.edges.keys(), RELATION).filter(|oid| is_labelled(*oid)).collect();
        let reads = |function: &u32| {
            let reached = self.reached(*function);
            of_class_in(reached.iter(), RELATION).any(|oid| BTreeSet::contains(&relations, &oid))
                || is_any && of_class_in(reached.iter(), FUNCTION).any(|oid| self.readers.contains(&oid))
        };
        let code: BTreeSet<u32> = self.asked.0.iter().copied().filter(reads).collect();
        let without_body = code.iter().filter(|oid| !self.readers.contains(oid));
        let parts = without_body.filter_map(|oid| self.edges.get(&(FUNCTION, *oid))).flatten();
        let parts: BTreeSet<u32> = of_class_in(parts, FUNCTION).filter(reads).collect();
        Ok(code.into_iter().chain(parts).collect())
    }

    fn reached(&self, function: u32) -> BTreeSet<Node> {
        let mut reached = BTreeSet::from([(FUNCTION, function)]);
        let mut next = vec![(FUNCTION, function)];
        while let Some(node) = next.pop() {
            let more = self.edges.get(&node).into_iter().flatten().copied().filter(|node| reached.insert(*node));
            next.extend(more);
        }
        reached
    }

    fn has_trusted_labels(&self) -> Result<bool, Error> {
        let arguments = [array_literal(&self.asked.2), oid_array(self.asked.0.iter().copied())];
        let arguments = arguments.each_ref().map(|argument| Some(argument.as_str()));
        let rows = rows_in(self.sandbox, include_str!("trusted_labels.sql"), &arguments)?;
        Ok(rows.into_iter().flatten().flatten().next().as_deref() == Some("t"))
    }
}

/// Of what came with the server, only the statistics hold what labels keep back.
fn is_followed(oid: u32) -> bool {
    oid >= FIRST_NORMAL_OID || STATISTICS.contains(&oid)
}

fn of_class(nodes: &BTreeSet<Node>, class: u32) -> Vec<u32> {
    of_class_in(nodes.iter(), class).collect()
}

fn of_class_in<'n>(nodes: impl Iterator<Item = &'n Node>, class: u32) -> impl Iterator<Item = u32> {
    nodes.filter(move |node| node.0 == class).map(|node| node.1)
}

/// The schemas of a search_path that a function sets. What the session looks at before all others is looked at here too.
fn path_of(setting: &str, session: &[String]) -> Vec<String> {
    let implicit = session.iter().filter(|schema| schema.starts_with("pg_")).cloned();
    let named = setting.split(',').map(|part| part.trim().trim_matches('"').replace("\"\"", "\""));
    implicit.chain(named.filter(|schema| !schema.is_empty())).collect()
}
