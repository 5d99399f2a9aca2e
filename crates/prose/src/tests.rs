//! Outlines and the sentences they must give. The regression tests of the extension do the same from SQL.

use crate::describe;
use crate::outline::*;

fn entry(name: &str, alias: &str, scope: usize) -> RangeTableEntry {
    let columns = vec!["id".into(), "name".into()];
    RangeTableEntry { name: name.into(), alias: alias.into(), scope, columns, ..RangeTableEntry::default() }
}

fn column(entry: usize, name: &str) -> Expr {
    Expr::Column { entry: Some(entry), name: name.into() }
}

fn number(text: &str) -> Expr {
    Expr::Constant { text: Some(text.into()), category: 'N', at: Place::default() }
}

fn text(text: &str) -> Expr {
    Expr::Constant { text: Some(text.into()), category: 'S', at: Place::default() }
}

fn dated(text: &str) -> Expr {
    Expr::Constant { text: Some(text.into()), category: 'D', at: Place::default() }
}

fn compare(left: Expr, comparison: Comparison, right: Expr) -> Expr {
    Expr::Compare { comparison, category: 'N', sides: Box::new((left, right)) }
}

fn table(entry: usize) -> FromItem {
    FromItem::Entry { entry, kind: EntryKind::Table, sampled: false, lateral: false }
}

fn join(kind: JoinType, left: FromItem, right: FromItem, on: Expr) -> FromItem {
    FromItem::Join { kind, left: Box::new(left), right: Box::new(right), on: Some(on) }
}

fn count() -> Expr {
    Expr::Aggregate(Box::new(AggregateCall { name: "count".into(), category: 'N', ..AggregateCall::default() }))
}

fn call(name: &str, args: Vec<Expr>) -> Expr {
    Expr::Call { name: name.into(), args }
}

fn operator(symbol: &str, left: Expr, right: Expr) -> Expr {
    Expr::Operator { symbol: symbol.into(), args: vec![left, right] }
}

fn output(value: Expr, name: &str) -> OutputColumn {
    OutputColumn { value, name: name.into() }
}

fn query(scope: usize, select: Select) -> Query {
    Query { scope, body: Body::Select(Box::new(select)), ..Query::default() }
}

/// A statement over these entries; scopes stand in the one before them.
fn outline(entries: Vec<RangeTableEntry>, query: Query) -> Outline {
    let last = entries.iter().map(|entry| entry.scope).max().unwrap_or_default();
    let scopes = (0..=last).map(|scope| scope.checked_sub(1)).collect();
    Outline { query, entries, scopes, relations: Vec::new() }
}

/// The sentence about the rows that a condition on the table `t` keeps.
fn kept(filter: Expr) -> String {
    let select = Select { from: vec![table(0)], filter: Some(filter), ..Select::default() };
    let text = describe(&outline(vec![entry("t", "t", 0)], query(0, select)));
    let line = text.lines().nth(1).unwrap_or_default();
    line.strip_prefix("Keeps the rows where ").and_then(|line| line.strip_suffix('.')).unwrap_or(line).to_owned()
}

/// How a value of the table `t` is shown.
fn shown(value: Expr) -> String {
    let select = Select { from: vec![table(0)], columns: vec![output(value, "?column?")], ..Select::default() };
    let text = describe(&outline(vec![entry("t", "t", 0)], query(0, select)));
    let line = text.lines().nth(1).unwrap_or_default();
    line.strip_prefix("Shows ").and_then(|line| line.strip_suffix('.')).unwrap_or(line).to_owned()
}

