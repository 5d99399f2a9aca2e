//! How answers are worded: each rule beside a case that it must leave alone.

use super::places::of_called;
use super::tests::{Case, aggregate, column, compare, constant, filtered, since};
use crate::outline::{Body, Comparison, EntryKind, Expr, FromItem, Query, Select};

/// A table `orders` grouped by one column and counted.
fn counted(label: &'static str, question: &'static str, rows: &[(&'static str, &'static str)]) -> String {
    let outputs = vec![(label, 'S', column(label)), ("count", 'N', aggregate("count", Vec::new()))];
    let rows = rows.iter().map(|(name, count)| vec![*name, *count]).collect();
    Case { order: Some(("count", true)), question, ..Case::new(outputs, rows) }.told()
}

#[test]
fn groups_are_said_to_be_what_they_are() {
    let rows = [("delivered", "50"), ("shipped", "30"), ("new", "20")];
    assert_eq!(
        counted("status", "orders by status", &rows),
        "Half of the 100 orders are delivered (50), 30 are shipped and 20 are new."
    );
    assert_eq!(
        counted("method", "", &rows),
        "The most orders are by delivered: 50, followed by shipped (30) and new (20). Delivered accounts for 50 % of all 100 orders."
    );
    let states = [("Texas", "50"), ("Ohio", "30"), ("Utah", "20")];
    assert!(counted("state", "", &states).starts_with("Texas has the most orders: 50"));
}

