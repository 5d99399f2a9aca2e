//! How sentences are put together: agreement, what is told once, what is called as the asker calls it.

use super::tests::{COUNT, Case, aggregate, column, compare, constant, filtered, in_2025, since};
use crate::outline::{AggregateCall, Comparison, Expr, WindowCall};

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
    assert_eq!(told, "A and b have the most orders: 2 each. In all, there are 8 orders, in 6 cities.");
    // Where groups have no word, nothing is called by a wrong one.
    let told = counted("name", &rows).told();
    assert!(!told.contains("names"), "{told}");
}

#[test]
fn a_place_in_a_ranking_is_not_told_beside_it() {
    let rank = WindowCall {
        call: AggregateCall { name: "rank".into(), ..AggregateCall::default() },
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

#[test]
fn sums_of_other_rows_are_what_they_come_to() {
    let sum = || vec![("total_amount", 'N', aggregate("sum", vec![column("amount")]))];
    let told = |table: &'static str, filter: Option<Expr>| {
        Case { table, filter, grouped: false, ..Case::new(sum(), vec![vec!["366666.63"]]) }.told()
    };
    assert_eq!(
        told("payments", Some(since("paid_at", "2025-01-01", "2026-01-01"))),
        "Payments in 2025 came to 366,666.63."
    );
    let card = compare("method", Comparison::Equal, "card", 'S');
    assert_eq!(told("payments", Some(card)), "Payments by card come to 366,666.63.");
    assert_eq!(told("orders", None), "The total amount is 366,666.63.");
}

#[test]
fn the_most_frequent_is_called_as_the_question_calls_it() {
    let told = |question: &'static str| {
        let outputs = vec![("method", 'S', column("method"))];
        let case =
            Case { table: "payments", order: Some((COUNT, true)), limit: true, question, ..Case::new(outputs, vec![]) };
        Case { rows: vec![vec!["card"]], ..case }.told()
    };
    assert_eq!(told("most popular payment method"), "The most popular payment method is card.");
    assert_eq!(told("which method is used"), "The most frequent method is card.");
}

#[test]
fn numbers_of_rows_stand_together() {
    let customers = || AggregateCall {
        name: "count".into(),
        args: vec![column("customer_id")],
        category: 'N',
        distinct: true,
        ..AggregateCall::default()
    };
    let told = |many, of| {
        let outputs = vec![
            ("count", 'N', aggregate("count", Vec::new())),
            ("count_2", 'N', Expr::Aggregate(Box::new(customers()))),
        ];
        Case { grouped: false, filter: Some(in_2025()), ..Case::new(outputs, vec![vec![many, of]]) }.told()
    };
    assert_eq!(told("185", "112"), "In 2025, there were 185 orders and 112 different customers.");
    assert_eq!(told("0", "0"), "In 2025, there were no orders and no customers.");
    let sums =
        vec![("count", 'N', aggregate("count", Vec::new())), ("revenue", 'N', aggregate("sum", vec![column("total")]))];
    let told = Case { grouped: false, filter: Some(in_2025()), ..Case::new(sums, vec![vec!["185", "9"]]) }.told();
    assert_eq!(told, "In 2025, the number of orders was 185 and revenue was 9.");
}

#[test]
fn places_have_an_ordinal() {
    let told = |name: &'static str, descending: bool, offset: &'static str| {
        let outputs = vec![("name", 'S', column("name")), (name, 'N', column(name))];
        let case = Case {
            table: "products",
            order: Some((name, descending)),
            limit: true,
            grouped: false,
            ..Case::new(outputs, vec![])
        };
        Case { offset: Some(offset), rows: vec![vec!["Alpine", "996.78"]], ..case }.told()
    };
    assert_eq!(told("price", true, "1"), "The second most expensive product is Alpine (996.78).");
    assert_eq!(told("price", false, "2"), "The third cheapest product is Alpine (996.78).");
    assert_eq!(told("weight", true, "1"), "The second highest weight is 996.78, that of Alpine.");
    assert_eq!(told("weight", true, "11"), "Number 12 from the highest weight is Alpine (996.78).");
}

#[test]
fn a_month_of_the_year_that_is_asked_for_needs_no_year() {
    let told = |filter: Option<Expr>| {
        let outputs = vec![("month", 'D', column("g")), ("revenue", 'N', aggregate("sum", vec![column("total")]))];
        let rows = vec![vec!["2025-08-01", "225400.24"]];
        Case { filter, order: Some(("revenue", true)), limit: true, ..Case::new(outputs, rows) }.told()
    };
    assert_eq!(told(Some(in_2025())), "August had the highest revenue in 2025: 225,400.24.");
    assert_eq!(told(None), "August 2025 has the highest revenue: 225,400.24.");
}