#[test]
fn a_join_a_group_an_order_and_a_limit() {
    let on = compare(column(1, "id"), Comparison::Equal, column(0, "customer_id"));
    let sum = || {
        let args = vec![column(0, "total")];
        Expr::Aggregate(Box::new(AggregateCall { name: "sum".into(), args, category: 'N', ..AggregateCall::default() }))
    };
    let select = Select {
        from: vec![join(JoinType::Inner, table(0), table(1), on)],
        filter: Some(compare(column(0, "status"), Comparison::NotEqual, text("cancelled"))),
        columns: vec![output(column(1, "name"), "name"), output(sum(), "revenue")],
        grouping: vec![Grouping::By(vec![column(1, "id"), column(1, "name")])],
        having: Some(compare(count(), Comparison::Greater, number("3"))),
        ..Select::default()
    };
    let key =
        SortKey { value: sum(), output: Some("revenue".into()), descending: true, nulls_first: None, category: 'N' };
    let query = Query { order: vec![key], limit: Some(number("5")), ..query(0, select) };
    let entries = vec![entry("orders", "o", 0), entry("customers", "c", 0)];
    assert_eq!(
        describe(&outline(entries, query)),
        "Reads orders and customers, joined where customers.id equals orders.customer_id.\n\
         Keeps the rows where orders.status is not 'cancelled'.\n\
         Groups them by customers.id and customers.name, and keeps the groups with more than 3 rows.\n\
         Shows customers.name and the sum of orders.total (as revenue).\n\
         Sorted by revenue, highest first; the first 5 rows."
    );
}

#[test]
fn outer_joins_say_what_stays() {
    let on = || compare(column(0, "id"), Comparison::Equal, column(1, "id"));
    let lines = |kind| {
        let select = Select { from: vec![join(kind, table(0), table(1), on())], ..Select::default() };
        let text = describe(&outline(vec![entry("a", "a", 0), entry("b", "x", 0)], query(0, select)));
        text.lines().nth(1).unwrap_or_default().to_owned()
    };
    assert_eq!(lines(JoinType::Left), "Adds b where a.id equals b.id, keeping a without any.");
    assert_eq!(
        lines(JoinType::Full),
        "Adds b where a.id equals b.id, keeping a without any, and also those that match no row."
    );
}

#[test]
fn a_relation_read_twice_is_told_by_its_aliases() {
    let on = compare(column(0, "id"), Comparison::Equal, column(1, "id"));
    let select = Select { from: vec![table(0), table(1)], filter: Some(on), ..Select::default() };
    let text = describe(&outline(vec![entry("t", "x", 0), entry("t", "y", 0)], query(0, select)));
    assert!(text.starts_with("Reads t (as x) and t (as y), joined where x.id equals y.id.\n"), "{text}");
}

#[test]
fn all_columns_of_a_relation_are_one_phrase() {
    let columns = || vec![output(column(0, "id"), "id"), output(column(0, "name"), "name")];
    let shown = |columns| {
        let select = Select { from: vec![table(0)], columns, ..Select::default() };
        describe(&outline(vec![entry("t", "t", 0)], query(0, select)))
    };
    assert!(shown(columns()).ends_with("Shows all columns of t."));
    let mut renamed = columns();
    renamed[1].name = "title".into();
    assert!(shown(renamed).ends_with("Shows id and name (as title)."));
    let mut swapped = columns();
    swapped.reverse();
    assert!(shown(swapped).ends_with("Shows name and id."));
}

#[test]
fn a_short_subquery_stands_in_its_sentence_and_a_long_one_below() {
    let inner = |grouping: Vec<Grouping>| {
        let columns = vec![output(column(1, "t_id"), "t_id")];
        Box::new(query(1, Select { from: vec![table(1)], columns, grouping, ..Select::default() }))
    };
    let text = |grouping| {
        let of = Box::new(Expr::Subquery(inner(grouping)));
        let filter = Expr::Any { symbol: "=".into(), values: vec![column(0, "id")], of, all: false };
        let columns = vec![output(column(0, "id"), "id")];
        let select = Select { from: vec![table(0)], filter: Some(filter), columns, ..Select::default() };
        describe(&outline(vec![entry("t", "t", 0), entry("u", "u", 1)], query(0, select)))
    };
    assert_eq!(text(Vec::new()), "Reads t.\nKeeps the rows where id is among (u.t_id in u).\nShows id.");
    assert_eq!(
        text(vec![Grouping::By(vec![column(1, "t_id")])]),
        "Reads t.\nKeeps the rows where id is among subquery 1.\nShows id.\n\
         Subquery 1:\n  Reads u.\n  Groups them by u.t_id.\n  Shows u.t_id."
    );
}