fn monthly(numbers: &[&'static str]) -> String {
    let outputs = vec![("month", 'D', column("g")), ("revenue", 'N', aggregate("sum", vec![column("total")]))];
    let months = [
        "2025-01-01",
        "2025-02-01",
        "2025-03-01",
        "2025-04-01",
        "2025-05-01",
        "2025-06-01",
        "2025-07-01",
        "2025-08-01",
    ];
    let rows = months.into_iter().zip(numbers).map(|(month, number)| vec![month, *number]).collect();
    Case::new(outputs, rows).told()
}

#[test]
fn a_series_without_a_trend_neither_rises_nor_falls() {
    assert_eq!(
        monthly(&["100", "140", "90", "150", "95", "110"]),
        "Revenue went up and down between 90 (March) and 150 (April), with no clear trend; it was 100 in January and 110 in \
         June. The total is 685, \
         on average 114 a month."
    );
    let rising = monthly(&["100", "110", "125", "120", "140", "150"]);
    assert!(rising.starts_with("Revenue rose by 50 %, from 100 in January to 150 in June. The total"), "{rising}");
}

#[test]
fn shares_are_told_as_parts_of_the_whole() {
    let quotient = Expr::Operator { symbol: "/".into(), args: Vec::new() };
    let outputs = vec![
        ("country", 'S', column("country")),
        ("revenue", 'N', aggregate("sum", vec![column("total")])),
        ("share", 'N', quotient),
    ];
    let row = |name: &'static str, total: &'static str, share: &'static str| vec![name, total, share];
    let rows = vec![row("Germany", "50", "0.5"), row("France", "30", "0.3"), row("Italy", "20", "0.2")];
    let told = Case { order: Some(("revenue", true)), ..Case::new(outputs, rows) }.told();
    assert_eq!(
        told,
        "Germany brings in 50 % of revenue (50 of 100), followed by France with 30 % and Italy with 20 %."
    );
}

#[test]
fn a_fraction_of_rows_is_told_as_what_they_do() {
    let of = |filter: Expr, question: &'static str, value: &'static str| {
        let part = filtered("count", Vec::new(), filter);
        let fraction = Expr::Operator { symbol: "/".into(), args: vec![part, aggregate("count", Vec::new())] };
        let outputs = vec![("fraction", 'N', fraction)];
        Case { grouped: false, question, ..Case::new(outputs, vec![vec![value]]) }.told()
    };
    let question = "what percentage of orders get the newsletter";
    assert_eq!(of(column("newsletter"), question, "0.33"), "33 % of orders get the newsletter.");
    assert_eq!(of(column("newsletter"), "", "0.33"), "33 % of orders have newsletter.");
    let returned = || compare("status", Comparison::Equal, "returned", 'S');
    assert_eq!(of(returned(), "", "0.1"), "10 % of orders are returned.");
    assert_eq!(of(returned(), "", "0"), "None of the orders are returned.");
    assert_eq!(of(compare("stock", Comparison::LessOrEqual, "0", 'N'), "", "0.1"), "10 % of orders are out of stock.");
}

#[test]
fn the_question_lends_its_words() {
    let told = |filter: Expr, question: &'static str, count: &'static str| {
        let outputs = vec![("count", 'N', aggregate("count", Vec::new()))];
        Case { grouped: false, filter: Some(filter), question, ..Case::new(outputs, vec![vec![count]]) }.told()
    };
    let paypal = || compare("method", Comparison::Equal, "paypal", 'E');
    assert_eq!(told(paypal(), "how many paypal orders", "2"), "There are 2 paypal orders.");
    assert_eq!(told(paypal(), "how many orders by paypal", "2"), "There are 2 orders by paypal.");
    let over = || compare("total", Comparison::Greater, "5000", 'N');
    assert_eq!(told(over(), "how many orders over 5000", "2"), "There are 2 orders over 5,000.");
    assert_eq!(told(over(), "orders with a total over 5000", "2"), "There are 2 orders with a total over 5,000.");
    let weekly = || compare("ordered_at", Comparison::Less, "2026-11-15", 'D');
    assert_eq!(
        told(weekly(), "orders open for more than a week", "2"),
        "There are 2 orders that are more than a week old."
    );
    assert_eq!(told(weekly(), "orders before 15 November", "2"), "There were 2 orders before 15 November 2026.");
    assert_eq!(told(column("discontinued"), "", "2"), "There are 2 discontinued orders.");
    let open = Expr::And(vec![
        compare("stock", Comparison::LessOrEqual, "0", 'N'),
        Expr::Not(Box::new(column("discontinued"))),
    ]);
    assert_eq!(told(open, "", "0"), "None: all orders that are not discontinued are in stock.");
    let placed = told(over(), "how many orders were placed", "2");
    assert_eq!(placed, "2 orders were placed over 5,000.");
}

#[test]
fn a_time_that_goes_on_has_had_nothing_so_far() {
    let count = || vec![("count", 'N', aggregate("count", Vec::new()))];
    let of = |from: &str, to: &str| {
        let filter = Some(since("ordered_at", from, to));
        Case { grouped: false, filter, ends: true, ..Case::new(count(), vec![vec!["0"]]) }.told()
    };
    let latest = "The latest order is from 30 December 2025.";
    assert_eq!(of("2026-01-01", "2027-01-01"), format!("There have been no orders in 2026 so far. {latest}"));
    assert_eq!(
        of("2026-10-23", "2026-11-23"),
        format!("There have been no orders from 23 October to 22 November 2026. {latest}")
    );
    assert_eq!(of("2026-10-01", "2026-11-01"), format!("There were no orders in October 2026. {latest}"));
}

#[test]
fn what_fell_says_by_how_much_and_against_what() {
    let units = |from, to| filtered("sum", vec![column("quantity")], since("ordered_at", from, to));
    let difference = Expr::Operator {
        symbol: "-".into(),
        args: vec![units("2025-01-01", "2026-01-01"), units("2024-01-01", "2025-01-01")],
    };
    let outputs = vec![("name", 'S', column("name")), ("difference", 'N', difference)];
    let rows = vec![vec!["a", "-1"], vec!["b", "-7"], vec!["c", "-9"]];
    let question = "which orders sold fewer units in 2025 than in 2024";
    let told = Case { order: Some(("difference", true)), question, ..Case::new(outputs, rows) }.told();
    assert_eq!(
        told,
        "3 orders sold fewer units in 2025 than in 2024, most of all c (9 fewer), b (7 fewer) and a (1 fewer)."
    );
}

#[test]
fn those_who_have_a_thing_are_named_by_it() {
    let outputs = || {
        let total = aggregate("avg", vec![column("total")]);
        vec![("newsletter", 'B', column("newsletter")), ("average_total", 'N', total)]
    };
    let rows = || vec![vec!["false", "2471.14"], vec!["true", "2449.46"]];
    let question = "average order total of newsletter subscribers versus everybody else";
    assert_eq!(
        Case { question, ..Case::new(outputs(), rows()) }.told(),
        "The average order total of newsletter subscribers is 2,449.46, 0.9 % lower than that of the others (2,471.14)."
    );
    assert_eq!(
        Case::new(outputs(), rows()).told(),
        "The average order total of those with newsletter is 2,449.46, 0.9 % lower than that of those without (2,471.14)."
    );
}

#[test]
fn values_that_are_no_names_are_told_as_what_they_are() {
    let emails = |many: usize| {
        let outputs = vec![("email", 'S', column("email"))];
        let rows = ["a@x", "b@x", "c@x", "d@x", "e@x", "f@x"].into_iter().take(many).map(|one| vec![one]).collect();
        Case { grouped: false, ..Case::new(outputs, rows) }.told()
    };
    assert_eq!(emails(6), "There are 6 orders; the list has their emails.");
    assert_eq!(emails(2), "There are 2 orders, with the emails a@x and b@x.");
}

#[test]
fn the_ends_of_a_range_are_one_sentence() {
    let of = |name: &str| aggregate(name, vec![column("price")]);
    let outputs =
        vec![("name", 'S', column("name")), ("lowest_price", 'N', of("min")), ("highest_price", 'N', of("max"))];
    let rows = vec![vec!["Phones", "5", "90"], vec!["Kitchen", "7", "99"], vec!["Novels", "6", "80"]];
    let told = Case { order: Some(("name", false)), ..Case::new(outputs, rows) }.told();
    assert_eq!(told, "Prices run from 5 (Phones) to 99 (Kitchen). The list has the figures of all 3 orders.");
}

#[test]
fn a_scale_has_no_percent() {
    let names = ["1", "2", "3", "4", "5", "6"];
    let ranked = |name: &'static str| {
        let outputs = vec![("category", 'S', column("g")), (name, 'N', aggregate("avg", vec![column(name)]))];
        let values = ["3.30", "3.29", "3.28", "3.27", "3.26", "3.25"];
        let rows = values.iter().enumerate().map(|(at, value)| vec![names[at], *value]).collect();
        Case { order: Some((name, true)), ..Case::new(outputs, rows) }.told()
    };
    assert!(
        ranked("rating").ends_with("lowest of the 6 categories: 3.25, so they hardly differ."),
        "{}",
        ranked("rating")
    );
    assert!(ranked("price").ends_with("lowest of the 6 categories: 3.25, only 1.5 % less."), "{}", ranked("price"));
}

