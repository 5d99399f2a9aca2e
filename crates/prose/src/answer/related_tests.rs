//! How it is told what there must be or must not be beside each row.

use super::tests::{Case, aggregate, column, compare, since};
use super::{Answer, narrate};
use crate::outline::{
    AggregateCall, Body, Comparison, EntryKind, Expr, FromItem, JoinType, Outline, OutputColumn, Query,
    RangeTableEntry, Select,
};
use schema::{ResultColumn, ResultShape};

fn of(entry: usize, name: &str) -> Expr {
    Expr::Column { entry: Some(entry), name: name.into() }
}

fn joined(one: Expr, other: Expr) -> Expr {
    Expr::Compare { comparison: Comparison::Equal, category: 'N', sides: Box::new((one, other)) }
}

fn is(entry: usize, name: &str, value: &str) -> Expr {
    let constant = Expr::Constant { text: Some(value.into()), category: 'S', at: Default::default() };
    Expr::Compare { comparison: Comparison::Equal, category: 'S', sides: Box::new((of(entry, name), constant)) }
}

fn entry(entry: usize) -> FromItem {
    FromItem::Entry { entry, kind: EntryKind::Table, sampled: false, lateral: false }
}

/// EXISTS over order items (1) with orders (2), customers (3) and categories (4).
fn items_where(conditions: Vec<Expr>) -> Expr {
    let join = |left: FromItem, right: usize| FromItem::Join {
        kind: JoinType::Inner,
        left: Box::new(left),
        right: Box::new(entry(right)),
        on: None,
    };
    let from = join(join(join(entry(1), 2), 3), 4);
    let key = joined(of(0, "id"), of(1, "product_id"));
    let filter = std::iter::once(key).chain(conditions).collect();
    let select = Select { from: vec![from], filter: Some(Expr::And(filter)), ..Select::default() };
    Expr::Exists(Box::new(Query { body: Body::Select(Box::new(select)), ..Query::default() }))
}

fn not(condition: Expr) -> Expr {
    Expr::Not(Box::new(condition))
}

fn told(filter: Expr, question: &'static str, count: &'static str) -> String {
    let outputs = vec![("count", 'N', aggregate("count", Vec::new()))];
    let case = Case { grouped: false, filter: Some(filter), question, ..Case::new(outputs, vec![vec![count]]) };
    let others: &'static [(&'static str, &'static [&'static str])] = &[
        ("order_items", &["product_id", "quantity"]),
        ("orders", &["id", "ordered_at"]),
        ("customers", &["name", "city"]),
        ("categories", &["name"]),
    ];
    Case { table: "products", others, ..case }.told()
}

#[test]
fn what_was_sold_is_said_to_have_been_sold() {
    let oslo = || items_where(vec![is(3, "city", "Oslo")]);
    assert_eq!(
        told(oslo(), "which products did customers from Oslo buy", "2"),
        "2 products were ordered by customers in Oslo."
    );
    let ada = items_where(vec![is(3, "name", "Ada Haas")]);
    assert_eq!(told(ada, "what did Ada Haas buy", "2"), "2 products were ordered by customers named Ada Haas.");
    let never = || not(items_where(Vec::new()));
    assert_eq!(told(never(), "products we have never sold", "2"), "2 products were never sold.");
    assert_eq!(told(never(), "products we have never sold", "0"), "None: all products were ordered at least once.");
    // Where the question has no such word, the rows are named.
    assert_eq!(told(never(), "products without order items", "2"), "There are 2 products without order items.");
    assert_eq!(told(oslo(), "", "2"), "There are 2 products with order items from customers in Oslo.");
    // Other conditions have no doer.
    let phones = items_where(vec![is(4, "name", "Phones")]);
    let told = told(phones, "which products were bought with phones", "2");
    assert_eq!(told, "There are 2 products with order items of the category Phones.");
}

#[test]
fn times_of_what_was_not_done_are_told_behind_it() {
    let since = |from: &str| {
        let Expr::And(bounds) = since("ordered_at", from, "2026-11-23") else { return Vec::new() };
        let moved = |bound: Expr| match bound {
            Expr::Compare { comparison, category, sides } => {
                Expr::Compare { comparison, category, sides: Box::new((of(2, "ordered_at"), sides.1)) }
            }
            other => other,
        };
        bounds.into_iter().map(moved).collect()
    };
    assert_eq!(
        told(not(items_where(since("2026-08-24"))), "which products haven't sold in 90 days", "2"),
        "2 products were not sold in the last 90 days (24 August to 22 November 2026)."
    );
}