#[test]
fn set_operations_and_recursive_steps_are_blocks() {
    let part = |scope: usize| {
        let columns = vec![output(column(scope - 1, "id"), "id")];
        query(scope, Select { from: vec![table(scope - 1)], columns, ..Select::default() })
    };
    let union = |all| Body::Set { operation: SetOperation::Union, all, parts: vec![part(1), part(2)] };
    let entries = || vec![entry("a", "a", 1), entry("b", "b", 2)];
    let plain = Query { body: union(false), limit: Some(number("1")), ..Query::default() };
    let outline_of = |query| Outline { scopes: vec![None; 3], ..outline(entries(), query) };
    assert_eq!(
        describe(&outline_of(plain)),
        "Puts the rows of these together, each different row once:\n  Part 1:\n    Reads a.\n    Shows id.\n  \
         Part 2:\n    Reads b.\n    Shows id.\nOnly 1 row."
    );
    let query_of = Query { body: union(true), ..Query::default() };
    let cte = Cte { name: "tree".into(), recursive: true, columns: vec!["node".into()], query: query_of };
    let text = describe(&outline_of(Query { ctes: vec![cte], ..part(1) }));
    assert!(text.starts_with("Prepares tree, step by step:\n  Starts with:\n    Reads a.\n    Shows id (as node).\n"));
    assert!(
        text.contains("\n  Adds, again and again from the rows added last, until there are no more:\n    Reads b.")
    );
}

#[test]
fn conditions_read_as_clauses() {
    let id = || column(0, "id");
    let like = |pattern: &str| Expr::Like {
        value: Box::new(column(0, "name")),
        pattern: Box::new(text(pattern)),
        kind: PatternKind::Like,
    };
    let not = |inner| Expr::Not(Box::new(inner));
    let list =
        |numbers: &[&str]| Expr::In { value: Box::new(id()), list: numbers.iter().map(|text| number(text)).collect() };
    let between = || Expr::Between { value: Box::new(id()), bounds: Box::new((number("1"), number("2"))) };
    for (condition, expected) in [
        (like("%a%"), "name contains 'a'"),
        (like("a%"), "name begins with 'a'"),
        (not(like("%a")), "name does not end with 'a'"),
        (like("%50\\%%"), "name contains '50%'"),
        (like("a_b"), "name matches the pattern 'a_b'"),
        (list(&["1"]), "id is 1"),
        (list(&["1", "2", "3"]), "id is 1, 2 or 3"),
        (list(&["1", "2", "3", "4"]), "id is one of 1, 2, 3 and 4"),
        (not(list(&["1", "2"])), "id is neither 1 nor 2"),
        (not(between()), "id is not between 1 and 2"),
        (not(Expr::IsNull(Box::new(id()))), "id has a value"),
        (compare(number("5"), Comparison::Less, id()), "id is more than 5"),
        (not(compare(id(), Comparison::GreaterOrEqual, number("5"))), "id is less than 5"),
        (not(compare(id(), Comparison::IsDistinct, number("5"))), "id is the same as 5"),
        (Expr::And(vec![between(), like("a%")]), "id is between 1 and 2, and name begins with 'a'"),
        (
            Expr::And(vec![Expr::Or(vec![list(&["1"]), list(&["2"])]), like("a%")]),
            "(id is 1 or id is 2) and name begins with 'a'",
        ),
        (not(Expr::And(vec![list(&["1"]), like("a%")])), "not (id is 1 and name begins with 'a')"),
        (not(column(0, "open")), "open is not true"),
    ] {
        assert_eq!(kept(condition), expected);
    }
}

