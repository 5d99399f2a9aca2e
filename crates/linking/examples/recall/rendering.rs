//! What showing a table costs, by the style of the prompt's schema: four characters are a token.

use crate::catalog::{Table, TableColumn};
use linking::{Level, Pieces, Ranked, Shown};

pub struct Blocks<'a> {
    pub tables: &'a [Table],
    pub ranked: &'a [Ranked],
    /// The schema whose names need no qualification.
    pub home: Option<&'a str>,
}

impl Blocks<'_> {
    pub fn table(&self, place: usize) -> &Table {
        &self.tables[self.ranked[place].oid as usize]
    }
}

impl Pieces for Blocks<'_> {
    fn columns(&self, place: usize) -> Option<u16> {
        u16::try_from(self.table(place).columns.len()).ok()
    }

    fn keys(&self, place: usize) -> Vec<u16> {
        let table = self.table(place);
        let foreign = table.fks.iter().flat_map(|(own, ..)| own);
        table.pk.iter().chain(foreign).filter_map(|name| table.position(name)).collect()
    }

    fn matched(&self, place: usize) -> Vec<u16> {
        self.ranked[place].columns().into_iter().map(|(column, _)| column).collect()
    }

    fn cost(&self, shown: &Shown) -> usize {
        text(self.table(shown.place), shown, self.home).chars().count().div_ceil(4)
    }
}

fn quoted(name: &str) -> String {
    let plain = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_$".contains(&byte));
    let plain = plain && !name.starts_with(|first: char| first.is_ascii_digit() || first == '$');
    if plain { name.to_owned() } else { format!("\"{}\"", name.replace('"', "\"\"")) }
}

fn list(names: &[String]) -> String {
    names.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", ")
}

fn qualified(schema: &str, name: &str, home: Option<&str>) -> String {
    if home == Some(schema) { quoted(name) } else { format!("{}.{}", quoted(schema), quoted(name)) }
}

fn text(table: &Table, shown: &Shown, home: Option<&str>) -> String {
    let name = qualified(&table.schema, &table.name, home);
    let names: Vec<String> = table.columns.iter().map(|column| column.name.clone()).collect();
    match shown.level {
        Level::Name => format!("{name}, "),
        Level::Line => format!("table {name} ({})\n", list(&names)),
        Level::Full => block(table, &name, shown, home),
    }
}

fn block(table: &Table, name: &str, shown: &Shown, home: Option<&str>) -> String {
    let mut text = format!("table {name}");
    if let Some(rows) = table.rows.filter(|rows| *rows >= 0.0) {
        text += &format!(" (about {rows:.0} rows)");
    }
    if let Some(comment) = &table.comment {
        text += &format!(" note \"{comment}\"");
    }
    text.push('\n');
    for (at, column) in (0..).zip(&table.columns) {
        if shown.columns.as_ref().is_none_or(|kept| kept.contains(&at)) {
            text += &line(table, column, home);
        }
    }
    for (kind, keys) in [("primary key", std::slice::from_ref(&table.pk)), ("unique", table.uniq.as_slice())] {
        for key in keys.iter().filter(|key| key.len() > 1) {
            text += &format!("  {kind} ({})\n", list(key));
        }
    }
    for (own, schema, other, theirs) in table.fks.iter().filter(|(own, ..)| own.len() > 1) {
        text += &format!("  ({}) -> {} ({})\n", list(own), qualified(schema, other, home), list(theirs));
    }
    let left = shown.columns.as_ref().map_or(0, |kept| table.columns.len() - kept.len());
    if left > 0 {
        text += &format!("  and {left} further columns\n");
    }
    text
}

fn line(table: &Table, column: &TableColumn, home: Option<&str>) -> String {
    let alone = std::slice::from_ref(&column.name);
    let mut text = format!("  {} {}", quoted(&column.name), column.kind);
    if table.pk == alone {
        text += " primary key";
    } else if column.nn {
        text += " not null";
    }
    if table.uniq.iter().any(|unique| unique == alone) {
        text += " unique";
    }
    if column.ident {
        text += " identity";
    }
    for (_, schema, other, theirs) in table.fks.iter().filter(|(own, ..)| own == alone) {
        text += &format!(" -> {} ({})", qualified(schema, other, home), list(theirs));
    }
    if !column.labels.is_empty() {
        text += &format!(" = '{}'", column.labels.join("' | '"));
    }
    if let Some(comment) = &column.comment {
        text += &format!(" note \"{comment}\"");
    }
    text + "\n"
}
