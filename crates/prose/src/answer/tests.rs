//! Results and the sentences that they must give. The regression tests of the extension do the same from SQL.

use super::*;
use crate::outline::{
    AggregateCall, Body, Comparison, EntryKind, Expr, FromItem, Grouping, OutputColumn, Place, Query, RangeTableEntry,
    Select, SortKey,
};
use schema::ResultColumn;

pub(super) fn column(name: &str) -> Expr {
    Expr::Column { entry: Some(0), name: name.into() }
}

pub(super) fn constant(text: &str, category: char) -> Expr {
    Expr::Constant { text: Some(text.into()), category, at: Place::default() }
}

pub(super) fn aggregate(name: &str, args: Vec<Expr>) -> Expr {
    Expr::Aggregate(Box::new(AggregateCall { name: name.into(), args, category: 'N', ..AggregateCall::default() }))
}

pub(super) fn compare(name: &str, comparison: Comparison, value: &str, category: char) -> Expr {
    Expr::Compare { comparison, category, sides: Box::new((column(name), constant(value, category))) }
}

/// In [`Case::order`], the number of rows, which is not shown.
pub(super) const COUNT: &str = "count(*)";

/// A statement over the table `orders` and its result.
pub(super) struct Case {
    pub(super) outputs: Vec<(&'static str, char, Expr)>,
    pub(super) filter: Option<Expr>,
    pub(super) grouped: bool,
    pub(super) order: Option<(&'static str, bool)>,
    pub(super) limit: bool,
    pub(super) offset: Option<&'static str>,
    pub(super) question: &'static str,
    /// It is known where the data ends.
    pub(super) ends: bool,
    /// What is noted of that.
    pub(super) notes: &'static str,
    pub(super) rows: Vec<Vec<&'static str>>,
    pub(super) having: Option<Expr>,
    /// What else the table has.
    pub(super) columns: &'static [&'static str],
    /// What the table is called.
    pub(super) table: &'static str,
    /// Other tables with their columns, the entries from 1.
    pub(super) others: &'static [(&'static str, &'static [&'static str])],
}

