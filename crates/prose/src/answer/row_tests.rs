//! How rows, groups and values are called, and of whom a mean is.

use super::tests::{Case, aggregate, column, compare};
use crate::outline::{AggregateCall, Comparison, Expr};

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

#[test]
fn plurals_that_no_rule_makes_are_known() {
    let told = |table, many| Case { table, grouped: false, ..Case::new(count(), vec![vec![many]]) }.told();
    assert_eq!(told("analyses", "1"), "There is 1 analysis.");
    assert_eq!(told("child", "2"), "There are 2 children.");
    assert_eq!(told("person", "1"), "There is 1 person.");
    assert_eq!([told("sheep", "1"), told("sheep", "3")], ["There is 1 sheep.", "There are 3 sheep."]);
    assert_eq!(counting("sheep", column("shorn"), "", "2"), "There are 2 shorn sheep.");
}

#[test]
fn who_placed_what_is_told_in_the_words_of_the_question() {
    let of = |entry, name: &str| Expr::Column { entry: Some(entry), name: name.into() };
    let told = |question| {
        let outputs = vec![("name", 'S', of(1, "name")), ("total", 'N', of(0, "total"))];
        let case = Case {
            order: Some(("total", true)),
            limit: true,
            grouped: false,
            question,
            ..Case::new(outputs, vec![vec!["Ada", "50"]])
        };
        Case { others: &[("customers", &["name"])], ..case }.told()
    };
    assert_eq!(told("who placed the biggest order"), "Ada placed the biggest order: 50.");
    assert_eq!(told("whose order is the biggest"), "The biggest order is that of Ada: 50.");
}

#[test]
fn units_are_no_part_of_what_is_measured() {
    let told = |name: &'static str, of: &str| {
        let outputs = vec![(name, 'N', aggregate("avg", vec![column(of)]))];
        Case { table: "page_views", grouped: false, ..Case::new(outputs, vec![vec!["150.24"]]) }.told()
    };
    assert_eq!(told("average_seconds", "seconds"), "The average is 150.24 seconds per page view.");
    assert_eq!(told("average_height_cm", "height_cm"), "The average height in cm is 150.24.");
    assert_eq!(told("average_rating", "rating"), "The average rating is 150.24.");
}

#[test]
fn a_value_of_one_who_is_named_is_theirs() {
    let filter = Some(compare("name", Comparison::Equal, "Ida Fry", 'S'));
    let outputs = vec![("salary", 'N', column("salary"))];
    let told = Case { table: "people", filter, grouped: false, ..Case::new(outputs, vec![vec!["5000"]]) }.told();
    assert_eq!(told, "The salary of Ida Fry is 5,000.");
}

#[test]
fn values_are_called_as_the_question_does() {
    let told = |question| {
        let rows = vec![vec!["card"], vec!["invoice"]];
        let case = Case { table: "payments", question, ..Case::new(vec![("method", 'S', column("method"))], rows) };
        case.told()
    };
    assert_eq!(told("all payment methods"), "There are 2 payment methods: card and invoice.");
    assert_eq!(told("all methods"), "There are 2 methods: card and invoice.");
}

#[test]
fn a_result_is_no_name() {
    let outputs = shown(&[("id", 'N'), ("result", 'S'), ("done_on", 'D')]);
    let rows = vec![vec!["4", "clean", "2025-01-05"]];
    let case = Case { order: Some(("done_on", true)), limit: true, grouped: false, ..Case::new(outputs, rows) };
    assert_eq!(Case { table: "analyses", ..case }.told(), "The latest is analysis 4 (5 January 2025, clean).");
}

#[test]
fn a_mean_of_those_that_have_some_is_theirs() {
    let told = |key: &str| {
        let call = AggregateCall {
            name: "count".into(),
            args: vec![column(key)],
            distinct: true,
            category: 'N',
            ..AggregateCall::default()
        };
        let whole = Expr::Call { name: "nullif".into(), args: vec![Expr::Aggregate(Box::new(call))] };
        let quotient = Expr::Operator { symbol: "/".into(), args: vec![aggregate("count", Vec::new()), whole] };
        Case { grouped: false, ..Case::new(vec![("average", 'N', quotient)], vec![vec!["4.96"]]) }.told()
    };
    assert_eq!(told("customer_id"), "Customers with orders have 4.96 of them on average.");
}

