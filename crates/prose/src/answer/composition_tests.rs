//! How sentences are put together: agreement, what is told once, what is called as the asker calls it.

use super::tests::{Case, aggregate, column};
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