#[test]
fn the_last_one_named_differs_from_the_next() {
    let numbers = |values: [&'static str; 6]| {
        let rows: Vec<(&'static str, &'static str)> = ["a", "b", "c", "d", "e", "f"].into_iter().zip(values).collect();
        counted("city", "", &rows)
    };
    assert!(numbers(["9", "8", "7", "7", "3", "2"]).contains("followed by b (8). F"));
    assert!(numbers(["9", "7", "7", "7", "3", "2"]).contains("followed by b, c and d (7 each). F"));
    assert!(numbers(["9", "8", "7", "6", "3", "2"]).contains("followed by b (8) and c (7). F"));
}

#[test]
fn states_and_hours_have_words_of_their_own() {
    let rows = [("delivered", "50"), ("shipped", "9"), ("new", "8"), ("returned", "7"), ("lost", "6"), ("paid", "5")];
    assert!(counted("status", "", &rows).ends_with("The fewest are paid: 5."));
    let hours = [("3", "9"), ("6", "8"), ("11", "7"), ("4", "6"), ("5", "5"), ("16", "1")];
    let told = counted("hour", "", &hours);
    assert!(
        told.starts_with(
            "The busiest hour is 3:00 to 3:59, with 9 orders, followed by 6:00 to 6:59 (8) and 11:00 to 11:59 (7). The \
             quietest is 16:00 to 16:59, with 1."
        ),
        "{told}"
    );
}

