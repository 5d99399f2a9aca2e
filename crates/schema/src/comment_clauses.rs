//! Keys and lists of values that comments tell, for relations that can't declare them: views and foreign tables.
//!
//! A clause stands in square brackets anywhere in a comment and is written like the constraint that it stands for:
//! `[primary key (id)]`, `[unique (a, b)]` and `[foreign key (a, b) references t (c, d)]` in the comment of a relation;
//! `[primary key]`, `[unique]`, `[references t (c)]` and `[one of 'a', 'b']` in that of a column. A relation without a schema is in
//! that of the commented one. What is in brackets and is no clause is text.

use std::collections::HashMap;
use std::iter::Peekable;
use std::str::Chars;

use crate::quote_ident;
use crate::{ForeignKey, Relation, RelationKind};

/// What a comment tells; without columns, of the column that has the comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Clause {
    PrimaryKey(Vec<String>),
    Unique(Vec<String>),
    References {
        columns: Vec<String>,
        schema: Option<String>,
        relation: String,
        referenced: Vec<String>,
    },
    /// The values that a column can have.
    OneOf(Vec<String>),
}

/// A comment without its clauses, and these.
pub fn split(comment: &str) -> (String, Vec<Clause>) {
    let (mut text, mut clauses) = (String::new(), Vec::new());
    let mut rest = comment;
    while let Some(at) = rest.find('[') {
        let (before, from) = rest.split_at(at);
        text.push_str(before);
        let mut reader = Reader { rest: from.get(1..).unwrap_or_default().chars().peekable() };
        if let Some(clause) = reader.clause() {
            clauses.push(clause);
            let left: usize = reader.rest.map(char::len_utf8).sum();
            rest = from.get(from.len() - left..).unwrap_or_default();
            let is_between = text.ends_with(' ') && rest.starts_with(' ');
            rest = if is_between { rest.trim_start() } else { rest };
        } else {
            text.push('[');
            rest = from.get(1..).unwrap_or_default();
        }
    }
    text.push_str(rest);
    (text.trim().to_owned(), clauses)
}

/// A clause as comments have it.
pub fn written(clause: &Clause) -> String {
    let names = |names: &[String]| names.iter().map(|name| quote_ident(name)).collect::<Vec<_>>().join(", ");
    let list = |columns: &[String]| if columns.is_empty() { String::new() } else { format!(" ({})", names(columns)) };
    match clause {
        Clause::PrimaryKey(columns) => format!("[primary key{}]", list(columns)),
        Clause::Unique(columns) => format!("[unique{}]", list(columns)),
        Clause::References { columns, schema, relation, referenced } => {
            let own = if columns.is_empty() { String::new() } else { format!("foreign key{} ", list(columns)) };
            let schema = schema.as_ref().map(|schema| format!("{}.", quote_ident(schema))).unwrap_or_default();
            format!("[{own}references {schema}{}{}]", quote_ident(relation), list(referenced))
        }
        Clause::OneOf(values) => {
            let values: Vec<String> = values.iter().map(|value| format!("'{}'", value.replace('\'', "''"))).collect();
            format!("[one of {}]", values.join(", "))
        }
    }
}

/// Whether relations of this kind can't declare keys, so that their comments may.
pub fn may_tell(kind: RelationKind) -> bool {
    matches!(kind, RelationKind::View | RelationKind::MaterializedView | RelationKind::ForeignTable)
}

/// Comments tell no more keys of a relation than this; each is compared with all before it.
const MOST_KEYS: usize = 500;

/// Takes the clauses out of the comments, and what they tell for declared, as far as it speaks of columns that there are here.
pub fn apply(relations: &mut [Relation]) {
    let mut keys: Vec<(usize, ForeignKey)> = Vec::new();
    for (number, relation) in relations.iter_mut().enumerate().filter(|(_, relation)| may_tell(relation.kind)) {
        let (mut unique, mut foreign) = (0, 0);
        for (column, clause) in taken_out(relation) {
            let of = |columns: Vec<String>| {
                if columns.is_empty() { column.clone().into_iter().collect() } else { columns }
            };
            match clause {
                Clause::PrimaryKey(columns) => {
                    let columns = of(columns);
                    if relation.primary_key.is_empty() && has_all(relation, &columns) {
                        relation.primary_key = columns;
                    }
                }
                Clause::Unique(columns) => {
                    let columns = of(columns);
                    unique += 1;
                    if unique <= MOST_KEYS && has_all(relation, &columns) && !relation.unique_keys.contains(&columns) {
                        relation.unique_keys.push(columns);
                    }
                }
                Clause::References { columns, schema, relation: to, referenced } => {
                    let schema = schema.unwrap_or_else(|| relation.schema.clone());
                    let key = ForeignKey { columns: of(columns), schema, relation: to, referenced };
                    foreign += 1;
                    if foreign <= MOST_KEYS && has_all(relation, &key.columns) {
                        keys.push((number, key));
                    }
                }
                Clause::OneOf(values) => {
                    let column = relation.columns.iter_mut().find(|own| Some(&own.name) == column.as_ref());
                    if let Some(column) = column.filter(|column| column.category == 'S' && column.labels.is_empty()) {
                        if column.common_values.is_empty() {
                            column.common_values.clone_from(&values);
                        }
                        column.labels = values;
                    }
                }
            }
        }
    }
    add_foreign_keys(relations, keys);
}

