//! How lists are told that are too long to be read out, and what is true of all rows or of none.

use super::tests::{Case, aggregate, column, compare, filtered};
use crate::outline::{Comparison, Expr};

/// Rows of the table `orders`, listed.
fn listed(outputs: Vec<(&'static str, char, Expr)>, filter: Option<Expr>, rows: Vec<Vec<&'static str>>) -> Case {
    Case { grouped: false, filter, ..Case::new(outputs, rows) }
}

fn six_of<const N: usize>(row: impl Fn(usize) -> [&'static str; N]) -> Vec<Vec<&'static str>> {
    (0..6).map(|at| row(at).to_vec()).collect()
}

const SIX: [&str; 6] = ["1", "2", "3", "4", "5", "6"];

#[test]
fn of_many_rows_no_arbitrary_ones_are_named() {
    let outputs = || vec![("id", 'N', column("id")), ("name", 'S', column("name"))];
    let names = ["Ada", "Ben", "Eva", "Leo", "Mia", "Tom"];
    let told = listed(outputs(), None, six_of(|at| [SIX[at], names[at]])).told();
    assert_eq!(told, "There are 6 orders; the list has them all.");
    let mut five = six_of(|at| [SIX[at], names[at]]);
    five.pop();
    assert_eq!(listed(outputs(), None, five).told(), "There are 5 orders: Ada, Ben, Eva, Leo and Mia.");
    // How many have which of the values that were asked for.
    let outputs = || vec![("id", 'N', column("id")), ("city", 'S', column("city"))];
    let is = |value: &str| compare("city", Comparison::Equal, value, 'S');
    let either = || Some(Expr::Or(vec![is("Oslo"), is("Rome")]));
    let told = listed(outputs(), either(), six_of(|at| [SIX[at], if at < 4 { "Rome" } else { "Oslo" }])).told();
    assert_eq!(told, "There are 6 orders in Oslo or Rome: 4 in Rome and 2 in Oslo.");
    let asked = listed(outputs(), either(), six_of(|at| [SIX[at], if at < 4 { "Rome" } else { "Oslo" }]));
    let told = Case { question: "orders in Oslo and Rome", ..asked }.told();
    assert_eq!(told, "There are 6 orders in Oslo and Rome: 4 in Rome and 2 in Oslo.");
    let masked = listed(outputs(), either(), six_of(|at| [SIX[at], "***"])).told();
    assert_eq!(masked, "There are 6 orders in Oslo or Rome; the list has them all.");
}

#[test]
fn many_rows_are_told_by_the_number_they_were_chosen_by() {
    let totals = ["10", "20", "30.5", "40", "50", "60"];
    let outputs = || vec![("id", 'N', column("id")), ("total", 'N', column("total"))];
    let over = || compare("total", Comparison::Greater, "5", 'N');
    let told = listed(outputs(), Some(over()), six_of(|at| [SIX[at], totals[at]])).told();
    assert_eq!(
        told,
        "There are 6 orders with a total over 5. Together they come to 210.50; the largest is 60 (order 6)."
    );
    let under = Some(compare("total", Comparison::Less, "500", 'N'));
    let told = listed(outputs(), under, six_of(|at| [SIX[at], totals[at]])).told();
    assert_eq!(told, "There are 6 orders with a total under 500. Together they come to 210.50.");
    let question = "orders over 5 euros";
    let told = Case { question, ..listed(outputs(), Some(over()), six_of(|at| [SIX[at], totals[at]])) }.told();
    assert_eq!(
        told,
        "There are 6 orders over 5 euros. Together they come to 210.50 euros; the largest is 60 (order 6)."
    );
    // A row that stands twice would count twice.
    let twice = listed(outputs(), Some(over()), six_of(|at| ["7", totals[at]])).told();
    assert_eq!(twice, "There are 6 orders with a total over 5; the list has them all.");
    // Nobody adds up prices.
    let outputs = || vec![("id", 'N', column("id")), ("name", 'S', column("name")), ("price", 'N', column("price"))];
    let names = ["a", "b", "c", "d", "e", "f"];
    let row = |at: usize| [SIX[at], names[at], totals[at]];
    let under = || compare("price", Comparison::Less, "500", 'N');
    let told = listed(outputs(), Some(under()), six_of(row)).told();
    assert_eq!(told, "There are 6 orders with a price under 500. The cheapest is a (10.00).");
    let alike = listed(outputs(), Some(under()), six_of(|at| [SIX[at], names[at], "10"])).told();
    assert_eq!(alike, "There are 6 orders with a price under 500. The price is 10 for all of them.");
}

#[test]
fn rows_without_a_name_are_told_by_number_and_time() {
    let outputs = || {
        vec![
            ("id", 'N', column("id")),
            ("ordered_at", 'D', column("ordered_at")),
            ("status", 'S', column("status")),
            ("total", 'N', column("total")),
        ]
    };
    let row = |id, day, status, total| vec![id, day, status, total];
    let rows = || vec![row("9", "2025-12-30", "paid", "5.5"), row("8", "2025-12-29", "new", "7")];
    let case = Case { order: Some(("ordered_at", true)), limit: true, ..listed(outputs(), None, rows()) };
    assert_eq!(
        case.told(),
        "These are the latest 2 orders: order 9 (30 December 2025, paid, total 5.50) and order 8 (29 December 2025, new, total 7.00)."
    );
    let many = (0..6).map(|at| row(SIX[at], "2025-12-30", "paid", "5")).collect();
    let case = Case { order: Some(("ordered_at", true)), limit: true, ..listed(outputs(), None, many) };
    assert_eq!(case.told(), "These are the latest 6 orders, all on 30 December 2025.");
}

#[test]
fn that_all_rows_are_older_is_said() {
    let weekly = || compare("ordered_at", Comparison::Less, "2026-11-15", 'D');
    let question = "orders stuck for more than a week";
    let count = || vec![("count", 'N', aggregate("count", Vec::new()))];
    let case = || Case { question, ..listed(count(), Some(weekly()), vec![vec!["12"]]) };
    assert_eq!(
        Case { ends: true, ..case() }.told(),
        "There are 12 orders, all more than a week old: even the latest order is from 30 December 2025."
    );
    // Where it is not known that there are no others, they are not said to be all.
    assert_eq!(case().told(), "There are 12 orders that are more than a week old.");
    let none = Case { ends: true, question, ..listed(count(), Some(weekly()), vec![vec!["0"]]) };
    assert!(none.told().starts_with("There are no orders that are more than a week old."));
}

#[test]
fn all_and_none_are_said_so() {
    let of = |filter: Expr, value: &'static str| {
        let part = filtered("count", Vec::new(), filter);
        let fraction = Expr::Operator { symbol: "/".into(), args: vec![part, aggregate("count", Vec::new())] };
        listed(vec![("fraction", 'N', fraction)], None, vec![vec![value]]).told()
    };
    let returned = || compare("status", Comparison::Equal, "returned", 'S');
    assert_eq!(of(returned(), "1.0000"), "All orders are returned.");
    assert_eq!(of(returned(), "0.9999"), "100 % of orders are returned.");
    assert_eq!(of(compare("shipping", Comparison::LessOrEqual, "0", 'N'), "0"), "None: all orders have shipping.");
}
