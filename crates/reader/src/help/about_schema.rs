//! Questions about what can be asked: "help", "which tables are there", "describe orders".
//!
//! They are answered like any other, by a statement: a list of constants, of what the caller may read. No catalog is read by it.

use crate::catalog::schema_view::SchemaView;
use crate::help::examples::Example;
use crate::help::facets::plural;
use crate::interrupts::Interrupted;
use crate::lattice::stored_values::NoValues;
use crate::query::predicates::literal;
use crate::{Reader, Reading};
use schema::sanitize::{one_line, truncated};
use schema::{Column, Relation, RelationKind};
use words::{Word, singular};

/// No more rows are listed.
const MAX_ROWS: usize = 200;
/// Longer texts are cut, in characters.
const MAX_TEXT: usize = 200;
/// So many examples answer "what can I ask".
const EXAMPLES: usize = 10;

const HELP: [&str; 14] = [
    "help",
    "help me",
    "what can i ask",
    "what can i ask you",
    "what can you do",
    "what can you answer",
    "how can i ask",
    "what should i ask",
    "which questions can i ask",
    "what questions can i ask",
    "show me examples",
    "example questions",
    "how does this work",
    "what do you know",
];
const TABLES: [&str; 18] = [
    "which tables are there",
    "what tables are there",
    "which tables do we have",
    "what tables do we have",
    "list tables",
    "list all tables",
    "list the tables",
    "show tables",
    "show all tables",
    "show me the tables",
    "show me all tables",
    "which tables exist",
    "what data is there",
    "what data do we have",
    "which data is there",
    "which data do we have",
    "which tables can i read",
    "tables",
];
const COLUMNS_OF: [&str; 12] = [
    "describe",
    "describe table",
    "describe the table",
    "columns of",
    "show columns of",
    "show the columns of",
    "list the columns of",
    "what are the columns of",
    "which columns are in",
    "what columns are in",
    "structure of",
    "what is in the table",
];

impl Reader<'_> {
    /// The reading of a question about the schema itself; `None` for any other. Where a table has the name that is asked for
    /// ("tables", "help"), the question is about its rows.
    pub fn about_schema(&self, words: &[Word]) -> Result<Option<Reading>, Interrupted> {
        let said: Vec<&str> =
            words.iter().map(|word| word.lower.as_str()).filter(|word| !"?.!".contains(word)).collect();
        let text = said.join(" ");
        let named = |name: &str| self.schema.relations().any(|(_, relation)| plural(&relation.name) == plural(name));
        if HELP.contains(&text.as_str()) && !named("help") {
            let examples = self.examples(EXAMPLES, &|_| true, &mut |_: &Example| Ok(true))?;
            let rows = examples.iter().map(|example| vec![literal(&example.question)]).collect();
            return Ok(Some(reading("questions that can be asked", &["question"], &["text"], rows)));
        }
        if TABLES.contains(&text.as_str()) && !named("table") {
            return self.schema.watch().whole(Some(tables(&self.schema)));
        }
        let asked = COLUMNS_OF.iter().filter_map(|opening| text.strip_prefix(opening)?.strip_prefix(' '));
        let asked = asked.chain(text.strip_prefix("what columns does ").and_then(|rest| rest.strip_suffix(" have")));
        let asked = asked.chain(text.strip_prefix("which columns does ").and_then(|rest| rest.strip_suffix(" have")));
        for name in asked {
            let name =
                ["the table ", "table ", "the "].iter().find_map(|article| name.strip_prefix(article)).unwrap_or(name);
            if let Some(relation) = self.relation_called(name) {
                return self.schema.watch().whole(Some(columns(&self.schema, relation)));
            }
        }
        self.schema.watch().whole(None)
    }

    /// The relation whose name is made of these words, in singular or plural; of several, the one that its bare name finds.
    fn relation_called(&self, name: &str) -> Option<usize> {
        let wanted = singulars(name.split([' ', '_']));
        let is = |relation: &Relation| {
            singulars(words::identifier_words(&relation.name).iter().map(String::as_str)) == wanted
        };
        let found: Vec<(usize, &Relation)> = self.schema.relations().filter(|(_, relation)| is(relation)).collect();
        found.iter().find(|(_, relation)| relation.visible).or(found.first()).map(|(number, _)| *number)
    }

    /// Questions about one relation that are answered: of a help page on it.
    pub fn examples_about(&self, name: &str, most: usize) -> Result<Option<Vec<Example>>, Interrupted> {
        let Some(relation) = self.relation_called(&name.to_lowercase()) else { return Ok(None) };
        let mut found: Vec<Example> = Vec::new();
        for candidate in self.candidates_about(relation) {
            if found.len() == most {
                break;
            }
            if found.iter().filter(|one| one.form == candidate.form).count() < 2
                && let Some(reading) = self.answer(&candidate, &NoValues)?
            {
                found.push(Example { question: candidate.text, form: candidate.form, reading });
            }
        }
        self.schema.watch().whole(Some(found))
    }

    /// The tables and views that the caller may read, and their row estimates and comments, as lines of text.
    pub fn table_lines(&self, most: usize) -> Vec<String> {
        let line = |(number, relation): (usize, &Relation)| {
            let comment = relation.comment.as_deref().map(|text| format!(": {}", shown(text))).unwrap_or_default();
            format!("{}{comment}", one_line(self.schema.shown_name(number)))
        };
        self.schema.relations().take(most).map(line).collect()
    }

    /// The columns of a relation with their types and comments, as lines of text; `None` where no relation has the name.
    pub fn column_lines(&self, name: &str) -> Option<Vec<String>> {
        let relation = self.relation_called(&name.to_lowercase())?;
        let line = |column: &Column| {
            let comment = column.comment.as_deref().map(|text| format!(": {}", shown(text))).unwrap_or_default();
            format!("{} {}{comment}", one_line(&column.name), one_line(&column.data_type))
        };
        Some(self.schema.relation(relation).columns.iter().map(line).collect())
    }
}