fn add_foreign_keys(relations: &mut [Relation], keys: Vec<(usize, ForeignKey)>) {
    let name = |relation: &Relation| (relation.schema.clone(), relation.name.clone());
    // Of several of the same name, the first.
    let places: HashMap<_, _> = relations.iter().enumerate().rev().map(|(at, relation)| (name(relation), at)).collect();
    for (from, mut key) in keys {
        let at = places.get(&(key.schema.clone(), key.relation.clone()));
        let Some(to) = at.and_then(|at| relations.get(*at)) else { continue };
        if key.referenced.is_empty() {
            key.referenced.clone_from(&to.primary_key);
        }
        let fits = key.referenced.len() == key.columns.len() && has_all(to, &key.referenced);
        if let Some(relation) = relations.get_mut(from).filter(|_| fits)
            && !relation.foreign_keys.contains(&key)
        {
            relation.foreign_keys.push(key);
        }
    }
}

/// The clauses of a relation's comments, each with the column whose comment it is in.
fn taken_out(relation: &mut Relation) -> Vec<(Option<String>, Clause)> {
    let mut found = Vec::new();
    let mut take = |comment: &mut Option<String>, column: Option<&String>| {
        let Some((text, clauses)) = comment.as_deref().filter(|text| text.contains('[')).map(split) else { return };
        *comment = Some(text).filter(|text| !text.is_empty());
        found.extend(clauses.into_iter().map(|clause| (column.cloned(), clause)));
    };
    take(&mut relation.comment, None);
    for column in &mut relation.columns {
        take(&mut column.comment, Some(&column.name));
    }
    found
}

fn has_all(relation: &Relation, columns: &[String]) -> bool {
    !columns.is_empty() && columns.iter().all(|name| relation.column(name).is_some())
}

/// Reads the words of a clause.
struct Reader<'t> {
    rest: Peekable<Chars<'t>>,
}