impl Case {
    pub(super) fn new(outputs: Vec<(&'static str, char, Expr)>, rows: Vec<Vec<&'static str>>) -> Self {
        let (filter, having, order) = (None, None, None);
        let (grouped, limit, question, ends, notes, columns) = (true, false, "", false, "", &[][..]);
        let (table, others, offset) = ("orders", &[][..], None);
        Self {
            outputs,
            filter,
            grouped,
            order,
            limit,
            offset,
            question,
            ends,
            notes,
            rows,
            having,
            columns,
            table,
            others,
        }
    }

    pub(super) fn told(self) -> String {
        let columns = self.outputs.iter().map(|(name, category, _)| ResultColumn {
            name: (*name).into(),
            type_name: if *category == 'D' { "date".into() } else { "numeric".into() },
            type_oid: 0,
            modifier: -1,
            category: *category,
        });
        let columns = ResultShape(columns.collect());
        let groups = if self.grouped { vec![Grouping::By(vec![column("g")])] } else { Vec::new() };
        let order = self.order.map(|(name, descending)| SortKey {
            // What is sorted by need not be shown.
            value: if name == COUNT { aggregate("count", Vec::new()) } else { column(name) },
            output: (name != COUNT).then(|| name.into()),
            descending,
            nulls_first: None,
            category: 'N',
        });
        let outputs = self.outputs.into_iter().map(|(name, _, value)| OutputColumn { value, name: name.into() });
        let select = Select {
            from: vec![FromItem::Entry { entry: 0, kind: EntryKind::Table, sampled: false, lateral: false }],
            filter: self.filter,
            columns: outputs.collect(),
            grouping: groups,
            having: self.having,
            ..Select::default()
        };
        let query = Query {
            body: Body::Select(Box::new(select)),
            order: order.into_iter().collect(),
            limit: self.limit.then(|| constant("5", 'N')),
            offset: self.offset.map(|offset| constant(offset, 'N')),
            ..Query::default()
        };
        let entries = [(self.table, self.columns)].iter().chain(self.others).map(entry_of).collect();
        let outline = Outline { query, entries, scopes: vec![None], relations: Vec::new() };
        let value = |text: &str| (text != "NULL").then(|| text.to_owned());
        let rows: Vec<Vec<Option<String>>> =
            self.rows.iter().map(|row| row.iter().map(|text| value(text)).collect()).collect();
        let end = if self.ends { "orders.ordered_at ends 2025-12-30" } else { self.notes };
        let (notes, today) = ([end.to_owned()], "2026-11-22");
        let notes = if end.is_empty() { &[] } else { &notes[..] };
        narrate(&Answer {
            question: self.question,
            ends: &[],
            means: &[],
            outline: &outline,
            reading: None,
            columns: &columns,
            rows: &rows,
            is_cut: false,
            notes,
            today,
        })
    }
}

fn entry_of((name, columns): &(&'static str, &'static [&'static str])) -> RangeTableEntry {
    RangeTableEntry {
        name: (*name).into(),
        alias: (*name).into(),
        relation: Some(("public".into(), (*name).into())),
        columns: columns.iter().map(|name| (*name).to_owned()).collect(),
        ..RangeTableEntry::default()
    }
}

pub(super) fn in_2025() -> Expr {
    Expr::And(vec![
        compare("ordered_at", Comparison::GreaterOrEqual, "2025-01-01", 'D'),
        compare("ordered_at", Comparison::Less, "2026-01-01", 'D'),
    ])
}

#[test]
fn one_value_is_told_with_what_it_is_of() {
    let count = || vec![("count", 'N', aggregate("count", Vec::new()))];
    let filter = Some(compare("status", Comparison::Equal, "new", 'S'));
    let case = Case { filter, grouped: false, ..Case::new(count(), vec![vec!["2020"]]) };
    assert_eq!(case.told(), "There are 2,020 new orders.");
    let case = Case { filter: Some(in_2025()), grouped: false, ends: true, ..Case::new(count(), vec![vec!["1"]]) };
    assert_eq!(case.told(), "There was 1 order in 2025.");
    let case = Case { filter: Some(in_2025()), grouped: false, ends: true, ..Case::new(count(), vec![vec!["0"]]) };
    assert_eq!(case.told(), "There were no orders in 2025. The latest order is from 30 December 2025.");
    let sum = || vec![("revenue", 'N', aggregate("sum", vec![column("total")]))];
    let case =
        Case { filter: Some(in_2025()), grouped: false, ends: true, ..Case::new(sum(), vec![vec!["24631877.20"]]) };
    assert_eq!(case.told(), "Revenue in 2025 was 24.6 million (24,631,877.20).");
    let case = Case { grouped: false, ..Case::new(sum(), vec![vec!["NULL"]]) };
    assert_eq!(case.told(), "There is no revenue: no data was found.");
}

#[test]
fn a_ranking_names_the_first_the_last_and_the_whole() {
    let outputs = || vec![("region", 'S', column("g")), ("count", 'N', aggregate("count", Vec::new()))];
    let row = |name: &'static str, count: &'static str| vec![name, count];
    let rows = || vec![row("a", "50"), row("b", "20"), row("c", "12"), row("d", "8"), row("e", "6"), row("f", "4")];
    let case = Case { order: Some(("count", true)), ..Case::new(outputs(), rows()) };
    let told = "A has the most orders: 50, followed by b (20) and c (12). F has the fewest of the 6 regions: 4. A has 50 % of all 100 orders.";
    assert_eq!(case.told(), told);
    // Of a limited list, nobody knows the rest.
    let case = Case { order: Some(("count", true)), limit: true, ..Case::new(outputs(), rows()[..3].to_vec()) };
    assert_eq!(case.told(), "A has the most orders: 50, followed by b (20) and c (12).");
    let case = Case { order: Some(("count", true)), ..Case::new(outputs(), rows()[..2].to_vec()) };
    assert_eq!(case.told(), "A has 50 orders, 150 % more than b (20).");
    let masked = vec![row("***", "50"), row("***", "20"), row("***", "12")];
    let told = Case { order: Some(("count", true)), ..Case::new(outputs(), masked) }.told();
    assert!(told.contains("***") && told.contains("50"), "{told}");
}

#[test]
fn a_series_tells_where_it_went_and_not_of_what_is_not_over() {
    let outputs = || vec![("month", 'D', column("g")), ("revenue", 'N', aggregate("sum", vec![column("total")]))];
    let rows =
        vec![vec!["2026-08-01", "100"], vec!["2026-09-01", "300"], vec!["2026-10-01", "150"], vec!["2026-11-01", "20"]];
    let told = "Revenue rose by 50 %, from 100 in August to 150 in October. It was highest in September (300). The total so far is 570, on average 183 in a complete month. November, which is not over, has 20 so far.";
    assert_eq!(Case::new(outputs(), rows).told(), told);
    let years = || vec![("year", 'N', column("g")), ("revenue", 'N', aggregate("sum", vec![column("total")]))];
    let told = Case::new(years(), vec![vec!["2024", "25400000"], vec!["2025", "24600000"]]).told();
    assert_eq!(told, "Revenue in 2025 was 24.6 million, 3.1 % less than in 2024 (25.4 million).");
}

#[test]
fn rows_are_counted_and_named() {
    let outputs = || vec![("id", 'N', column("id")), ("name", 'S', column("name"))];
    let rows = || vec![vec!["1", "Ada"], vec!["2", "Ben"], vec!["3", "Ada"]];
    let case = Case { grouped: false, ..Case::new(outputs(), rows()) };
    assert_eq!(case.told(), "There are 3 orders: Ada (id 1), Ben and Ada (id 3).");
    let case = Case { grouped: false, filter: Some(in_2025()), ends: true, ..Case::new(outputs(), Vec::new()) };
    let told = "There were no orders in 2025. The latest order is from 30 December 2025.";
    assert_eq!(case.told(), told);
}

#[test]
fn what_happened_to_rows_in_a_time_is_said() {
    let count = || vec![("count", 'N', aggregate("count", Vec::new()))];
    let paid = || {
        Some(Expr::And(vec![
            compare("paid_at", Comparison::GreaterOrEqual, "2025-01-01", 'D'),
            compare("paid_at", Comparison::Less, "2026-01-01", 'D'),
        ]))
    };
    let case = Case { filter: paid(), grouped: false, ..Case::new(count(), vec![vec!["7"]]) };
    assert_eq!(case.told(), "There were 7 orders paid in 2025.");
    let sum = || vec![("revenue", 'N', aggregate("sum", vec![column("total")]))];
    let case = Case { filter: paid(), grouped: false, ..Case::new(sum(), vec![vec!["7"]]) };
    assert_eq!(case.told(), "Revenue in 2025 was 7.");
}

#[test]
fn weekends_are_named() {
    let weekday = Expr::Call { name: "extract".into(), args: vec![constant("isodow", 'S'), column("ordered_at")] };
    let weekend = Expr::Compare {
        comparison: Comparison::GreaterOrEqual,
        category: 'N',
        sides: Box::new((weekday, constant("6", 'N'))),
    };
    let count = vec![("count", 'N', aggregate("count", Vec::new()))];
    let case = Case { filter: Some(weekend), grouped: false, ..Case::new(count, vec![vec!["5666"]]) };
    assert_eq!(case.told(), "There are 5,666 orders on a weekend.");
}

pub(super) fn since(name: &str, from: &str, to: &str) -> Expr {
    let from = compare(name, Comparison::GreaterOrEqual, from, 'D');
    Expr::And(vec![from, compare(name, Comparison::Less, to, 'D')])
}

pub(super) fn filtered(name: &str, args: Vec<Expr>, filter: Expr) -> Expr {
    let call =
        AggregateCall { name: name.into(), args, category: 'N', filter: Some(filter), ..AggregateCall::default() };
    Expr::Aggregate(Box::new(call))
}

#[test]
fn a_measure_is_named_as_the_question_does() {
    let average = || vec![("average_total", 'N', aggregate("avg", vec![column("total")]))];
    let rows = || vec![vec!["2463.83"]];
    let case = Case { grouped: false, question: "avg order value", ..Case::new(average(), rows()) };
    assert_eq!(case.told(), "The average order value is 2,463.83.");
    let case = Case { grouped: false, question: "what do people spend", ..Case::new(average(), rows()) };
    assert_eq!(case.told(), "The average order total is 2,463.83.");
    let count = vec![("count", 'N', aggregate("count", Vec::new()))];
    let filter = Some(since("signed_up", "2025-01-01", "2026-01-01"));
    let case = Case { grouped: false, filter, ..Case::new(count, vec![vec!["12"]]) };
    assert_eq!(case.told(), "There were 12 new orders in 2025.");
}

#[test]
fn a_period_that_the_data_stops_in_is_no_fall() {
    let outputs = vec![
        (
            "month",
            'D',
            Expr::Call { name: "date_trunc".into(), args: vec![constant("month", 'S'), column("ordered_at")] },
        ),
        ("count", 'N', aggregate("count", Vec::new())),
    ];
    let rows = vec![vec!["2025-10-01", "90"], vec!["2025-11-01", "110"], vec!["2025-12-01", "99"]];
    let filter = Some(since("ordered_at", "2025-10-01", "2026-01-01"));
    let told = Case { filter, ends: true, ..Case::new(outputs, rows) }.told();
    // One day of a month is too little to leave it out, and to speak of it.
    assert!(told.contains("rose by 10 %, from 90 in October to 99 in December") && !told.contains("latest"), "{told}");
}

#[test]
fn two_times_without_data_are_not_compared() {
    let of = |from, to| filtered("sum", vec![column("total")], since("ordered_at", from, to));
    let outputs = vec![
        ("revenue_last_month", 'N', of("2026-10-01", "2026-11-01")),
        ("revenue_month_before", 'N', of("2026-09-01", "2026-10-01")),
        ("difference", 'N', constant("0", 'N')),
    ];
    let case = Case { grouped: false, ends: true, ..Case::new(outputs, vec![vec!["NULL", "NULL", "0"]]) };
    let told = "There were no orders in September or October 2026, so there is no revenue to compare. The latest order is from 30 December 2025.";
    assert_eq!(case.told(), told);
    let outputs = vec![
        ("revenue_2024", 'N', of("2024-01-01", "2025-01-01")),
        ("revenue_2025", 'N', of("2025-01-01", "2026-01-01")),
        ("difference", 'N', constant("0", 'N')),
    ];
    let case = Case { grouped: false, ends: true, ..Case::new(outputs, vec![vec!["200", "100", "-100"]]) };
    let told = "Revenue in 2025 was 100, 50 % less than in 2024 (200).";
    assert_eq!(case.told(), told);
}

#[test]
fn conditions_are_said_as_people_say_them() {
    let told = |filter: Expr| {
        let count = vec![("count", 'N', aggregate("count", Vec::new()))];
        Case { grouped: false, filter: Some(filter), ..Case::new(count, vec![vec!["2"]]) }.told()
    };
    let is = |name: &str, value: &str| compare(name, Comparison::Equal, value, 'S');
    assert_eq!(told(is("city", "Oslo")), "There are 2 orders in Oslo.");
    let either = Expr::Or(vec![is("country", "Germany"), is("country", "France")]);
    assert_eq!(told(either), "There are 2 orders in Germany or France.");
    assert_eq!(told(compare("total", Comparison::Greater, "5000", 'N')), "There are 2 orders with a total over 5,000.");
    assert_eq!(told(compare("stock", Comparison::LessOrEqual, "0", 'N')), "There are 2 orders out of stock.");
    assert_eq!(told(column("newsletter")), "There are 2 orders with newsletter.");
    assert_eq!(told(Expr::Not(Box::new(column("discontinued")))), "There are 2 orders that are not discontinued.");
    let between = Expr::Between {
        value: Box::new(column("amount")),
        bounds: Box::new((constant("100", 'N'), constant("200", 'N'))),
    };
    assert_eq!(told(between), "There are 2 orders with an amount between 100 and 200.");
    assert_eq!(told(compare("status", Comparison::NotEqual, "new", 'S')), "There are 2 orders that are not new.");
}

#[test]
fn declines_begin_with_the_greatest() {
    let outputs = || vec![("name", 'S', column("name")), ("difference", 'N', constant("0", 'N'))];
    let rows = vec![vec!["a", "-1"], vec!["b", "-1"], vec!["c", "-7"], vec!["d", "-9"]];
    let told = |rows| Case { order: Some(("difference", true)), ..Case::new(outputs(), rows) }.told();
    assert_eq!(told(rows), "4 orders are down, most of all d (-9), c (-7), a (-1) and b (-1).");
    // Where too many are alike, none of them is named.
    let alike = ["a", "b", "c", "d", "e", "f"].map(|name| vec![name, "-1"]);
    let rows: Vec<_> = [vec!["g", "-2"]].into_iter().chain(alike).collect();
    assert_eq!(told(rows), "7 orders are down, most of all g (-2).");
}
