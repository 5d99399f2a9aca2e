//! Questions that must be met with silence, and a fuzz test that nothing panics.

use super::shop_fixture::{relation, shop, snapshot};
use super::{Reading, Silence};
use crate::catalog::Snapshot;
use crate::linking::values::NoValues;

fn read(question: &str, snapshot: &Snapshot) -> Result<Reading, Silence> {
    super::read(question, snapshot, &NoValues)
}

fn unknown(question: &str, snapshot: &Snapshot) -> Vec<String> {
    match read(question, snapshot) {
        Err(Silence::Unknown { words, .. }) => words,
        other => panic!("{question}: {other:?}"),
    }
}

fn ambiguous(question: &str, snapshot: &Snapshot) -> Vec<String> {
    match read(question, snapshot) {
        Err(Silence::Ambiguous { readings }) => readings,
        other => panic!("{question}: {other:?}"),
    }
}

#[test]
fn unknown_words_are_named() {
    let shop = shop();
    for (question, words) in [
        ("how many unicorns", vec!["unicorns"]),
        ("top 5 customers by happiness", vec!["happiness"]),
        ("customers who never ordered", vec!["never"]),
        ("orders shipped faster than average", vec!["faster", "than"]),
        ("only cancelled orders", vec!["only"]),
        ("customers except Berlin", vec!["except"]),
        ("customers from Atlantis", vec!["Atlantis"]),
        ("Wie viele Kunden gibt es?", vec!["Wie", "viele", "Kunden", "gibt", "es"]),
        ("🦄 orders", vec!["🦄"]),
        ("how many orders; DROP TABLE orders; --", vec![";", "DROP", "TABLE", ";"]),
        ("orders in March", vec!["March"]),
    ] {
        assert_eq!(unknown(question, &shop), words, "{question}");
    }
}

#[test]
fn what_is_half_understood_is_not_answered() {
    let shop = shop();
    for question in [
        "",
        "   ?!",
        "42",
        "customers with orders",
        "customers in 2024",
        "orders cancelled in 2024",
        "how many orders over 500",
        "total payments",
        "total payments per month in 2025",
        "customers from Berlin and France",
        "customers from Berlin or with newsletter",
        "orders by customers in Berlin",
        "products by price",
        "customers by name",
        "top customers by revenue",
        "which products have the lowest stock",
        "total price of products",
        "sum of customer id",
        "average revenue per customer",
        "average quantity per product",
        "top 10 products by revenue",
        "revenue by category",
        "products in Berlin",
        "orders between 2025 and 2024",
        "the stock of products",
        "the countries of customers",
        "top -5 customers by revenue",
        "show order 17",
        "average price of orders",
        "payments without invoice",
        "top 0 customers by revenue",
        "customers in Berlin from Hamburg",
    ] {
        assert!(
            matches!(read(question, &shop), Err(Silence::NoShape { .. })),
            "{question}: {:?}",
            read(question, &shop)
        );
    }
}

#[test]
fn equal_readings_are_all_shown() {
    let shop = shop();
    assert_eq!(ambiguous("total orders", &shop), ["count of orders", "sum of orders.total"]);
    assert_eq!(ambiguous("average amount", &shop), ["average of order_items.amount", "average of payments.amount"]);
    let parcels = relation(
        "parcels",
        &["id integer!", "packed_at date!", "sent_at date!", "origin_id integer!", "target_id integer!"],
        &["id"],
        &[("origin_id", "depots"), ("target_id", "depots")],
    );
    let depots = relation("depots", &["id integer!", "name text!"], &["id"], &[]);
    let post = snapshot(vec![parcels, depots]);
    assert_eq!(
        ambiguous("parcels per depot", &post),
        [
            "count of parcels per depot, depots by parcels.origin_id",
            "count of parcels per depot, depots by parcels.target_id"
        ]
    );
    assert_eq!(ambiguous("parcels in 2024", &post).len(), 2);
    assert!(read("parcels sent in 2024", &post).is_ok());
}

