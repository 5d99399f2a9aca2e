//! Several values of one column: rows of any of them where a row has one alone, and one total unless groups are asked for.

use crate::lattice::stored_values::NoValues;
use crate::tests::shop_fixture::shop_with_values;
use schema::Snapshot;

fn told(question: &str, snapshot: &Snapshot) -> String {
    let read = crate::read(question, snapshot, &NoValues, &crate::never).unwrap();
    read.map_or_else(|silence| format!("? {silence:?}"), |reading| reading.summary)
}

#[rustfmt::skip]
const READ: &[(&str, &str)] = &[
    ("revenue in Germany and France",
     "sum of orders.total (with customers) where customers.country is Germany or France"),
    ("revenue in Germany and in France",
     "sum of orders.total (with customers) where customers.country is Germany or France"),
    ("revenue in Germany, France and Spain",
     "sum of orders.total (with customers) where customers.country is Germany or France or Spain"),
    ("revenue in Germany or France",
     "sum of orders.total (with customers) where customers.country is Germany or France"),
    ("orders from Berlin, Hamburg and Munich",
     "all orders (with customers) where customers.city is Berlin or Hamburg or Munich"),
    ("orders from Berlin and Paris",
     "all orders (with customers) where customers.city is Berlin or Paris"),
    ("customers in Germany and France",
     "all customers where customers.country is Germany or France"),
    ("how many customers are in Germany and France",
     "count of customers where customers.country is Germany or France"),
    ("names of customers from Berlin and Paris",
     "customers.name of customers where customers.city is Berlin or Paris"),
    ("revenue by month in Germany and France",
     "sum of orders.total per month of orders.ordered_at (with customers) where customers.country is Germany or France"),
    ("revenue by country in Germany and France",
     "sum of orders.total per customers.country where customers.country is Germany or France"),
    ("top 5 customers by revenue in Germany and France",
     "top 5 orders per customers.name, customers.id by sum of orders.total where customers.country is Germany or France"),
    ("share of orders from Germany and France",
     "(count of orders where customers.country is Germany or France) / (count of orders) (with customers)"),
    ("products in laptops and phones",
     "all products (with categories) where categories.name is Laptops or Phones"),
    ("paid and shipped orders",
     "all orders where orders.status is paid or shipped"),
    ("number of cancelled and returned orders in 2025",
     "count of orders where orders.status is cancelled or returned and orders.ordered_at is in 2025"),
    ("orders with status paid and shipped",
     "all orders where orders.status is paid or shipped"),
    ("revenue paid by card and paypal",
     "sum of payments.amount where payments.method is card or paypal"),
    ("customers with paid orders",
     "all customers where there is some orders with orders.status is paid"),
    ("compare revenue in Germany and France",
     "sum of orders.total per customers.country where customers.country is Germany or France"),
    ("revenue in Germany, France and Spain side by side",
     "sum of orders.total per customers.country where customers.country is Germany or France or Spain"),
    ("number of customers in Germany and France each",
     "count of customers per customers.country where customers.country is Germany or France"),
];

#[test]
fn rows_of_any_value_are_meant_where_each_has_one() {
    let shop = shop_with_values();
    let told: Vec<(&str, String)> = READ.iter().map(|(question, _)| (*question, told(question, &shop))).collect();
    let wrong: Vec<String> = told
        .iter()
        .zip(READ)
        .filter(|((_, told), (_, wanted))| told != wanted)
        .map(|((question, told), _)| format!("    (\"{question}\",\n     \"{told}\"),"))
        .collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// What may be meant of each or of both together, or what has several values, is not read as any of them.
#[test]
fn values_that_may_have_to_hold_together_are_not_read_as_any() {
    let shop = shop_with_values();
    for question in [
        "customers who bought laptops and phones",
        "customers with paid and shipped orders",
        "customers with cancelled and returned orders",
        "customers with orders paid by card and paypal",
        "revenue in both Germany and France",
        "customers from Berlin and France",
        "difference between revenue in Germany and France",
        "ratio of orders from Germany and France",
        "which countries have customers in Berlin and Paris",
        "revenue in Germany and 2025",
    ] {
        let told = told(question, &shop);
        assert!(told.starts_with("? "), "{question}: {told}");
    }
}

/// A kind that is stored of the rows is no other word for all of them.
#[test]
fn a_stored_kind_is_no_synonym_of_its_rows() {
    use crate::tests::shop_fixture::{relation, snapshot};
    let mut rooms = relation("rooms", &["id integer!", "kind text!", "price numeric!"], &["id"], &[]);
    rooms.columns[1].common_values = vec!["single".into(), "suite".into()];
    let hotel = snapshot(vec![rooms.clone()]);
    for question in ["suites", "how many suites do we have", "suites cheaper than 200"] {
        let told = told(question, &hotel);
        assert!(told.starts_with("? ") || told.contains("rooms.kind is suite"), "{question}: {told}");
    }
    // Where nothing of the kind is stored, they are the same.
    rooms.columns[1].common_values = vec!["single".into(), "double".into()];
    assert_eq!(told("how many suites do we have", &snapshot(vec![rooms])), "count of rooms");
}
