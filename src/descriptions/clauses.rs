//! The comments that foreign tables get: text, and clauses for keys and lists of values.

use super::{Described, ForeignTable, Key};
use schema::comment_clauses::{Clause, split, written as clause_text};
use schema::sanitize::{one_line, truncated};

/// More of a comment is not read by anybody here.
const MAX_COMMENT: usize = 1000;

/// The comments that change, each with its column, and how many keys and lists of values they tell.
pub struct Written {
    pub comments: Vec<(Option<String>, String)>,
    pub keys: i32,
    pub lists: i32,
}

/// What is to be written to a foreign table of which this is known; `tables`: those that its keys can refer to.
pub fn written(table: &ForeignTable, found: &Described, tables: &[ForeignTable], replaces: bool) -> Written {
    let keys: Vec<(Option<String>, Clause)> =
        found.keys.iter().filter_map(|key| clause_of(key, table, tables)).collect();
    let of = |column: Option<&str>| -> Vec<Clause> {
        let own = keys.iter().filter(|(at, _)| at.as_deref() == column);
        own.map(|(_, clause)| clause.clone()).collect()
    };
    let (mut comments, mut lists) = (Vec::new(), 0);
    let mut add = |column: Option<&str>, old: Option<&str>, remote: Option<&str>, clauses: Vec<Clause>| {
        let text = comment(old.unwrap_or_default(), remote.unwrap_or_default(), clauses, replaces);
        if text != old.unwrap_or_default() {
            comments.push((column.map(str::to_owned), text));
        }
    };
    add(None, table.comment.as_deref(), found.comment.as_deref(), of(None));
    for column in table.columns.iter().flatten() {
        let remote = found.columns.iter().flatten().find(|remote| remote.name == column.remote_name);
        let mut clauses = of(Some(&column.name));
        let labels = remote.map(|remote| remote.labels.clone()).unwrap_or_default();
        if column.is_text && !labels.is_empty() {
            clauses.push(Clause::OneOf(labels.iter().map(|label| one_line(label)).collect()));
            lists += 1;
        }
        let told = remote.and_then(|remote| remote.comment.as_deref());
        add(Some(&column.name), column.comment.as_deref(), told, clauses);
    }
    Written { comments, keys: super::count(keys.len()), lists }
}

/// The new comment. Of the old one stay, unless it is to be replaced, the text and clauses of kinds that the other server tells nothing
/// of.
fn comment(old: &str, remote: &str, clauses: Vec<Clause>, replaces: bool) -> String {
    let (own, told) = split(old);
    // What stands in brackets there is no clause here.
    let remote = one_line(remote).replace('[', "(").replace(']', ")");
    let remote = remote.trim();
    let text = if own.is_empty() || (replaces && !remote.is_empty()) { remote } else { own.as_str() };
    let is_told =
        |own: &Clause| clauses.iter().any(|clause| std::mem::discriminant(clause) == std::mem::discriminant(own));
    let kept: Vec<Clause> = told.into_iter().filter(|own| !replaces && !is_told(own)).collect();
    let mut room = MAX_COMMENT;
    let mut parts = Vec::new();
    // Clauses before text, and keys before lists, where there is not room for all.
    for clause in clauses.iter().chain(&kept) {
        let clause = clause_text(clause);
        if let Some(left) = room.checked_sub(clause.chars().count() + 1) {
            room = left;
            parts.push(clause);
        }
    }
    let text = truncated(text, room);
    let parts = std::iter::once(text).chain(parts).filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join(" ")
}

/// A key as a clause of this foreign table or, where it has one column, of that. `None` where a column of it is missing here.
fn clause_of(key: &Key, table: &ForeignTable, tables: &[ForeignTable]) -> Option<(Option<String>, Clause)> {
    let columns = local_names(table, &key.columns)?;
    let single = if let [only] = columns.as_slice() { Some(only.clone()) } else { None };
    let named = if single.is_some() { Vec::new() } else { columns };
    let clause = match key.kind {
        'p' => Clause::PrimaryKey(named),
        'u' => Clause::Unique(named),
        'f' => {
            let (schema, name) = (key.schema.as_deref()?, key.name.as_deref()?);
            let is_target = |other: &&ForeignTable| other.remote_schema == schema && other.remote_name == name;
            let mut targets = tables.iter().filter(is_target);
            let near = targets.clone().find(|other| other.schema == table.schema);
            let target = near.or_else(|| targets.next())?;
            Clause::References {
                columns: named,
                schema: (target.schema != table.schema).then(|| target.schema.clone()),
                relation: target.name.clone(),
                referenced: local_names(target, &key.referenced).filter(|names| !names.is_empty())?,
            }
        }
        _ => return None,
    };
    Some((single, clause))
}