fn singulars<'a>(words: impl Iterator<Item = &'a str>) -> Vec<String> {
    words.map(singular).collect()
}

fn tables(schema: &SchemaView) -> Reading {
    let row = |(number, relation): (usize, &Relation)| {
        let rows = relation.rows.map_or_else(null, |rows| format!("{rows:.0}"));
        let comment = relation.comment.as_deref().map_or_else(null, |text| literal(&shown(text)));
        vec![literal(&one_line(schema.shown_name(number))), literal(kind(relation.kind)), rows, comment]
    };
    let rows = schema.relations().take(MAX_ROWS).map(row).collect();
    let names = ["name", "kind", "estimated_rows", "comment"];
    reading("tables and views that you may read", &names, &["text", "text", "bigint", "text"], rows)
}

fn columns(schema: &SchemaView, relation: usize) -> Reading {
    let row = |(id, column): (crate::query::tree::ColumnId, &Column)| {
        let refers = schema.key_of_column(id).map(|(_, edge)| one_line(schema.shown_name(edge.to)));
        let refers = refers.map_or_else(null, |name| literal(&name));
        let labels = column.labels.join(", ");
        let labels = if labels.is_empty() { null() } else { literal(&shown(&labels)) };
        let comment = column.comment.as_deref().map_or_else(null, |text| literal(&shown(text)));
        vec![literal(&one_line(&column.name)), literal(&one_line(&column.data_type)), refers, labels, comment]
    };
    let rows = schema.columns(relation).take(MAX_ROWS).map(row).collect();
    let names = ["name", "type", "refers_to", "labels", "comment"];
    let what = format!("columns of {}", schema.shown_name(relation));
    reading(&one_line(&what), &names, &["text"; 5], rows)
}

fn null() -> String {
    "NULL".to_owned()
}

fn shown(text: &str) -> String {
    truncated(&one_line(text), MAX_TEXT)
}

fn kind(kind: RelationKind) -> &'static str {
    match kind {
        RelationKind::Table => "table",
        RelationKind::View => "view",
        RelationKind::MaterializedView => "materialized view",
        RelationKind::PartitionedTable => "partitioned table",
        RelationKind::ForeignTable => "foreign table",
    }
}

/// A statement that gives these rows. The first row has the types, so that a column of nulls alone has one too.
fn reading(summary: &str, names: &[&str], types: &[&str], rows: Vec<Vec<String>>) -> Reading {
    let typed =
        |row: &Vec<String>| row.iter().zip(types).map(|(value, of)| format!("{value}::{of}")).collect::<Vec<_>>();
    let sql = match rows.split_first() {
        None => {
            let nulls: Vec<String> =
                names.iter().zip(types).map(|(name, of)| format!("NULL::{of} AS {name}")).collect();
            format!("SELECT {} WHERE false", nulls.join(", "))
        }
        Some((first, others)) => {
            let rows = [typed(first)].into_iter().chain(others.iter().cloned());
            let lines: Vec<String> = rows.map(|row| format!("    ({})", row.join(", "))).collect();
            format!("SELECT *\nFROM (VALUES\n{}) AS t({})", lines.join(",\n"), names.join(", "))
        }
    };
    let (notes, data_ends) = (Vec::new(), Vec::new());
    Reading { sql, summary: summary.to_owned(), distance: 0, notes, data_ends }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::never;
    use crate::tests::shop_fixture::{relation, shop, snapshot};

    fn read(question: &str, snapshot: &schema::Snapshot) -> Reading {
        crate::read(question, snapshot, &NoValues, &never).unwrap().unwrap()
    }

    #[test]
    fn help_lists_questions_that_are_answered() {
        let shop = shop();
        for question in ["help", "What can I ask?", "HELP ME!"] {
            let reading = read(question, &shop);
            assert_eq!(reading.sql.matches("\n    (").count(), 10, "{}", reading.sql);
            assert!(reading.sql.contains("('how many orders are there'::text)"), "{}", reading.sql);
        }
    }

    #[test]
    fn tables_are_listed_with_their_comments() {
        let mut shop = shop();
        shop.relations.edit(|list| list[0].comment = Some("it's a tree\nof \u{1b}[31mtwo".into()));
        let reading = read("which tables are there?", &shop);
        assert_eq!(reading.summary, "tables and views that you may read");
        assert!(
            reading.sql.contains("('categories'::text, 'table'::text, NULL::bigint, 'it''s a tree of  [31mtwo'::text)"),
            "{}",
            reading.sql
        );
        assert_eq!(reading.sql.lines().count(), 2 + shop.relations.len());
        assert_eq!(read("list tables", &snapshot(Vec::new())).sql.lines().count(), 1);
    }

    #[test]
    fn a_table_is_described_by_its_columns() {
        for question in
            ["describe orders", "describe the table orders", "columns of order", "what columns does orders have?"]
        {
            let reading = read(question, &shop());
            assert_eq!(reading.summary, "columns of orders", "{question}");
            assert!(reading.sql.contains("('customer_id', 'integer', 'customers', NULL, NULL)"), "{}", reading.sql);
            assert!(reading.sql.contains("'new, paid, shipped, delivered, cancelled, returned'"), "{}", reading.sql);
        }
        assert_eq!(read("describe order items", &shop()).summary, "columns of order_items");
    }

    #[test]
    fn rows_of_a_table_of_that_name_come_first() {
        let tables = relation("tables", &["id integer!", "seats integer!"], &["id"], &[]);
        assert!(read("list tables", &snapshot(vec![tables])).sql.contains("FROM tables"));
    }
}