#[test]
fn numbers_of_rows_at_two_times_are_compared_as_such() {
    let told = |from: &str, to: &str, new: &'static str| {
        let of = |from: &str, to: &str| filtered("count", Vec::new(), since("ordered_at", from, to));
        let outputs = vec![
            ("count_this_month", 'N', of(from, to)),
            ("count_last_month", 'N', of("2026-09-01", "2026-10-01")),
            ("difference", 'N', constant("0", 'N')),
        ];
        let rows = vec![vec![new, "185", "0"]];
        Case { grouped: false, ..Case::new(outputs, rows) }.told()
    };
    assert_eq!(
        told("2026-11-01", "2026-12-01", "191"),
        "There have been 191 orders this month so far, 3.2 % more than last month (185)."
    );
    assert_eq!(
        told("2026-10-01", "2026-11-01", "148"),
        "There were 148 orders this month, 20 % fewer than last month (185)."
    );
}

#[test]
fn a_row_that_has_its_name_from_another_is_not_taken_for_it() {
    let other = |name: &str| Expr::Column { entry: Some(1), name: name.into() };
    let told = |measure: &'static str, descending: bool, question: &'static str| {
        let outputs = vec![("name", 'S', other("name")), (measure, 'N', column(measure))];
        let case = Case {
            order: Some((measure, descending)),
            limit: true,
            grouped: false,
            question,
            ..Case::new(outputs, vec![])
        };
        let others: &'static [(&'static str, &'static [&'static str])] = &[("customers", &["name"])];
        Case { others, rows: vec![vec!["Tara Ivanova", "7338"]], ..case }.told()
    };
    assert_eq!(told("total", true, "who placed the biggest order"), "Tara Ivanova placed the biggest order: 7,338.");
    assert_eq!(told("total", true, ""), "The largest order is that of Tara Ivanova: 7,338.");
    assert_eq!(told("total", false, ""), "The smallest order is that of Tara Ivanova: 7,338.");
    assert_eq!(told("weight", true, ""), "The order with the highest weight is that of Tara Ivanova: 7,338.");
}

#[test]
fn a_day_of_many_that_is_missing_is_a_trifle() {
    let told = |from: &str| {
        let outputs = vec![("rating", 'N', column("g")), ("count", 'N', aggregate("count", Vec::new()))];
        let rows = vec![vec!["2", "64"], vec!["5", "41"], vec!["3", "35"]];
        let filter = Some(since("ordered_at", from, "2026-11-23"));
        Case { filter, notes: "orders.ordered_at ends 2026-11-20", ..Case::new(outputs, rows) }.told()
    };
    assert!(!told("2026-08-23").contains("latest"), "{}", told("2026-08-23"));
    assert!(told("2026-11-15").ends_with("The latest order is from 20 November 2026."), "{}", told("2026-11-15"));
}

#[test]
fn units_and_spending_are_told_as_what_was_done() {
    let outputs =
        vec![("category", 'S', column("category")), ("units", 'N', aggregate("sum", vec![column("quantity")]))];
    let rows =
        vec![vec!["a", "30"], vec!["b", "29"], vec!["c", "28"], vec!["d", "27"], vec!["e", "26"], vec!["f", "25"]];
    let question = "units sold per category";
    let told = Case { order: Some(("units", true)), question, ..Case::new(outputs, rows) }.told();
    assert!(
        told.starts_with("A sold the most units: 30, followed by") && told.contains("In all, 165 units were sold."),
        "{told}"
    );
    let outputs = vec![("name", 'S', column("name")), ("spent", 'N', aggregate("sum", vec![column("total")]))];
    let rows = vec![vec!["a", "30"], vec!["b", "29"], vec!["c", "9"]];
    let told = Case { order: Some(("spent", true)), ..Case::new(outputs, rows) }.told();
    assert!(told.starts_with("A spent the most: 30,"), "{told}");
}

#[test]
fn growth_says_over_what_it_is() {
    let growth = |function: &str| {
        let lag = WindowCall {
            call: AggregateCall { name: function.into(), ..AggregateCall::default() },
            aggregate: false,
            partition: Vec::new(),
            order: Vec::new(),
            frame: None,
        };
        Expr::Operator { symbol: "/".into(), args: vec![column("total"), Expr::Window(Box::new(lag))] }
    };
    let told = |function: &str| {
        let measures = vec![("revenue", aggregate("sum", vec![column("total")])), ("growth", growth(function))];
        monthly(measures, &[&["10", "NULL"], &["20", "1.0"], &["30", "0.5"], &["33", "0.1"]])
    };
    assert_eq!(
        told("lag"),
        "Month-on-month growth in 2025 was highest in February (100 %) and lowest in April (10 %). \
         Revenue rose by 230 %, from 10 in January to 33 in April."
    );
    assert!(told("first_value").starts_with("Growth in 2025 was"), "{}", told("first_value"));
}

