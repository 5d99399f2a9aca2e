//! The catalog of a dump: a JSON list of relations with their columns, keys, comments and statistics.

use linking::{Column, Relation, Usage};
use serde::Deserialize;
use std::collections::HashMap;

#[derive(Deserialize, Clone)]
pub struct Table {
    pub schema: String,
    pub name: String,
    pub rows: Option<f64>,
    pub comment: Option<String>,
    pub columns: Vec<TableColumn>,
    pub pk: Vec<String>,
    pub uniq: Vec<Vec<String>>,
    /// Own columns, schema and name of the other table, its columns.
    pub fks: Vec<(Vec<String>, String, String, Vec<String>)>,
}

#[derive(Deserialize, Clone)]
pub struct TableColumn {
    pub name: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub nn: bool,
    pub comment: Option<String>,
    pub ident: bool,
    pub labels: Vec<String>,
    pub mcv: Vec<String>,
    pub hist: Vec<String>,
}

impl Table {
    pub fn position(&self, column: &str) -> Option<u16> {
        self.columns.iter().position(|other| other.name == column).and_then(|at| u16::try_from(at).ok())
    }

    pub fn full_name(&self) -> String {
        format!("{}.{}", self.schema, self.name)
    }
}

pub fn read(path: &str) -> Vec<Table> {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let mut tables: Vec<Table> = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"));
    tables.sort_by_key(Table::full_name);
    tables
}

/// What the directory is told of the tables; their oids are their places in the list.
pub fn relations(tables: &[Table]) -> Vec<Relation> {
    let places: HashMap<String, u32> = (0..).zip(tables).map(|(place, table)| (table.full_name(), place)).collect();
    let relation = |(oid, table): (u32, &Table)| Relation {
        oid,
        schema: table.schema.clone(),
        name: table.name.clone(),
        comment: table.comment.clone(),
        columns: table.columns.iter().map(column).collect(),
        primary_key: table.pk.iter().filter_map(|name| table.position(name)).collect(),
        references: table
            .fks
            .iter()
            .filter_map(|(_, schema, name, _)| places.get(&format!("{schema}.{name}")).copied())
            .collect(),
        usage: Usage { rows: table.rows.filter(|rows| *rows >= 0.0), ..Usage::default() },
        group: 0,
    };
    (0..).zip(tables).map(relation).collect()
}

/// Fills the catalog with one owner's 1,500 look-alikes of real tables: `copies` of each, or `names` of a few.
pub fn flood(tables: &mut Vec<Table>, relations: &mut Vec<Relation>, kind: Option<&str>) {
    const MANY: usize = 1500;
    let real: Vec<Table> = tables.iter().filter(|table| table.rows.is_some_and(|rows| rows > 0.0)).cloned().collect();
    let originals: Vec<&Table> = match kind {
        Some("copies") => real.iter().cycle().take(MANY).collect(),
        Some("names") => real.iter().step_by(real.len() / 10).cycle().take(MANY).collect(),
        _ => return,
    };
    let first = tables.len();
    for (number, original) in originals.into_iter().enumerate() {
        let mut copy = original.clone();
        copy.schema = "flood".to_owned();
        copy.name = format!("{}_{number}", copy.name);
        copy.rows = Some(0.0);
        copy.comment = None;
        copy.fks.clear();
        for column in &mut copy.columns {
            column.mcv.clear();
            column.hist.clear();
        }
        if kind == Some("names") {
            copy.columns.iter_mut().for_each(|column| column.name = format!("{}{number}", column.name));
        }
        tables.push(copy);
    }
    let copies = self::relations(&tables[first..]);
    let oid = |oid: u32| oid + u32::try_from(first).expect("few tables");
    relations.extend(copies.into_iter().map(|copy| Relation { oid: oid(copy.oid), ..copy }));
}

fn column(column: &TableColumn) -> Column {
    Column {
        name: column.name.clone(),
        comment: column.comment.clone(),
        labels: column.labels.clone(),
        values: column.mcv.iter().chain(&column.hist).cloned().collect(),
    }
}