#[test]
fn an_empty_value_is_not_denied() {
    let mut shop = shop();
    for column in shop.relations.iter_mut().flat_map(|relation| relation.columns.iter_mut()) {
        column.not_null = false;
    }
    assert!(matches!(read("customers not from Berlin", &shop), Err(Silence::NoShape { .. })));
    assert!(read("5 most expensive products", &shop).unwrap().sql.contains("price DESC NULLS LAST"));
}

#[test]
fn odd_names_are_quoted_and_qualified() {
    let mut one = relation(
        "Order",
        &["ID integer!", "price numeric!", "customer_id integer!"],
        &["ID"],
        &[("customer_id", "tbl_clients")],
    );
    one.visible = false;
    one.columns[1].name = "Unit Price".into();
    let two = relation("tbl_clients", &["id integer!", "first_name text!", "last_name text!"], &["id"], &[]);
    let odd = snapshot(vec![one, two]);
    let sql = |question: &str| read(question, &odd).map(|reading| reading.sql.replace('\n', " ")).unwrap();
    assert_eq!(
        sql("orders with unit price over 1,000"),
        concat!(
            "SELECT \"ID\", \"Unit Price\", customer_id FROM public.\"Order\" ",
            "WHERE \"Unit Price\" > 1000 ORDER BY \"ID\""
        )
    );
    assert_eq!(
        sql("orders per client"),
        concat!(
            "SELECT tbl_clients.first_name, tbl_clients.last_name, count(*) AS count FROM public.\"Order\" ",
            "JOIN tbl_clients ON tbl_clients.id = \"Order\".customer_id ",
            "GROUP BY tbl_clients.id, tbl_clients.first_name, tbl_clients.last_name ORDER BY count DESC, tbl_clients.id"
        )
    );
}

#[test]
fn long_questions_are_not_read() {
    let shop = shop();
    for text in ["orders ", "Berlin and ", "ä'\u{301}\u{0}", "((((", "9", "'", "name, ", "by month and "] {
        let long = text.repeat(100_000 / text.len());
        assert!(read(&long, &shop).is_err(), "{text}");
        let middling = text.repeat(70);
        assert!(read(&middling, &shop).is_err(), "{text}");
    }
}

/// A small linear congruential generator: the same questions on every run.
struct Dice(u64);

impl Dice {
    fn pick<'a>(&mut self, words: &[&'a str]) -> &'a str {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        words[usize::try_from(self.0 >> 33).unwrap() % words.len()]
    }
}

#[test]
fn nothing_panics_and_every_answer_is_one_statement() {
    let shop = shop();
    let words: Vec<&str> = concat!(
        "how many|number of|average|total|highest|top|bottom|5|three|most expensive|newest|which|list|show me|the|all|with|",
        "where|from|in|by|per|for each|month|2024|March 2025|last month|between|and|or|not|without|over|at least|10|,|is|are|",
        "has|have|the most|fewest|lowest|customers|customer|orders|products|reviews|payments|page views|order items|",
        "categories|revenue|sales|total|price|stock|rating|stars|status|city|country|name|newsletter|discontinued|cancelled|",
        "Berlin|France|card|bank transfer|signed up|ordered|amount|quantity|monthly|placed|are there|of|'x'|<|=|ß|\u{130}"
    )
    .split('|')
    .collect();
    let mut dice = Dice(20_250_101);
    let mut answered = 0;
    for round in 0..6000 {
        let question: Vec<&str> = (0..1 + round % 9).map(|_| dice.pick(&words)).collect();
        if let Ok(reading) = read(&question.join(" "), &shop) {
            answered += 1;
            assert!(reading.sql.starts_with("SELECT ") && !reading.sql.contains(';'), "{question:?}");
            assert!(!reading.summary.contains('\n'));
        }
    }
    assert!(answered > 50, "{answered}");
}
