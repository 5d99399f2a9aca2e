//! The comments that foreign tables get: text, and clauses for keys and lists of values.

use std::collections::HashMap;

use super::{Described, DescribedColumn, ForeignTable, Key};
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

/// A foreign table, with what columns are called here by what the other server calls them.
pub struct Local<'a> {
    table: &'a ForeignTable,
    columns: HashMap<&'a str, &'a str>,
}

impl Local<'_> {
    /// What these columns of the other server are called here; `None` where one is missing, or there are none.
    fn names(&self, remote: &[String]) -> Option<Vec<String>> {
        let local = |name: &String| self.columns.get(name.as_str()).map(|name| (*name).to_owned());
        if remote.is_empty() { None } else { remote.iter().map(local).collect() }
    }
}

/// The foreign tables, found by what they stand for. Thousands may have hundreds of columns and keys each.
pub struct Locals<'a> {
    pub all: Vec<Local<'a>>,
    /// Places of the first by schema and name there, and by these and the schema here.
    by_name: HashMap<[&'a str; 2], usize>,
    by_schema: HashMap<[&'a str; 3], usize>,
}

impl<'a> Locals<'a> {
    pub fn of(tables: &'a [ForeignTable]) -> Self {
        let (mut by_name, mut by_schema) = (HashMap::new(), HashMap::new());
        for (place, table) in tables.iter().enumerate() {
            let [schema, name] = [&*table.remote_schema, &*table.remote_name];
            by_name.entry([schema, name]).or_insert(place);
            by_schema.entry([schema, name, &*table.schema]).or_insert(place);
        }
        let local = |table: &'a ForeignTable| {
            let mut columns = HashMap::new();
            for column in table.columns.iter().flatten() {
                columns.entry(&*column.remote_name).or_insert(&*column.name);
            }
            Local { table, columns }
        };
        Self { all: tables.iter().map(local).collect(), by_name, by_schema }
    }

    /// The foreign table that stands for another, one of this schema before those of others.
    fn target(&self, [schema, name]: [&str; 2], near: &str) -> Option<&Local<'a>> {
        let place = self.by_schema.get(&[schema, name, near]).or_else(|| self.by_name.get(&[schema, name]))?;
        self.all.get(*place)
    }
}

/// What is to be written to a foreign table of which this is known; `locals`: those that its keys can refer to.
pub fn written(local: &Local<'_>, found: &Described, locals: &Locals<'_>, replaces: bool) -> Written {
    let mut keys = 0;
    let mut clauses: HashMap<Option<String>, Vec<Clause>> = HashMap::new();
    for (column, clause) in found.keys.iter().filter_map(|key| clause_of(key, local, locals)) {
        keys += 1;
        clauses.entry(column).or_default().push(clause);
    }
    let remote: HashMap<&str, &DescribedColumn> =
        found.columns.iter().flatten().map(|column| (&*column.name, column)).collect();
    let (mut comments, mut lists) = (Vec::new(), 0);
    let mut add = |column: Option<&str>, old: Option<&str>, told: Option<&str>, clauses: Vec<Clause>| {
        let text = comment(old.unwrap_or_default(), told.unwrap_or_default(), clauses, replaces);
        if text != old.unwrap_or_default() {
            comments.push((column.map(str::to_owned), text));
        }
    };
    let of_table = clauses.remove(&None).unwrap_or_default();
    add(None, local.table.comment.as_deref(), found.comment.as_deref(), of_table);
    for column in local.table.columns.iter().flatten() {
        let remote = remote.get(&*column.remote_name);
        let mut clauses = clauses.remove(&Some(column.name.clone())).unwrap_or_default();
        let labels = remote.map(|remote| remote.labels.as_slice()).unwrap_or_default();
        if column.is_text && !labels.is_empty() {
            clauses.push(Clause::OneOf(labels.iter().map(|label| one_line(label)).collect()));
            lists += 1;
        }
        let told = remote.and_then(|remote| remote.comment.as_deref());
        add(Some(&column.name), column.comment.as_deref(), told, clauses);
    }
    Written { comments, keys, lists }
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
fn clause_of(key: &Key, local: &Local<'_>, locals: &Locals<'_>) -> Option<(Option<String>, Clause)> {
    let columns = local.names(&key.columns)?;
    let single = if let [only] = columns.as_slice() { Some(only.clone()) } else { None };
    let named = if single.is_some() { Vec::new() } else { columns };
    let clause = match key.kind {
        'p' => Clause::PrimaryKey(named),
        'u' => Clause::Unique(named),
        'f' => {
            let schema = &local.table.schema;
            let target = locals.target([key.schema.as_deref()?, key.name.as_deref()?], schema)?;
            Clause::References {
                columns: named,
                schema: (target.table.schema != *schema).then(|| target.table.schema.clone()),
                relation: target.table.name.clone(),
                referenced: target.names(&key.referenced)?,
            }
        }
        _ => return None,
    };
    Some((single, clause))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::descriptions::ForeignColumn;

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
        let tables = [orders, people];
        let locals = Locals::of(&tables);
        let written = written(&locals.all[0], &found, &locals, false);
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
    fn keys_refer_to_tables_of_the_same_schema_first() {
        let orders = table("orders", &[("buyer", "b")]);
        let far_away = ForeignTable { schema: "elsewhere".to_owned(), ..table("people", &[("nr", "person")]) };
        let found = Described { keys: vec![key('f', &["b"], "people_there", &["person"])], ..Described::default() };
        let told = |tables: &[ForeignTable]| {
            let locals = Locals::of(tables);
            written(&locals.all[0], &found, &locals, false).comments.pop().map(|(_, text)| text)
        };
        let near = table("people", &[("number", "person")]);
        assert_eq!(told(&[orders.clone(), far_away.clone()]).as_deref(), Some("[references elsewhere.people (nr)]"));
        assert_eq!(told(&[orders.clone(), far_away, near]).as_deref(), Some("[references people (number)]"));
        assert_eq!(told(&[orders]), None);
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