#[test]
fn what_there_is_and_what_there_is_not_are_tied_by_but() {
    let with = |at: usize| {
        let select = Select { from: vec![entry(at)], ..Select::default() };
        Expr::Exists(Box::new(Query { body: Body::Select(Box::new(select)), ..Query::default() }))
    };
    let both = Expr::And(vec![with(2), not(with(4))]);
    assert_eq!(told(both, "", "2"), "There are 2 products with orders but without categories.");
    assert_eq!(
        told(Expr::And(vec![with(2), with(4)]), "", "2"),
        "There are 2 products with orders and with categories."
    );
    let newsletter = || Expr::And(vec![not(column("newsletter")), compare("rating", Comparison::Greater, "5", 'N')]);
    assert_eq!(
        told(newsletter(), "products without the newsletter", "2"),
        "There are 2 products with a rating over 5 but without the newsletter."
    );
}

#[test]
fn those_who_are_elsewhere_are_outside() {
    let elsewhere = compare("country", Comparison::NotEqual, "Germany", 'S');
    assert_eq!(told(elsewhere, "", "2"), "There are 2 products outside Germany.");
    let list = ["Germany", "France"]
        .map(|text| Expr::Constant { text: Some(text.into()), category: 'S', at: Default::default() })
        .into();
    let elsewhere = not(Expr::In { value: Box::new(column("country")), list });
    assert_eq!(told(elsewhere, "", "2"), "There are 2 products outside Germany and France.");
    // A value that is no name of a place is none.
    let other = compare("country", Comparison::NotEqual, "n/a", 'S');
    assert_eq!(told(other, "", "2"), "There are 2 products with a country other than n/a.");
}

#[test]
fn a_part_of_a_name_is_told_as_one() {
    let like = |pattern: &str| Expr::Like {
        value: Box::new(column("name")),
        pattern: Box::new(Expr::Constant { text: Some(pattern.into()), category: 'S', at: Default::default() }),
        kind: crate::outline::PatternKind::ILike,
    };
    assert_eq!(told(like("%Weber%"), "", "2"), "There are 2 products with Weber in the name.");
    assert_eq!(told(like("%a b%"), "", "2"), "There are 2 products with a name containing 'a b'.");
    assert_eq!(told(like("We%"), "", "2"), "There are 2 products with a name beginning with 'We'.");
}

#[test]
fn the_first_of_a_kind_are_told_by_whose_they_are() {
    let earlier = |comparison| {
        let time =
            Expr::Compare { comparison, category: 'D', sides: Box::new((of(1, "ordered_at"), of(0, "ordered_at"))) };
        let filter = Expr::And(vec![joined(of(1, "customer_id"), of(0, "customer_id")), time]);
        let select = Select { from: vec![entry(1)], filter: Some(filter), ..Select::default() };
        not(Expr::Exists(Box::new(Query { body: Body::Select(Box::new(select)), ..Query::default() })))
    };
    let told = |value: Expr, filter: Expr| {
        let case = Case::new(vec![("count", 'N', value)], vec![vec!["7"]]);
        Case { grouped: false, filter: Some(filter), others: &[("orders", &[])], ..case }.told()
    };
    let customers = || {
        let args = vec![column("customer_id")];
        let call =
            AggregateCall { name: "count".into(), args, category: 'N', distinct: true, ..AggregateCall::default() };
        Expr::Aggregate(Box::new(call))
    };
    assert_eq!(told(customers(), earlier(Comparison::Less)), "There are 7 customers with their first order.");
    assert_eq!(told(aggregate("count", Vec::new()), earlier(Comparison::Less)), "There are 7 first orders.");
    assert!(!told(customers(), earlier(Comparison::Greater)).contains("first"), "the last ones are no first ones");
}

#[test]
fn what_a_measure_is_made_of_is_no_condition() {
    let joined = |condition: Option<Expr>| {
        let total = Expr::Aggregate(Box::new(AggregateCall {
            name: "sum".into(),
            args: vec![of(1, "quantity")],
            category: 'N',
            ..AggregateCall::default()
        }));
        let made = OutputColumn { value: total, name: "measure".into() };
        let made = Select { from: vec![entry(1)], columns: vec![made], ..Select::default() };
        let made = Box::new(Query { body: Body::Select(Box::new(made)), ..Query::default() });
        let right = FromItem::Entry { entry: 2, kind: EntryKind::Subquery(made), sampled: false, lateral: false };
        let from = FromItem::Join { kind: JoinType::Left, left: Box::new(entry(0)), right: Box::new(right), on: None };
        let there = Select { from: vec![entry(1)], filter: condition, ..Select::default() };
        let there = Expr::Exists(Box::new(Query { body: Body::Select(Box::new(there)), ..Query::default() }));
        let measure = Expr::Call { name: "coalesce".into(), args: vec![of(2, "measure")] };
        let outputs = [(of(0, "name"), "name"), (measure, "units")];
        let columns = outputs.map(|(value, name)| OutputColumn { value, name: name.into() }).into();
        let select = Select { from: vec![from], filter: Some(there), columns, ..Select::default() };
        let shape = ["S", "N"].iter().zip(["name", "units"]).map(|(category, name)| ResultColumn {
            name: name.into(),
            type_name: "numeric".into(),
            type_oid: 0,
            modifier: -1,
            category: if *category == "S" { 'S' } else { 'N' },
        });
        let entry =
            |name: &str| RangeTableEntry { name: name.into(), alias: name.into(), ..RangeTableEntry::default() };
        let outline = Outline {
            query: Query { body: Body::Select(Box::new(select)), ..Query::default() },
            entries: ["categories", "order_items", "made"].map(entry).into(),
            scopes: vec![None],
            relations: Vec::new(),
        };
        let rows: Vec<Vec<Option<String>>> = [["a", "5"], ["b", "4"], ["c", "1"]]
            .iter()
            .map(|row| row.iter().map(|v| Some((*v).to_owned())).collect())
            .collect();
        narrate(&Answer {
            question: "units sold for each category",
            ends: &[],
            means: &[],
            outline: &outline,
            reading: None,
            columns: &ResultShape(shape.collect()),
            rows: &rows,
            is_cut: false,
            notes: &[],
            today: "2026-11-22",
        })
    };
    assert!(joined(None).starts_with("A sold the most units: 5, followed by b (4) and c (1)."), "{}", joined(None));
    // One that it is not made of is told.
    let told = joined(Some(is(1, "status", "returned")));
    assert!(told.contains("with returned order items"), "{told}");
}

