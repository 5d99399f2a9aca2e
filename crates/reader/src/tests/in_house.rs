//! An in-house schema whose comments list codes: states after a preposition, codes that look like articles, hours worked.

use crate::lattice::stored_values::NoValues;
use crate::tests::shop_fixture::{relation, snapshot};
use schema::{Relation, Snapshot};

fn told(mut relation: Relation, comment: &str, columns: &[(&str, &str)]) -> Relation {
    relation.comment = Some(comment.into());
    for (name, comment) in columns {
        let column = relation.columns.iter_mut().find(|column| column.name == *name).unwrap();
        column.comment = Some((*comment).into());
    }
    relation
}

fn in_house() -> Snapshot {
    let prj = relation("prj", &["id integer!", "nm text!", "bud integer!", "st text!"], &["id"], &[]);
    let states = "P planned, R running, H on hold";
    let prj = told(prj, "projects", &[("nm", "project name"), ("bud", "budget in euros"), ("st", states)]);
    let shf = ["id integer!", "prj_id integer!", "dt date!", "hrs numeric(4,1)!", "bill text!"];
    let shf = relation("shf", &shf, &["id"], &[("prj_id", "prj")]);
    let bill = ("bill", "Y billable, N not billable");
    let shf = told(shf, "shifts: hours worked per project and day", &[("hrs", "hours worked"), bill]);
    let usr = relation("usr", &["id integer!", "rl text!"], &["id"], &[]);
    let inv = relation("inv", &["id integer!", "st text!"], &["id"], &[]);
    let inv = told(inv, "invoices", &[("st", "O open, P paid, V void")]);
    let usr = told(usr, "users", &[("rl", "A admin, E editor, V viewer")]);
    snapshot(vec![prj, shf, usr, inv])
}

fn sql(question: &str) -> String {
    match crate::read(question, &in_house(), &NoValues, &crate::never).unwrap() {
        Ok(reading) => reading.sql.split_whitespace().collect::<Vec<_>>().join(" "),
        Err(abstention) => format!("{abstention:?}"),
    }
}

#[test]
fn a_state_after_a_preposition_is_not_passed_over() {
    for (question, wanted) in [
        ("How many projects are on hold?", "SELECT count(*) AS count FROM prj WHERE st = 'H'"),
        ("What is the total budget of projects on hold?", "SELECT sum(bud) AS total_bud FROM prj WHERE st = 'H'"),
        ("How many projects are planned?", "SELECT count(*) AS count FROM prj WHERE st = 'P'"),
        ("How many users are on record?", "SELECT count(*) AS count FROM usr"),
    ] {
        assert_eq!(sql(question), wanted, "{question}");
    }
    for question in ["How many users are on hold?", "Which users are in training?", "Which projects are on air?"] {
        assert!(!sql(question).contains("SELECT"), "{question}: {}", sql(question));
    }
}

#[test]
fn a_code_that_looks_like_an_article_is_a_code() {
    for (question, wanted) in [
        ("How many admins are there?", "SELECT count(*) AS count FROM usr WHERE rl = 'A'"),
        ("How many viewers are there?", "SELECT count(*) AS count FROM usr WHERE rl = 'V'"),
    ] {
        assert_eq!(sql(question), wanted, "{question}");
    }
}

#[test]
fn hours_that_rows_hold_are_added_up() {
    for (question, wanted) in [
        ("How many hours were worked?", "SELECT sum(hrs) AS count FROM shf"),
        ("How many shifts are there?", "SELECT count(*) AS count FROM shf"),
    ] {
        assert_eq!(sql(question), wanted, "{question}");
    }
    // The hours of billable shifts are not how many of these there are.
    for question in ["How many billable hours are there?", "What share of hours is billable?"] {
        assert!(!sql(question).contains("count(*)"), "{question}: {}", sql(question));
    }
}

#[test]
fn codes_of_another_relation_are_not_taken_for_its_own() {
    assert_eq!(sql("How many invoices are paid?"), "SELECT count(*) AS count FROM inv WHERE st = 'P'");
    assert_eq!(sql("Which projects are running?"), "SELECT id, nm, bud, st FROM prj WHERE st = 'R' ORDER BY id");
    for question in ["How many invoices are planned?", "Which projects are void?", "invoices with status planned"] {
        assert!(!sql(question).contains("SELECT"), "{question}: {}", sql(question));
    }
}