#[test]
fn a_long_ranking_ends_with_its_last() {
    let outputs = vec![("region", 'S', column("g")), ("count", 'N', aggregate("count", Vec::new()))];
    let rows = ["a", "b", "c", "d", "e", "f"].into_iter().zip(["9", "8", "7", "6", "5", "4"]);
    let rows = rows.map(|(name, count)| vec![name, count]).collect();
    let told = Case { order: Some(("count", true)), limit: true, ..Case::new(outputs, rows) }.told();
    assert_eq!(told, "A has the most orders: 9, followed by b (8) and c (7). Number 6 is f (4).");
    let outputs = vec![("region", 'S', column("g")), ("count", 'N', aggregate("count", Vec::new()))];
    let rows = vec![vec!["a", "9"], vec!["b", "9"], vec!["c", "9"]];
    let told = Case { order: Some(("count", true)), limit: true, ..Case::new(outputs, rows) }.told();
    assert_eq!(told, "A, b and c have the most orders: 9 each. Others may have as much.");
}

/// Two quarters compared, in one row or for each region.
fn quarters(rows: Vec<Vec<&'static str>>, grouped: bool) -> String {
    let time = |year: i64| since("ordered_at", &format!("{year}-10-01"), &format!("{}-01-01", year + 1));
    let of = |year: i64| filtered("sum", vec![column("total")], time(year));
    let mut outputs = vec![
        ("revenue_q4_2025", 'N', of(2025)),
        ("revenue_q4_2024", 'N', of(2024)),
        ("difference", 'N', constant("0", 'N')),
    ];
    if grouped {
        outputs.insert(0, ("region", 'S', column("g")));
    }
    let filter = Some(Expr::Or(vec![time(2025), time(2024)]));
    Case { filter, grouped, ..Case::new(outputs, rows) }.told()
}

#[test]
fn times_that_are_compared_are_told_once() {
    assert_eq!(
        quarters(vec![vec!["110", "100", "10"]], false),
        "Revenue in the fourth quarter of 2025 was 110, 10 % more than in the fourth quarter of 2024 (100)."
    );
    let rows = vec![vec!["a", "110", "100", "10"], vec!["b", "90", "100", "-10"], vec!["c", "50", "50", "0"]];
    assert_eq!(
        quarters(rows, true),
        "A had the highest revenue in the fourth quarter of 2025: 110, 10 % more than in the fourth quarter of 2024 (100). \
         A rose most, by 10 %, and b fell most, by 10 %. In all, revenue was 250, the same as in the fourth quarter of 2024 \
         (250)."
    );
}

#[test]
fn groups_are_told_by_the_number_of_their_rows() {
    let outputs = vec![("country", 'S', column("country"))];
    let rows = vec![vec!["Austria"], vec!["France"]];
    let having = Expr::Compare {
        comparison: Comparison::Greater,
        category: 'N',
        sides: Box::new((aggregate("count", Vec::new()), constant("500", 'N'))),
    };
    let told = Case { having: Some(having), ..Case::new(outputs, rows) }.told();
    assert_eq!(told, "There are 2 countries with more than 500 orders: Austria and France.");
}