#[test]
fn a_share_of_rows_says_of_which_rows_it_is() {
    let part = filtered("count", Vec::new(), compare("status", Comparison::Equal, "returned", 'S'));
    let fraction = Expr::Operator { symbol: "/".into(), args: vec![part, aggregate("count", Vec::new())] };
    let outputs = vec![("country", 'S', column("country")), ("fraction", 'N', fraction)];
    let rows = vec![vec!["a", "0.118"], vec!["b", "0.1"], vec!["c", "0.08"]];
    let told = Case { order: Some(("fraction", true)), ..Case::new(outputs, rows) }.told();
    assert_eq!(
        told,
        "The share of orders that are returned is highest in a: 11.8 %, followed by b (10.0 %) and c (8.0 %)."
    );
}

#[test]
fn a_stock_is_large() {
    let outputs = vec![("name", 'S', column("name")), ("stock", 'N', column("stock"))];
    let rows = vec![vec!["a", "30"], vec!["b", "20"], vec!["c", "10"]];
    let told = Case { table: "products", order: Some(("stock", true)), limit: true, ..Case::new(outputs, rows) }.told();
    assert!(told.starts_with("A has the largest stock: 30, followed by"), "{told}");
}

#[test]
fn a_table_that_is_named_after_one_row_has_many() {
    let of = |table: &'static str| {
        let outputs = vec![("country", 'S', column("country")), ("count", 'N', aggregate("count", Vec::new()))];
        let rows = vec![vec!["France", "4"], vec!["Italy", "1"], vec!["Spain", "1"]];
        Case { table, order: Some(("count", true)), ..Case::new(outputs, rows) }.told()
    };
    assert_eq!(
        of("singer"),
        "France has the most singers: 4, followed by Italy and Spain (1 each). France has 67 % of all 6 singers."
    );
    assert!(of("staff").contains("all 6 staff."), "{}", of("staff"));
}

#[test]
fn groups_that_are_all_alike_are_told_together() {
    let rows = [("a", "1"), ("b", "1"), ("c", "1"), ("d", "1"), ("e", "1"), ("f", "1")];
    assert_eq!(counted("city", &rows).told(), "6 cities have 1 order each.");
    assert_eq!(counted("city", &rows[..3]).told(), "3 cities (a, b and c) have 1 order each.");
    let average = vec![("city", 'S', column("city")), ("average_total", 'N', aggregate("avg", vec![column("total")]))];
    let told = Case::new(average, vec![vec!["a", "5"], vec!["b", "5"], vec!["c", "5"]]).told();
    assert_eq!(told, "3 cities (a, b and c) have the same average order total: 5.");
}

#[test]
fn rows_that_only_show_a_name_are_no_number_of_those() {
    let outputs = vec![("kind", 'S', column("kind")), ("weight", 'N', column("weight"))];
    let labels = ["a", "b", "c", "a", "b", "c"];
    let rows =
        labels.into_iter().zip(["9", "8", "7", "6", "5", "4"]).map(|(kind, weight)| vec![kind, weight]).collect();
    let told = Case { order: Some(("weight", true)), grouped: false, ..Case::new(outputs, rows) }.told();
    assert!(told.contains("of the 6: 4"), "{told}");
}

#[test]
fn two_means_are_compared_in_one_breath() {
    let outputs = vec![("city", 'S', column("city")), ("average_total", 'N', aggregate("avg", vec![column("total")]))];
    let told = Case::new(outputs, vec![vec!["Oslo", "12"], vec!["Rome", "10"]]).told();
    assert_eq!(told, "The average order total in Oslo is 12, 20 % higher than in Rome (10).");
}

#[test]
fn a_row_of_a_subquery_is_nobodys() {
    let other = |name: &str| Expr::Column { entry: Some(1), name: name.into() };
    let outputs = vec![("name", 'S', column("name")), ("average_rating", 'N', other("measure"))];
    let case =
        Case { order: Some(("average_rating", true)), grouped: false, limit: true, ..Case::new(outputs, vec![]) };
    let told = Case { rows: vec![vec!["Lily", "4.6"]], ..case }.told();
    assert!(told.starts_with("Lily has the highest average rating"), "{told}");
}
