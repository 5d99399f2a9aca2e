//! What the text of a prompt shows of a schema.

use std::collections::BTreeSet;

/// The relations and columns that a prompt shows, by their whole names as SQL spells them.
#[derive(Default)]
pub struct Shown {
    /// Those of which columns are shown.
    pub relations: BTreeSet<String>,
    named: BTreeSet<String>,
    pub columns: BTreeSet<String>,
    /// The tokens of the prompt without the schema.
    pub frame: usize,
}

const KINDS: [&str; 4] = ["table ", "view ", "materialized view ", "foreign table "];
const BY_NAME: &str = "Known by name alone: ";

impl Shown {
    /// All of them, those of which only the name is shown among them.
    pub fn names(&self) -> BTreeSet<String> {
        self.relations.union(&self.named).cloned().collect()
    }

    pub fn read(prompt: &str) -> Shown {
        let (before, rest) = prompt.split_once("<schema>").expect("a prompt has a schema");
        let (schema, after) = rest.split_once("</schema>").expect("the schema ends");
        let frame = (before.chars().count() + after.chars().count()).div_ceil(4);
        let mut shown = Shown { frame, ..Shown::default() };
        let mut relation = String::new();
        for line in schema.lines() {
            if let Some(names) = line.strip_prefix(BY_NAME) {
                shown.named.extend(names.split(", ").map(str::to_owned));
            } else if let Some(rest) = KINDS.iter().find_map(|kind| line.strip_prefix(kind)) {
                let (name, rest) = split_name(rest);
                relation = name.to_owned();
                shown.relations.insert(relation.clone());
                // A line of column names; what a block has there is an estimate of rows.
                let columns = rest.strip_prefix(" (").filter(|rest| !rest.starts_with("about "));
                let columns = columns.and_then(|columns| columns.strip_suffix(')')).unwrap_or_default();
                let columns = columns.split(", ").filter(|column| !column.is_empty());
                shown.columns.extend(columns.map(|column| format!("{relation}.{column}")));
            } else if let Some(column) = line.strip_prefix("  ") {
                shown.columns.insert(format!("{relation}.{}", split_name(column).0));
            }
        }
        shown
    }
}

/// The name at the beginning of a text, which may have blanks in quotes, and what follows it.
fn split_name(text: &str) -> (&str, &str) {
    let mut quoted = false;
    let end = text.char_indices().find(|(_, letter)| {
        quoted ^= *letter == '"';
        *letter == ' ' && !quoted
    });
    text.split_at(end.map_or(text.len(), |(at, _)| at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_lines_and_names_are_told_apart() {
        let shown = Shown::read(
            "rules 1234\n<schema>\ntable a.t (about 12 rows) note \"x\"\n  id integer primary key\n  \"Last Name\" text\n\
             view \"B c\".v (id, \"d e\")\nKnown by name alone: a.u, a.w\n3 further relations\n</schema>\nQuestion: q",
        );
        let all = |set: &BTreeSet<String>| set.iter().cloned().collect::<Vec<_>>().join("; ");
        assert_eq!(all(&shown.relations), "\"B c\".v; a.t");
        assert_eq!(all(&shown.names()), "\"B c\".v; a.t; a.u; a.w");
        assert_eq!(all(&shown.columns), "\"B c\".v.\"d e\"; \"B c\".v.id; a.t.\"Last Name\"; a.t.id");
        assert_eq!(shown.frame, 6);
    }
}
