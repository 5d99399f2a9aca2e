//! The first rows of each group, as a statement with a window function gives them.

use schema::{ResultColumn, ResultShape};

use super::{Answer, narrate};
use crate::outline::{
    AggregateCall, Body, EntryKind, Expr, FromItem, Outline, OutputColumn, Query, RangeTableEntry, Select, SortKey,
    WindowCall,
};

fn of(entry: usize, name: &str) -> Expr {
    Expr::Column { entry: Some(entry), name: name.into() }
}

/// Rows of `products` (0) or `orders` (1) with what groups them, of `categories` (2) or `customers` (3), ranked in a subquery (4).
fn told(columns: Vec<(&str, char, Expr)>, partition: Vec<Expr>, by: Expr, rows: Vec<Vec<String>>) -> String {
    let shape = columns.iter().map(|(name, category, _)| ResultColumn {
        name: (*name).into(),
        type_name: if *category == 'D' { "date".into() } else { "numeric".into() },
        type_oid: 0,
        modifier: -1,
        category: *category,
    });
    let shape = ResultShape(shape.collect());
    let shown = columns.iter().map(|(name, ..)| OutputColumn { value: of(4, name), name: (*name).into() }).collect();
    let key = SortKey { value: by, output: None, descending: true, nulls_first: None, category: 'N' };
    let window = WindowCall {
        call: AggregateCall { name: "rank".into(), ..AggregateCall::default() },
        aggregate: false,
        partition,
        order: vec![key],
        frame: None,
    };
    let mut inner: Vec<OutputColumn> =
        columns.into_iter().map(|(name, _, value)| OutputColumn { value, name: name.into() }).collect();
    inner.push(OutputColumn { value: Expr::Window(Box::new(window)), name: "place".into() });
    let ranked = Select { columns: inner, ..Select::default() };
    let ranked = Query { body: Body::Select(Box::new(ranked)), ..Query::default() };
    let from =
        FromItem::Entry { entry: 4, kind: EntryKind::Subquery(Box::new(ranked)), sampled: false, lateral: false };
    let select = Select { from: vec![from], columns: shown, ..Select::default() };
    let entry = |name: &str| RangeTableEntry { name: name.into(), alias: name.into(), ..RangeTableEntry::default() };
    let entries = ["products", "orders", "categories", "customers", "ranked"].map(entry).into();
    let query = Query { body: Body::Select(Box::new(select)), ..Query::default() };
    let outline = Outline { query, entries, scopes: vec![None], relations: Vec::new() };
    let rows: Vec<Vec<Option<String>>> = rows.into_iter().map(|row| row.into_iter().map(Some).collect()).collect();
    narrate(&Answer {
        question: "",
        ends: &[],
        means: &[],
        outline: &outline,
        reading: None,
        columns: &shape,
        rows: &rows,
        is_cut: false,
        notes: &[],
        today: "2026-11-22",
    })
}

fn rows(rows: &[&[&str]]) -> Vec<Vec<String>> {
    rows.iter().map(|row| row.iter().map(|value| (*value).to_owned()).collect()).collect()
}

/// The latest order of each customer.
fn orders(list: Vec<Vec<String>>) -> String {
    let columns = vec![
        ("order_id", 'N', of(1, "id")),
        ("ordered_at", 'D', of(1, "ordered_at")),
        ("name", 'S', of(3, "name")),
        ("customer_id_2", 'N', of(3, "id")),
    ];
    told(columns, vec![of(3, "name"), of(3, "id")], of(1, "ordered_at"), list)
}

#[test]
fn groups_are_told_apart_where_their_names_are_alike() {
    let list =
        rows(&[&["9", "2025-12-30", "Ada", "1"], &["8", "2025-11-30", "Ada", "2"], &["7", "2025-10-30", "Ben", "3"]]);
    assert_eq!(
        orders(list),
        "The latest order of Ada (id 1) is order 9 (30 December 2025), of Ada (id 2) order 8 (30 November 2025), and of Ben \
         order 7 (30 October 2025)."
    );
}

#[test]
fn many_groups_are_told_by_their_ends() {
    let row = |at: usize| vec![format!("{at}"), format!("2025-01-{at:02}"), format!("C{at}"), format!("{at}")];
    assert_eq!(
        orders((1..=12).map(row).collect()),
        "The list has the latest order of each of 12 customers, from 1 January 2025 (C1) to 12 January 2025 (C12)."
    );
    // Of two that were on the same day, none is the last.
    let tied =
        |at: usize| vec![format!("{at}"), format!("2025-01-{:02}", at.min(11)), format!("C{at}"), format!("{at}")];
    assert_eq!(
        orders((1..=12).map(tied).collect()),
        "The list has the latest order of each of 12 customers, from 1 January 2025 (C1) to 11 January 2025."
    );
}

#[test]
fn several_rows_of_each_group_are_counted() {
    let columns = || {
        vec![
            ("product_name", 'S', of(0, "name")),
            ("price", 'N', of(0, "price")),
            ("category_name", 'S', of(2, "name")),
        ]
    };
    let of_categories = |list| told(columns(), vec![of(2, "name")], of(0, "price"), list);
    let list = rows(&[&["a", "9", "X"], &["b", "8", "X"], &["c", "7", "Y"], &["d", "6", "Y"]]);
    assert_eq!(
        of_categories(list),
        "The list has the top 2 products in each category, 4 in all. The most expensive product in X is a (9), and in Y c (7)."
    );
    // With ties, some groups have more.
    let list = rows(&[&["a", "9", "X"], &["b", "9", "X"], &["c", "7", "Y"]]);
    assert!(of_categories(list).starts_with("The list has up to 2 products in each category, 3 in all."));
}

#[test]
fn rows_are_called_by_what_their_name_is_of() {
    let columns =
        vec![("name", 'S', of(3, "name")), ("spent", 'N', of(1, "spent")), ("country", 'S', of(3, "country"))];
    let list = rows(&[&["Ines", "98694.58", "Austria"], &["Ben", "98314.72", "France"]]);
    assert_eq!(
        told(columns, vec![of(3, "country")], of(1, "spent"), list),
        "The customer who spent the most in Austria is Ines (98,695), and in France Ben (98,315)."
    );
}

#[test]
fn of_several_that_are_alike_none_is_the_first() {
    let columns = || {
        vec![
            ("product_name", 'S', of(0, "name")),
            ("price", 'N', of(0, "price")),
            ("category_name", 'S', of(2, "name")),
        ]
    };
    let told = |list: &[&[&str]]| told(columns(), vec![of(2, "name")], of(0, "price"), rows(list));
    let two = told(&[&["Eco", "9", "Phones"], &["Flex", "9", "Phones"], &["Jet", "7", "Novels"]]);
    assert_eq!(
        two,
        "The list has up to 2 products in each category, 3 in all. The most expensive product in Phones is Eco, equal with Flex \
         (9), and in Novels Jet (7)."
    );
    let three =
        told(&[&["Eco", "9", "Phones"], &["Flex", "9", "Phones"], &["Jet", "9", "Phones"], &["Max", "8", "Phones"]]);
    assert!(three.ends_with("in Phones is Eco, equal with 2 others (9)."), "{three}");
}