/// What the columns of a remote table are called here.
fn local_names(table: &ForeignTable, remote: &[String]) -> Option<Vec<String>> {
    let local = |name: &String| {
        let found = table.columns.iter().flatten().find(|column| column.remote_name == *name);
        found.map(|column| column.name.clone())
    };
    if remote.is_empty() { None } else { remote.iter().map(local).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::descriptions::{DescribedColumn, ForeignColumn};

    fn table(name: &str, columns: &[(&str, &str)]) -> ForeignTable {
        let columns = columns.iter().map(|(name, remote)| ForeignColumn {
            name: (*name).to_owned(),
            remote_name: (*remote).to_owned(),
            is_text: true,
            comment: None,
        });
        ForeignTable {
            schema: "far".to_owned(),
            name: name.to_owned(),
            remote_schema: "public".to_owned(),
            remote_name: format!("{name}_there"),
            columns: Some(columns.collect()),
            ..ForeignTable::default()
        }
    }

    fn key(kind: char, columns: &[&str], to: &str, referenced: &[&str]) -> Key {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let (schema, name) = (Some("public".to_owned()), Some(to.to_owned()));
        Key { kind, columns: names(columns), schema, name, referenced: names(referenced) }
    }

    #[test]
    fn keys_have_the_names_that_columns_and_tables_have_here() {
        let orders = table("orders", &[("nr", "no"), ("buyer", "b"), ("state", "st")]);
        let people = table("people", &[("nr", "person")]);
        let labels = vec!["open".to_owned(), "it's paid\u{7}".to_owned()];
        let found = Described {
            comment: Some("what was\nsold [primary key]".to_owned()),
            columns: Some(vec![DescribedColumn { name: "st".to_owned(), labels, ..DescribedColumn::default() }]),
            keys: vec![
                key('p', &["no"], "", &[]),
                key('u', &["no", "b"], "", &[]),
                key('f', &["b"], "people_there", &["person"]),
                key('f', &["b"], "elsewhere", &["person"]),
                key('f', &["gone"], "people_there", &["person"]),
            ],
            ..Described::default()
        };
        let written = written(&orders, &found, &[orders.clone(), people], false);
        let comments: Vec<(&str, &str)> =
            written.comments.iter().map(|(column, text)| (column.as_deref().unwrap_or(""), text.as_str())).collect();
        assert_eq!(
            comments,
            [
                ("", "what was sold (primary key) [unique (nr, buyer)]"),
                ("nr", "[primary key]"),
                ("buyer", "[references people (nr)]"),
                ("state", "[one of 'open', 'it''s paid ']"),
            ]
        );
        assert_eq!((written.keys, written.lists), (3, 1));
    }

    #[test]
    fn a_comment_that_is_there_stays_unless_it_is_to_be_replaced() {
        let key = || vec![Clause::PrimaryKey(Vec::new())];
        assert_eq!(comment("mine [unique] [primary key (x)]", "theirs", key(), false), "mine [primary key] [unique]");
        assert_eq!(comment("mine", "theirs", key(), true), "theirs [primary key]");
        assert_eq!(comment("mine [unique]", "", key(), true), "mine [primary key]");
        assert_eq!(comment("[references t (a)]", "", Vec::new(), true), "");
        let long = comment("", &"x".repeat(3000), key(), false);
        assert!(long.chars().count() <= MAX_COMMENT && long.ends_with("… [primary key]"), "{long}");
        let many = Clause::OneOf(vec!["y".repeat(2000)]);
        assert_eq!(comment("mine", "", vec![many], false), "mine", "what has no room is left out");
    }
}
