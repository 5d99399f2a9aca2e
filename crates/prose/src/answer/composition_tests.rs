//! How sentences are put together: agreement, what is told once, what is called as the asker calls it.

use super::tests::{Case, aggregate, column, in_2025};
use crate::outline::{Expr, WindowCall};

fn counted(label: &'static str, rows: &[(&'static str, &'static str)]) -> Case {
    let outputs = vec![(label, 'S', column(label)), ("count", 'N', aggregate("count", Vec::new()))];
    let rows = rows.iter().map(|(name, count)| vec![*name, *count]).collect();
    Case { order: Some(("count", true)), ..Case::new(outputs, rows) }
}

#[test]
fn those_that_have_nothing_are_named() {
    let rows = [("a", "9"), ("b", "8"), ("c", "7"), ("d", "6"), ("e", "0"), ("f", "0")];
    let told = counted("city", &rows).told();
    assert!(told.contains("2 of the 6 cities have none: e and f."), "{told}");
    let rows = [("a", "9"), ("b", "8"), ("c", "7"), ("d", "6"), ("e", "1"), ("f", "1")];
    let told = counted("city", &rows).told();
    assert!(told.contains("2 of the 6 cities have the fewest: 1 each."), "{told}");
}

#[test]
fn a_number_of_groups_is_told_apart_from_that_of_rows() {
    let rows = [("a", "2"), ("b", "2"), ("c", "1"), ("d", "1"), ("e", "1"), ("f", "1")];
    let told = counted("city", &rows).told();
    assert_eq!(told, "A and b have the most orders: 2 each. In all, there are 8 orders, for 6 cities.");
    // Where groups have no word, nothing is called by a wrong one.
    let told = counted("name", &rows).told();
    assert!(!told.contains("names"), "{told}");
}

#[test]
fn a_place_in_a_ranking_is_not_told_beside_it() {
    let rank = WindowCall {
        call: crate::outline::AggregateCall { name: "rank".into(), ..Default::default() },
        aggregate: false,
        partition: Vec::new(),
        order: Vec::new(),
        frame: None,
    };
    let outputs = vec![
        ("country", 'S', column("country")),
        ("revenue", 'N', aggregate("sum", vec![column("total")])),
        ("rank", 'N', Expr::Window(Box::new(rank))),
    ];
    let rows = vec![vec!["a", "1910961", "1"], vec!["b", "1462630", "2"], vec!["c", "757552.46", "3"]];
    let told = Case { order: Some(("revenue", true)), ..Case::new(outputs, rows) }.told();
    assert!(
        told.starts_with("A has the highest revenue: 1.91 million, followed by b (1.46 million) and c (757,552)."),
        "{told}"
    );
}

#[test]
fn further_measures_stand_beside_the_first() {
    let outputs = vec![
        ("country", 'S', column("country")),
        ("revenue", 'N', aggregate("sum", vec![column("total")])),
        ("count", 'N', aggregate("count", Vec::new())),
        ("average_total", 'N', aggregate("avg", vec![column("total")])),
    ];
    let rows = vec![vec!["a", "90", "3", "30"], vec!["b", "40", "1", "40"], vec!["c", "20", "2", "10"]];
    let told = Case { order: Some(("revenue", true)), ..Case::new(outputs, rows) }.told();
    let lead = "A has the highest revenue: 90 (3 orders; average order total 30), followed by b (40; 1 order; average \
                order total 40) and c (20; 2 orders; average order total 10).";
    assert!(told.starts_with(lead), "{told}");
    assert!(told.ends_with("A accounts for 60 % of the total of 150."), "{told}");
}

/// Months of 2025 with the numbers of these measures.
fn monthly(measures: Vec<(&'static str, Expr)>, rows: &[&[&'static str]]) -> String {
    let months = ["2025-01-01", "2025-02-01", "2025-03-01", "2025-04-01", "2025-05-01", "2025-06-01"];
    let mut outputs = vec![("month", 'D', column("g"))];
    outputs.extend(measures.into_iter().map(|(name, value)| (name, 'N', value)));
    let rows = months.into_iter().zip(rows).map(|(month, numbers)| [&[month], *numbers].concat()).collect();
    Case { filter: Some(in_2025()), ..Case::new(outputs, rows) }.told()
}

#[test]
fn two_months_that_are_alike_are_both_named() {
    let count = || vec![("count", aggregate("count", Vec::new()))];
    assert_eq!(
        monthly(count(), &[&["9"], &["14"], &["4"], &["14"], &["10"], &["8"]]),
        "The number of orders in 2025 went up and down between 4 (March) and 14 (February and April), with no clear trend; it \
         was 9 in January and 8 in June. In all, there were 59 orders, on average 10 a month."
    );
    let three = monthly(count(), &[&["9"], &["14"], &["14"], &["14"], &["4"], &["8"]]);
    assert!(three.contains("between 4 (May) and 14, with no clear trend"), "{three}");
}

#[test]
fn the_time_is_told_with_the_first_measure() {
    let measures =
        vec![("count", aggregate("count", Vec::new())), ("revenue", aggregate("sum", vec![column("total")]))];
    let told = monthly(measures, &[&["10", "100"], &["20", "150"], &["30", "200"]]);
    assert!(told.starts_with("The number of orders in 2025 rose by 200 %"), "{told}");
    assert!(told.contains(". Revenue rose by 100 %, from 100 in January to 200 in March."), "{told}");
}

#[test]
fn a_running_total_is_told_by_where_it_ends() {
    let measures = vec![
        ("revenue", aggregate("sum", vec![column("total")])),
        ("running_total", Expr::Operator { symbol: "+".into(), args: Vec::new() }),
    ];
    let told = monthly(measures, &[&["10", "10"], &["20", "30"], &["30", "60"]]);
    assert_eq!(
        told,
        "The running total in 2025 went from 10 in January to 60 in March. Revenue rose by 200 %, from 10 in January to 30 in \
         March."
    );
}

#[test]
fn a_total_of_what_has_no_number_takes_no_article() {
    let told =
        monthly(vec![("total_shipping", aggregate("sum", vec![column("shipping")]))], &[&["10"], &["20"], &["30"]]);
    assert_eq!(
        told,
        "Total shipping in 2025 rose by 200 %, from 10 in January to 30 in March. In all, it was 60, on average 20 a month."
    );
}
