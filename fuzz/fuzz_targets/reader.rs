//! Reads random questions against a small shop. The reader may not panic, and has to end in time. What it answers is a
//! single query with a summary on one line.

#![no_main]

use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;
use reader::Interrupted;
use reader::stored_values::{Closeness, Match, ValueLookup};
use schema::{Column, ForeignKey, Relation, Snapshot};
use std::sync::LazyLock;

/// Words that the grammar or the schema know. Questions of random letters alone would never get beyond the first word.
const WORDS: &str = "how many|number of|average|total|highest|top|bottom|5|three|most expensive|newest|which|list|show me|\
    the|all|with|where|from|in|by|per|for each|month|2024|March 2025|last month|between|and|or|not|without|over|at least|\
    10|,|is|are|has|have|the most|fewest|lowest|customers|customer|orders|products|revenue|total|price|status|city|name|\
    newsletter|cancelled|Berlin|signed up|ordered|quantity|monthly|share of|running total of|compared to|of|who|never|\
    's|\"x\"|'x'|(|)|?|%|<|=|ß|\u{130}|\u{301}|1e9|-3|2024-02-30|99999999999999999999";

static SHOP: LazyLock<Snapshot> = LazyLock::new(shop);
static DICTIONARY: LazyLock<Vec<&str>> = LazyLock::new(|| WORDS.split('|').collect());

#[derive(Arbitrary, Debug)]
enum Part<'a> {
    Word(u8),
    Text(&'a str),
}

fuzz_target!(|parts: Vec<Part>| {
    let mut question = String::new();
    for part in &parts {
        question.push_str(match part {
            Part::Word(at) => DICTIONARY[usize::from(*at) % DICTIONARY.len()],
            Part::Text(text) => text,
        });
        question.push(' ');
    }
    if let Ok(Ok(reading)) = reader::read(&question, &SHOP, &SomeValues, &reader::never) {
        assert_eq!(syntax::check(&reading.sql), Ok(()), "{question}");
        assert!(!reading.summary.contains(char::is_control), "{question}: {:?}", reading.summary);
    }
});

/// Finds a city for some phrases and a name for others, so that all of the ways to use a value are taken.
struct SomeValues;

impl ValueLookup for SomeValues {
    fn find(&self, phrases: &[String]) -> Result<Vec<Match>, Interrupted> {
        let found = phrases.iter().filter(|phrase| phrase.len() % 3 != 0).map(|phrase| {
            let (relation, column) = if phrase.len() % 3 == 1 { ("customers", "city") } else { ("products", "name") };
            Match {
                phrase: phrase.clone(),
                schema: "public".to_owned(),
                relation: relation.to_owned(),
                column: column.to_owned(),
                value: phrase.clone(),
                closeness: if phrase.len() % 2 == 0 { Closeness::Exact } else { Closeness::Near },
            }
        });
        Ok(found.collect())
    }
}

fn shop() -> Snapshot {
    let customers =
        relation("customers", &["id integer N", "name text S", "city text S", "signed_up date D", "newsletter boolean B"]);
    let products = relation("products", &["id integer N", "name text S", "price numeric(10,2) N", "stock integer N"]);
    let mut orders = relation(
        "orders",
        &["id integer N", "customer_id integer N", "ordered_at timestamptz D", "status order_status E", "total numeric N"],
    );
    let mut items = relation(
        "order_items",
        &["order_id integer N", "product_id integer N", "quantity integer N", "unit_price numeric(10,2) N"],
    );
    if let Some(status) = orders.columns.iter_mut().find(|column| column.name == "status") {
        status.labels = ["placed", "paid", "cancelled"].map(str::to_owned).to_vec();
    }
    orders.foreign_keys = vec![foreign_key("customer_id", "customers")];
    items.foreign_keys = vec![foreign_key("order_id", "orders"), foreign_key("product_id", "products")];
    items.primary_key = ["order_id", "product_id"].map(str::to_owned).to_vec();
    Snapshot {
        search_path: vec!["public".to_owned()],
        today: "2025-06-15".to_owned(),
        relations: vec![customers, products, orders, items].into(),
        ..Snapshot::default()
    }
}

/// A relation of columns given as name, type and category.
fn relation(name: &str, columns: &[&str]) -> Relation {
    let column = |text: &&str| {
        let parts: Vec<&str> = text.split(' ').collect();
        Column {
            name: parts[0].to_owned(),
            data_type: parts[1].to_owned(),
            category: parts[2].chars().next().unwrap_or('X'),
            ..Column::default()
        }
    };
    Relation {
        schema: "public".to_owned(),
        name: name.to_owned(),
        visible: true,
        rows: Some(100.0),
        columns: columns.iter().map(column).collect(),
        primary_key: vec!["id".to_owned()],
        ..Relation::default()
    }
}

fn foreign_key(column: &str, relation: &str) -> ForeignKey {
    ForeignKey {
        columns: vec![column.to_owned()],
        schema: "public".to_owned(),
        relation: relation.to_owned(),
        referenced: vec!["id".to_owned()],
    }
}