#[test]
fn years_and_doers_are_told_as_such() {
    let orders = |condition: Expr| {
        let select = Select { from: vec![entry(2)], filter: Some(condition), ..Select::default() };
        told(Expr::Exists(Box::new(Query { body: Body::Select(Box::new(select)), ..Query::default() })), "", "2")
    };
    assert_eq!(orders(is(2, "year", "2014")), "There are 2 products with orders in 2014.");
    assert_eq!(orders(is(2, "model_year", "2014")), "There are 2 products with orders with a model year of 2014.");
    assert_eq!(orders(is(2, "placed_by", "Ada")), "There are 2 products with orders placed by Ada.");
    // The name of a city is not that of the order.
    assert_eq!(orders(is(2, "city_name", "Oslo")), "There are 2 products with orders where city name is 'Oslo'.");
}

#[test]
fn tables_are_called_by_their_rows() {
    for (table, rows) in [
        ("singer", "singers"),
        ("shop.tv_channel", "tv channels"),
        ("order_items", "order items"),
        ("superhero", "superheroes"),
        ("singer_in_concert", "singers in concert"),
        ("has_pet", "pets"),
        ("staff", "staff"),
        ("people", "people"),
        ("T1", "T1"),
    ] {
        assert_eq!(super::columns::spoken_relation(table), rows, "{table}");
    }
}

#[test]
fn what_was_done_is_said_once() {
    let written = || Case {
        table: "cartoons",
        question: "how many cartoons were written by Ada",
        grouped: false,
        filter: Some(compare("written_by", Comparison::Equal, "Ada", 'S')),
        ..Case::new(vec![("count", 'N', aggregate("count", Vec::new()))], vec![vec!["2"]])
    };
    assert_eq!(written().told(), "2 cartoons were written by Ada.");
}

#[test]
fn one_that_was_sold_was_sold() {
    assert_eq!(told(items_where(Vec::new()), "products sold", "1"), "1 product was ordered.");
    let both = Expr::And(vec![items_where(Vec::new()), Expr::Not(Box::new(column("discontinued")))]);
    assert_eq!(told(both, "products sold", "2"), "2 products were ordered and are not discontinued.");
}

#[test]
fn what_names_the_related_rows_already_stands_alone() {
    let rated = |others: &'static [(&'static str, &'static [&'static str])]| {
        let rating = Expr::Compare {
            comparison: Comparison::Equal,
            category: 'N',
            sides: Box::new((
                of(1, "average_rating"),
                Expr::Constant { text: Some("5".into()), category: 'N', at: Default::default() },
            )),
        };
        let filter = Some(Expr::And(vec![joined(of(0, "id"), of(1, "product_id")), rating]));
        let select = Select { from: vec![entry(1)], filter, ..Select::default() };
        let with = Expr::Exists(Box::new(Query { body: Body::Select(Box::new(select)), ..Query::default() }));
        let outputs = vec![("count", 'N', aggregate("count", Vec::new()))];
        let case = Case { grouped: false, filter: Some(with), ..Case::new(outputs, vec![vec!["2"]]) };
        Case { table: "products", others, ..case }.told()
    };
    assert_eq!(rated(&[("product_ratings", &["product_id"])]), "There are 2 products with an average rating of 5.");
    assert_eq!(
        rated(&[("batches", &["product_id"])]),
        "There are 2 products with batches with an average rating of 5."
    );
}

#[test]
fn rows_of_two_kinds_are_of_both() {
    let both = Expr::And(vec![items_where(vec![is(4, "name", "Phones")]), items_where(vec![is(4, "name", "Laptops")])]);
    assert_eq!(
        told(both, "", "2"),
        "There are 2 products with order items in both of the categories Phones and Laptops."
    );
}
