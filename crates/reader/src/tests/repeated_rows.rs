//! Rows that a join repeats are counted once, whoever counts them: a group, a rank, a test of how many there are.

use crate::lattice::stored_values::NoValues;
use crate::tests::shop_fixture::{relation, shop, snapshot};
use schema::Snapshot;

fn sql(question: &str, snapshot: &Snapshot) -> String {
    let read = crate::read(question, snapshot, &NoValues, &crate::never).unwrap();
    read.map(|reading| reading.sql.replace('\n', " ")).unwrap_or_default()
}

#[test]
fn an_order_with_two_lines_of_a_product_is_one_order_of_it() {
    let shop = shop();
    for question in [
        "number of orders by product",
        "how many orders are there for each product",
        "number of orders by category",
        "orders by category",
        "which product has the most orders",
        "products with more than 20 orders",
        "top 5 products by number of orders",
        "products sorted by number of orders",
    ] {
        let sql = sql(question, &shop);
        assert!(sql.contains("count(DISTINCT orders.id)"), "{question}: {sql}");
    }
    // Nothing is repeated where each row is joined once.
    for question in
        ["number of orders by country", "number of products by category", "customers with more than 5 orders"]
    {
        let sql = sql(question, &shop);
        assert!(sql.contains("count(*)"), "{question}: {sql}");
    }
}

#[test]
fn a_relation_that_ties_two_rows_once_repeats_nothing() {
    let courses = |key: &[&str]| {
        let student = relation("students", &["id integer!", "name text!"], &["id"], &[]);
        let course = relation("courses", &["id integer!", "title text!"], &["id"], &[]);
        let columns = ["student_id integer!", "course_id integer!", "term integer!"];
        let taken = relation("enrolments", &columns, key, &[("student_id", "students"), ("course_id", "courses")]);
        snapshot(vec![course, taken, student])
    };
    let question = "number of students per course";
    assert!(sql(question, &courses(&["student_id", "course_id"])).contains("count(*)"));
    assert!(sql(question, &courses(&["student_id", "course_id", "term"])).contains("count(DISTINCT students.id)"));
    assert!(sql(question, &courses(&[])).contains("count(DISTINCT students.id)"));
}