#[test]
fn values_read_as_phrases() {
    let id = || column(0, "id");
    let operator = |symbol: &str, args| Expr::Operator { symbol: symbol.into(), args };
    let sum = |args: Vec<Expr>| {
        Expr::Aggregate(Box::new(AggregateCall { name: "sum".into(), args, ..AggregateCall::default() }))
    };
    let case = |then: Expr, otherwise: Option<Expr>| Expr::Case {
        arms: vec![(compare(id(), Comparison::Equal, number("7")), then)],
        otherwise: otherwise.map(Box::new),
        value: None,
    };
    for (value, expected) in [
        (operator("*", vec![operator("+", vec![id(), number("1")]), number("2")]), "(id + 1) * 2"),
        (operator("+", vec![operator("*", vec![id(), number("1")]), number("2")]), "id * 1 + 2"),
        (operator("-", vec![id(), operator("-", vec![id(), number("1")])]), "id - (id - 1)"),
        (sum(vec![operator("+", vec![id(), number("1")])]), "the sum of (id + 1)"),
        (sum(vec![case(number("1"), Some(number("0")))]), "the number of rows where id is 7"),
        (sum(vec![case(id(), None)]), "the sum of id over the rows where id is 7"),
        (case(text("a"), Some(text("b"))), "('a' where id is 7, else 'b')"),
        (call("extract", vec![text("month"), id()]), "the number of the month of id"),
        (call("date_trunc", vec![text("month"), id()]), "the month of id"),
        (
            call("lower", vec![call("coalesce", vec![id(), text("x")])]),
            "((id, or 'x' where it has no value) in lower case)",
        ),
        (call("public.f", vec![id(), number("1")]), "public.f(id, 1)"),
        (Expr::Constant { text: None, category: 'X', at: Place::default() }, "no value"),
        (dated("2024-01-01 00:00:00+00"), "2024-01-01"),
        (dated("2024-01-01 10:00:00"), "2024-01-01 10:00:00"),
        (Expr::Subquery(Box::default()), "subquery 1"),
    ] {
        assert_eq!(shown(value), expected);
    }
}

#[test]
fn nothing_in_a_name_or_a_constant_begins_a_line() {
    let evil = "x\ny\r\u{2028}z";
    let select = Select {
        from: vec![table(0)],
        filter: Some(compare(column(0, evil), Comparison::Equal, text(evil))),
        columns: vec![output(column(0, "id"), evil)],
        ..Select::default()
    };
    let lines = describe(&outline(vec![entry(evil, evil, 0)], query(0, select)));
    assert_eq!(lines.chars().filter(|c| c.is_control() || *c == '\u{2028}').count(), 2, "{lines}");
    assert_eq!(lines.lines().count(), 3);
}

#[test]
fn an_outline_that_refers_to_nothing_is_told_too() {
    let select = Select { columns: vec![output(column(9, "id"), "id")], from: vec![table(9)], ..Select::default() };
    assert!(describe(&Outline { query: query(9, select), ..Outline::default() }).contains("id"));
    assert!(describe(&Outline::default()).contains("too deep"));
}

#[test]
fn shapes_and_vectors_are_told_as_distances_and_places() {
    let point = || call("st_setsrid", vec![call("st_makepoint", vec![number("16"), number("48")]), number("4326")]);
    for (value, told) in [
        (operator("<->", column(0, "place"), column(0, "home")), "the distance from place to home"),
        (operator("<=>", column(0, "meaning"), text("[1,2]")), "the cosine distance from meaning to '[1,2]'"),
        (
            call("st_distance", vec![column(0, "place"), point()]),
            "the distance from place to (the point (16, 48) in the coordinate system 4326)",
        ),
        (
            call("st_area", vec![call("st_transform", vec![column(0, "shape"), number("3857")])]),
            "the area of (shape in the coordinate system 3857)",
        ),
        (call("st_unknown", vec![column(0, "shape")]), "st_unknown(shape)"),
        (call("st_within", vec![column(0, "a"), column(0, "b")]), "st_within(a, b)"),
    ] {
        assert_eq!(shown(value), told);
    }
    for (condition, told) in [
        (call("st_dwithin", vec![column(0, "place"), column(0, "home"), number("500")]), "place is within 500 of home"),
        (call("st_contains", vec![column(0, "area"), column(0, "place")]), "area contains place"),
        (Expr::Not(Box::new(call("st_intersects", vec![column(0, "a"), column(0, "b")]))), "a does not meet b"),
        (
            compare(operator("<->", column(0, "a"), column(0, "b")), Comparison::Less, number("2")),
            "the distance from a to b is less than 2",
        ),
    ] {
        assert_eq!(kept(condition), told);
    }
}
