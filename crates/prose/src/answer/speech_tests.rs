//! What a person would say: how one row agrees, what a reference to a row is called, what several groups are.

use super::tests::{Case, aggregate, column, compare, constant};
use crate::outline::{Body, Comparison, EntryKind, Expr, FromItem, Query, Select};

type Output = (&'static str, char, Expr);

fn count() -> Vec<Output> {
    vec![("count", 'N', aggregate("count", Vec::new()))]
}

fn counting(table: &'static str, filter: Expr, question: &'static str, many: &'static str) -> String {
    let case = Case { grouped: false, filter: Some(filter), question, ..Case::new(count(), vec![vec![many]]) };
    Case { table, ..case }.told()
}

fn shown(names: &[(&'static str, char)]) -> Vec<Output> {
    names.iter().map(|(name, category)| (*name, *category, column(name))).collect()
}

fn products(filter: Option<Expr>, rows: Vec<Vec<&'static str>>) -> String {
    let outputs = shown(&[("id", 'N'), ("category_id", 'N'), ("name", 'S'), ("price", 'N'), ("discontinued", 'B')]);
    Case { table: "products", grouped: false, filter, ..Case::new(outputs, rows) }.told()
}

#[test]
fn one_row_agrees_with_what_is_said_of_it() {
    let not = |name: &str| Expr::Not(Box::new(column(name)));
    let getting = "customers who get the newsletter";
    let told = |many| counting("customers", column("newsletter"), getting, many);
    assert_eq!(told("1"), "There is 1 customer who gets the newsletter.");
    assert_eq!(told("2"), "There are 2 customers who get the newsletter.");
    let lacking = counting("customers", not("newsletter"), "customers who don't get the newsletter", "1");
    assert_eq!(lacking, "There is 1 customer who does not get the newsletter.");
    assert_eq!(counting("products", not("discontinued"), "", "1"), "There is 1 product that is not discontinued.");
}

#[test]
fn one_row_of_a_table_is_told_by_what_says_something() {
    let under = || Some(compare("price", Comparison::Less, "6", 'N'));
    assert_eq!(
        products(under(), vec![vec!["310", "5", "Jet One", "5.34", "false"]]),
        "There is 1 product with a price under 6: Jet One (price 5.34)."
    );
    assert_eq!(
        products(under(), vec![vec!["310", "5", "Jet One", "NULL", "true"]]),
        "There is 1 product with a price under 6: Jet One (discontinued)."
    );
    assert_eq!(
        products(under(), vec![vec!["310", "5", "NULL", "NULL", "false"]]),
        "There is 1 product with a price under 6: product 310."
    );
}

#[test]
fn the_first_and_the_last_time_are_told_of_rows() {
    let told = |table, name: &'static str, of: &str, function: &str, filter: Option<Expr>| {
        let outputs = vec![(name, 'D', aggregate(function, vec![column(of)]))];
        Case { table, filter, grouped: false, ..Case::new(outputs, vec![vec!["2024-01-02"]]) }.told()
    };
    assert_eq!(
        told("orders", "first_ordered_at", "ordered_at", "min", None),
        "The first order is from 2 January 2024."
    );
    assert_eq!(
        told("customers", "last_signed_up", "signed_up", "max", Some(compare("city", Comparison::Equal, "Oslo", 'S'))),
        "The latest customer in Oslo signed up on 2 January 2024."
    );
    assert_eq!(
        told("orders", "first_shipped_at", "shipped_at", "min", None),
        "The first order was shipped on 2 January 2024."
    );
}

#[test]
fn a_method_and_a_key_have_words_of_their_own() {
    let is = |name: &str, value: &str, category| compare(name, Comparison::Equal, value, category);
    assert_eq!(counting("payments", is("method", "invoice", 'S'), "", "2"), "There are 2 payments by invoice.");
    assert_eq!(counting("orders", is("customer_id", "1300", 'N'), "", "2"), "There are 2 orders of customer 1300.");
    let none = Expr::IsNull(Box::new(column("school")));
    assert_eq!(counting("children", none, "", "1"), "There is 1 child without a school.");
}

#[test]
fn a_reference_to_one_row_is_told_in_the_singular() {
    let of = |entry: usize, name: &str| Expr::Column { entry: Some(entry), name: name.into() };
    let none = |key: &str| {
        let sides = Box::new((of(1, "id"), of(0, key)));
        let join = Expr::Compare { comparison: Comparison::Equal, category: 'N', sides };
        let from = vec![FromItem::Entry { entry: 1, kind: EntryKind::Table, sampled: false, lateral: false }];
        let select = Select { from, filter: Some(join), ..Select::default() };
        Expr::Not(Box::new(Expr::Exists(Box::new(Query { body: Body::Select(Box::new(select)), ..Query::default() }))))
    };
    let told = |table, others, key: &str, many| {
        let case = Case { grouped: false, filter: Some(none(key)), ..Case::new(count(), vec![vec![many]]) };
        Case { table, others, ..case }.told()
    };
    let own: &[(&str, &[&str])] = &[("categories", &["id", "parent_id"])];
    assert_eq!(told("categories", own, "parent_id", "4"), "There are 4 categories without a parent.");
    let customers: &[(&str, &[&str])] = &[("customers", &["id"])];
    assert_eq!(told("page_views", customers, "customer_id", "7"), "There are 7 page views without a customer.");
    assert_eq!(told("page_views", customers, "customer_id", "0"), "None: all page views have a customer.");
}

#[test]
fn pairs_of_labels_are_not_called_by_one_of_them() {
    let outputs = vec![
        ("country", 'S', column("country")),
        ("status", 'S', column("status")),
        ("count", 'N', aggregate("count", Vec::new())),
    ];
    let mut rows = Vec::new();
    for (country, counts) in [("Italy", ["30", "29", "28"]), ("Spain", ["12", "11", "10"])] {
        rows.extend(["new", "paid", "sent"].into_iter().zip(counts).map(|(state, many)| vec![country, state, many]));
    }
    let told = Case { order: Some(("count", true)), ..Case::new(outputs, rows) }.told();
    assert!(told.contains("Spain (sent) has the fewest of the 6 combinations: 10."), "{told}");
}

#[test]
fn who_has_nothing_is_not_the_only_one() {
    let told = |many| {
        let outputs = vec![("name", 'S', column("name")), ("count", 'N', aggregate("count", Vec::new()))];
        let rows = vec![vec!["Ben Weber", many]];
        Case { order: Some(("count", false)), limit: true, ..Case::new(outputs, rows) }.told()
    };
    assert_eq!(told("0"), "Ben Weber has no orders; others may have none either.");
    assert_eq!(told("3"), "Ben Weber has the fewest orders: 3.");
}

#[test]
fn groups_of_a_flag_are_told_by_its_adjective() {
    let told = |measure: Output, rows: [&'static str; 2]| {
        let outputs = vec![("discontinued", 'B', column("discontinued")), measure];
        let rows = vec![vec!["false", rows[0]], vec!["true", rows[1]]];
        Case { table: "products", ..Case::new(outputs, rows) }.told()
    };
    assert_eq!(
        told(("count", 'N', aggregate("count", Vec::new())), ["458", "42"]),
        "42 products are discontinued and 458 are not."
    );
    assert_eq!(
        told(("average_price", 'N', aggregate("avg", vec![column("price")])), ["500", "400"]),
        "The average price of discontinued products is 400, 20 % lower than that of the others (500)."
    );
}

#[test]
fn all_of_a_list_that_is_sorted_by_time_are_told_in_their_order() {
    let outputs = shown(&[("id", 'N'), ("name", 'S'), ("signed_up", 'D')]);
    let rows = (1..8).map(|_| vec!["1", "Ada", "2025-01-01"]).collect();
    let case = Case { order: Some(("signed_up", true)), grouped: false, ..Case::new(outputs, rows) };
    assert_eq!(
        Case { table: "customers", ..case }.told(),
        "There are 7 customers; the list has them all, the latest first."
    );
}

#[test]
fn a_range_of_small_numbers_is_said_to_be_of_what() {
    let between = |low: &str, high: &str| Expr::Between {
        value: Box::new(column("total")),
        bounds: Box::new((constant(low, 'N'), constant(high, 'N'))),
    };
    let told = |low, high| counting("orders", between(low, high), "orders between them", "2");
    assert_eq!(told("24", "26"), "There are 2 orders with a total between 24 and 26.");
    assert_eq!(told("100", "200"), "There are 2 orders between 100 and 200.");
}

#[test]
fn years_without_rows_are_none_that_stayed_the_same() {
    let year = Expr::Call { name: "date_trunc".into(), args: vec![constant("year", 'S'), column("hired")] };
    let outputs = vec![("year", 'D', year), ("count", 'N', aggregate("count", Vec::new()))];
    let rows = ["2010-01-01", "2015-01-01", "2016-01-01", "2021-01-01"].map(|year| vec![year, "1"]).into();
    let told = Case { table: "people", ..Case::new(outputs, rows) }.told();
    assert_eq!(
        told,
        "The number of people was 1 in each of 2010, 2015, 2016 and 2021. In all, there are 4 people, in 4 of the 12 years."
    );
}

#[test]
fn two_counts_of_rows_are_told_as_rows() {
    let year = Expr::Call { name: "date_trunc".into(), args: vec![constant("year", 'S'), column("ordered_at")] };
    let outputs = vec![("year", 'D', year), ("count", 'N', aggregate("count", Vec::new()))];
    let rows = vec![vec!["2024-01-01", "10014"], vec!["2025-01-01", "9986"]];
    let told = Case::new(outputs, rows).told();
    assert_eq!(told, "There were 9,986 orders in 2025, 0.3 % fewer than in 2024 (10,014).");
}

#[test]
fn misspelt_words_are_told_as_they_were_read() {
    let case = Case {
        grouped: false,
        notes: "revnue taken for revenue, countrey taken for country",
        ..Case::new(count(), vec![vec!["0"]])
    };
    assert_eq!(case.told(), "There are no orders. “revnue” was read as “revenue” and “countrey” as “country”.");
}