#[test]
fn labels_that_say_nothing_alone_are_told_with_their_noun() {
    let flag = ("newsletter", 'B', column("newsletter"));
    let rating = ("rating", 'N', column("g"));
    let rows = vec![vec!["false", "4", "9"], vec!["true", "4", "8"], vec!["false", "5", "7"]];
    let outputs = vec![flag, rating, ("count", 'N', aggregate("count", Vec::new()))];
    let told = Case { order: Some(("count", true)), ..Case::new(outputs, rows) }.told();
    assert!(told.starts_with("Without newsletter (rating 4) has the most orders: 9"), "{told}");
}

#[test]
fn days_are_on_and_months_in() {
    let day =
        Expr::Call { name: "date_trunc".into(), args: vec![super::tests::constant("day", 'S'), column("ordered_at")] };
    let outputs = vec![("day", 'D', day), ("count", 'N', aggregate("count", Vec::new()))];
    let days = ["2025-12-01", "2025-12-02", "2025-12-03", "2025-12-04", "2025-12-05", "2025-12-06"];
    let rows = days.into_iter().zip(["9", "12", "8", "11", "10", "10"]).map(|(day, many)| vec![day, many]).collect();
    let told = Case::new(outputs, rows).told();
    assert!(told.contains("; it was 9 on 1 December and 10 on 6 December."), "{told}");
}

#[test]
fn the_only_group_is_told_as_one() {
    let having = Expr::Compare {
        comparison: Comparison::Less,
        category: 'N',
        sides: Box::new((aggregate("count", Vec::new()), super::tests::constant("480", 'N'))),
    };
    let case = Case { having: Some(having), ..Case::new(vec![("city", 'S', column("g"))], vec![vec!["Madrid"]]) };
    assert_eq!(Case { table: "customers", ..case }.told(), "There is 1 city with fewer than 480 customers: Madrid.");
    let month =
        Expr::Call { name: "date_trunc".into(), args: vec![super::tests::constant("month", 'S'), column("paid_at")] };
    let outputs = vec![("month", 'D', month), ("count", 'N', aggregate("count", Vec::new()))];
    let case = Case { table: "payments", ..Case::new(outputs, vec![vec!["2026-01-01", "19"]]) };
    assert_eq!(case.told(), "There were 19 payments in January 2026.");
}

#[test]
fn a_row_that_is_asked_for_by_name_has_it_once() {
    let filter = || Some(compare("name", Comparison::Equal, "Ideal One", 'S'));
    let outputs = || shown(&[("id", 'N'), ("name", 'S'), ("price", 'N')]);
    let case = Case {
        table: "products",
        filter: filter(),
        grouped: false,
        ..Case::new(outputs(), vec![vec!["9", "Ideal One", "7"]])
    };
    assert_eq!(case.told(), "There is 1 product that is called Ideal One (price 7).");
    let case = Case {
        table: "products",
        filter: filter(),
        grouped: false,
        ..Case::new(shown(&[("stock", 'N')]), vec![vec!["9"]])
    };
    assert_eq!(case.told(), "The stock of Ideal One is 9.");
}

#[test]
fn a_row_without_name_and_number_is_told_by_what_it_has() {
    let outputs = || shown(&[("product_id", 'N'), ("customer_id", 'N'), ("rating", 'N'), ("written_on", 'D')]);
    let rows = || vec![vec!["22", "1142", "3", "2026-01-06"]];
    let case = Case { order: Some(("written_on", true)), limit: true, grouped: false, ..Case::new(outputs(), rows()) };
    assert_eq!(
        Case { table: "reviews", ..case }.told(),
        "This is the latest review: product id 22, customer id 1142, rating 3, written on 6 January 2026."
    );
    let filter = Some(compare("rating", Comparison::Equal, "3", 'N'));
    let case = Case { filter, grouped: false, ..Case::new(outputs(), rows()) };
    assert_eq!(
        Case { table: "reviews", ..case }.told(),
        "There is 1 review with a rating of 3: product id 22, customer id 1142, rating 3, written on 6 January 2026."
    );
}