impl Reader<'_> {
    /// A clause and the bracket that closes it.
    fn clause(&mut self) -> Option<Clause> {
        let clause = match self.word()?.as_str() {
            "primary" => self.keyword("key").and_then(|()| Some(Clause::PrimaryKey(self.names()?))),
            "unique" => Some(Clause::Unique(self.names()?)),
            "one" => self.keyword("of").and_then(|()| Some(Clause::OneOf(self.values()?))),
            "references" => self.references(Vec::new()),
            "foreign" => {
                self.keyword("key")?;
                let columns = self.names()?;
                self.keyword("references")?;
                self.references(columns)
            }
            _ => None,
        }?;
        self.sign(']').then_some(clause)
    }

    fn references(&mut self, columns: Vec<String>) -> Option<Clause> {
        let first = self.name()?;
        let (schema, relation) = if self.sign('.') { (Some(first), self.name()?) } else { (None, first) };
        Some(Clause::References { columns, schema, relation, referenced: self.names()? })
    }

    /// The names in brackets; none where there are no brackets.
    fn names(&mut self) -> Option<Vec<String>> {
        if !self.sign('(') {
            return Some(Vec::new());
        }
        let mut names = vec![self.name()?];
        while self.sign(',') {
            names.push(self.name()?);
        }
        self.sign(')').then_some(names)
    }

    fn values(&mut self) -> Option<Vec<String>> {
        let mut values = vec![self.quoted('\'')?];
        while self.sign(',') {
            values.push(self.quoted('\'')?);
        }
        Some(values)
    }

    fn name(&mut self) -> Option<String> {
        self.skip_space();
        if self.rest.peek() == Some(&'"') { self.quoted('"') } else { self.word() }
    }

    fn keyword(&mut self, wanted: &str) -> Option<()> {
        (self.word()? == wanted).then_some(())
    }

    /// A name without quotes, in lower case.
    fn word(&mut self) -> Option<String> {
        self.skip_space();
        let mut word = String::new();
        while let Some(c) = self.rest.next_if(|c| c.is_alphanumeric() || *c == '_' || *c == '$') {
            word.extend(c.to_lowercase());
        }
        (!word.is_empty()).then_some(word)
    }

    /// What stands in quotes, which are doubled inside.
    fn quoted(&mut self, quote: char) -> Option<String> {
        if !self.sign(quote) {
            return None;
        }
        let mut text = String::new();
        loop {
            let c = self.rest.next()?;
            if c == quote && self.rest.next_if_eq(&quote).is_none() {
                return Some(text);
            }
            text.push(c);
        }
    }

    fn sign(&mut self, sign: char) -> bool {
        self.skip_space();
        self.rest.next_if_eq(&sign).is_some()
    }

    fn skip_space(&mut self) {
        while self.rest.next_if(|c| c.is_whitespace()).is_some() {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Column;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    fn references(columns: &[&str], schema: Option<&str>, relation: &str, referenced: &[&str]) -> Clause {
        let (columns, referenced) = (names(columns), names(referenced));
        Clause::References { columns, schema: schema.map(str::to_owned), relation: relation.to_owned(), referenced }
    }

    #[test]
    fn every_clause_is_read_as_it_is_written() {
        for clause in [
            Clause::PrimaryKey(Vec::new()),
            Clause::PrimaryKey(names(&["a", "B c"])),
            Clause::Unique(names(&["x]y"])),
            Clause::OneOf(names(&["paid", "it's", "]", ""])),
            references(&[], None, "customers", &["nr"]),
            references(&["a", "b"], Some("Far"), "t", &["c", "d\"e"]),
            references(&["a"], None, "select", &[]),
        ] {
            let text = written(&clause);
            assert_eq!(split(&text), (String::new(), vec![clause]), "{text}");
        }
    }

    #[test]
    fn a_comment_keeps_its_text() {
        let key = Clause::PrimaryKey(Vec::new());
        for (comment, text, clauses) in [
            ("who ordered [references customers (nr)]", "who ordered", 1),
            ("[unique] the number [PRIMARY  KEY] on the form", "the number on the form", 2),
            ("list [one of them] and [a, b]", "list [one of them] and [a, b]", 0),
            ("[primary key", "[primary key", 0),
            ("[references t (a]", "[references t (a]", 0),
            ("[[primary key]", "[", 1),
            ("größe [", "größe [", 0),
        ] {
            let split = split(comment);
            assert_eq!((split.0.as_str(), split.1.len()), (text, clauses), "{comment}");
        }
        assert_eq!(split("x [Primary Key]").1, [key]);
    }

    fn relation(name: &str, kind: RelationKind, comment: &str, columns: &[(&str, &str)]) -> Relation {
        let comment_of = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let columns = columns.iter().map(|(name, comment)| Column {
            name: (*name).to_owned(),
            category: 'S',
            comment: comment_of(comment),
            ..Column::default()
        });
        let columns = columns.collect();
        let (schema, name) = ("s".to_owned(), name.to_owned());
        Relation { schema, name, kind, comment: comment_of(comment), columns, ..Relation::default() }
    }

    /// A thousand columns with a comment of a thousand characters each tell tens of thousands of keys.
    #[test]
    fn comments_tell_no_more_keys_than_can_be_compared() {
        let names: Vec<String> = (0..1600).map(|at| format!("c{at}")).collect();
        let comments = (0..1600).map(|at| {
            let keys = (0..15).map(|next| format!("[references t (c{0})] [unique (c{at}, c{0})]", (at + next) % 1600));
            keys.collect::<String>()
        });
        let comments: Vec<String> = comments.collect();
        let columns: Vec<(&str, &str)> =
            names.iter().map(String::as_str).zip(comments.iter().map(String::as_str)).collect();
        let mut relations =
            [relation("v", RelationKind::View, "", &columns), relation("t", RelationKind::Table, "", &columns)];
        apply(&mut relations);
        let [view, _] = relations;
        assert_eq!((view.foreign_keys.len(), view.unique_keys.len()), (MOST_KEYS, MOST_KEYS));
        assert_eq!(view.columns[1599].comment, None);
    }

    #[test]
    fn what_comments_tell_is_taken_for_declared_where_the_columns_are_there() {
        let foreign = RelationKind::ForeignTable;
        let orders = [
            ("no", "[primary key]"),
            ("buyer", "who pays [references people (nr)]"),
            ("seller", "[references people]"),
            ("state", "[one of 'open', 'paid']"),
            ("other", "[references nowhere (x)] [references people (missing)]"),
        ];
        let mut relations = [
            relation(
                "orders",
                foreign,
                "what was sold [unique (no, buyer)] [foreign key (gone) references people (nr)]",
                &orders,
            ),
            relation("people", RelationKind::View, "[primary key (nr)]", &[("nr", "")]),
            relation("declares", RelationKind::Table, "[primary key (a)]", &[("a", "[unique]")]),
        ];
        apply(&mut relations);
        let [orders, people, declares] = relations;
        assert_eq!((orders.comment.as_deref(), orders.primary_key), (Some("what was sold"), names(&["no"])));
        assert_eq!(orders.unique_keys, [names(&["no", "buyer"])]);
        let key = |column: &str| ForeignKey {
            columns: names(&[column]),
            schema: "s".to_owned(),
            relation: "people".to_owned(),
            referenced: names(&["nr"]),
        };
        assert_eq!(orders.foreign_keys, [key("buyer"), key("seller")]);
        assert_eq!(orders.columns[1].comment.as_deref(), Some("who pays"));
        assert_eq!(orders.columns[3].labels, names(&["open", "paid"]));
        assert_eq!((people.primary_key, people.comment), (names(&["nr"]), None));
        assert_eq!((declares.primary_key, declares.comment.as_deref()), (Vec::new(), Some("[primary key (a)]")));
    }
}