#[test]
fn what_is_added_up_is_said_where_it_is_open() {
    let revenue = |columns: &'static [&'static str], filter: Option<Expr>| {
        let outputs = vec![("revenue", 'N', aggregate("sum", vec![column("total")]))];
        Case { columns, filter, grouped: false, ..Case::new(outputs, vec![vec!["7"]]) }.told()
    };
    assert_eq!(revenue(&["total", "status"], None), "Revenue is 7. Orders of any status are counted.");
    assert_eq!(revenue(&["total"], None), "Revenue is 7.");
    let returned = compare("status", Comparison::Equal, "returned", 'S');
    assert!(!revenue(&["total", "status"], Some(returned)).contains("any status"));
    // Other sums, and means, have no customary choice.
    let outputs = vec![("average_total", 'N', aggregate("avg", vec![column("total")]))];
    let told = Case { columns: &["status"], grouped: false, ..Case::new(outputs, vec![vec!["7"]]) }.told();
    assert_eq!(told, "The average order total is 7.");
}

#[test]
fn a_month_that_the_data_stops_in_is_told_apart() {
    let month = || Expr::Call { name: "date_trunc".into(), args: vec![constant("month", 'S'), column("ordered_at")] };
    let told = |months: usize| {
        let outputs = vec![("month", 'D', month()), ("count", 'N', aggregate("count", Vec::new()))];
        let rows = [["2025-09-01", "90"], ["2025-10-01", "120"], ["2025-11-01", "100"], ["2025-12-01", "9"]];
        let rows = rows.into_iter().skip(4 - months).map(Vec::from).collect();
        let filter = Some(since("ordered_at", "2025-01-01", "2026-01-01"));
        let notes = "orders.ordered_at ends 2025-12-03";
        Case { filter, notes, ..Case::new(outputs, rows) }.told()
    };
    assert_eq!(
        told(4),
        "The number of orders from September to November 2025 rose by 11 %, from 90 in September to 100 in November. It was \
         highest in October (120). In all, there were 319 orders, on average 103 in a complete month. December, up to the 3rd, has 9: \
         there is nothing after that."
    );
    // Of one complete month there is no course, so that nothing is left out.
    assert!(told(2).starts_with("The number of orders in 2025 was 100 in November and 9 in December."), "{}", told(2));
}

#[test]
fn what_is_called_so_is_said_to_be() {
    let count = || vec![("count", 'N', aggregate("count", Vec::new()))];
    let is = |value: &str| compare("name", Comparison::Equal, value, 'S');
    let told =
        |filter: Expr| Case { grouped: false, filter: Some(filter), ..Case::new(count(), vec![vec!["2"]]) }.told();
    assert_eq!(told(Expr::Or(vec![is("Ada"), is("Ben")])), "There are 2 orders that are called Ada or Ben.");
    assert_eq!(
        of_called("categories", &["Laptops", "Phones"], "Laptops and Phones"),
        "of the categories Laptops and Phones"
    );
    assert_eq!(of_called("categories", &["Laptops"], "Laptops"), "of the category Laptops");
}

#[test]
fn related_rows_in_a_state_are_called_by_it() {
    let count = || vec![("count", 'N', aggregate("count", Vec::new()))];
    let with = |filter: Expr| {
        let from = vec![FromItem::Entry { entry: 0, kind: EntryKind::Table, sampled: false, lateral: false }];
        let select = Select { from, filter: Some(filter), ..Select::default() };
        let related = Expr::Exists(Box::new(Query { body: Body::Select(Box::new(select)), ..Query::default() }));
        Case { grouped: false, filter: Some(related), ..Case::new(count(), vec![vec!["2"]]) }.told()
    };
    assert_eq!(with(compare("status", Comparison::Equal, "paid", 'S')), "There are 2 orders with paid orders.");
    let over = compare("total", Comparison::Greater, "5", 'N');
    assert_eq!(with(over), "There are 2 orders with orders with a total over 5.");
}
