//! A software company's schema with terse names and comments, built by hand for the tests of the builtin model.

use crate::tests::shop_fixture::{relation, snapshot};
use schema::{Relation, Snapshot};

fn remark(mut relation: Relation, comment: &str, columns: &[(&str, &str)]) -> Relation {
    relation.comment = Some(comment.into());
    for (name, comment) in columns {
        let column = relation.columns.iter_mut().find(|column| column.name == *name).unwrap();
        column.comment = Some((*comment).into());
    }
    relation
}

fn values(mut relation: Relation, name: &str, values: &[&str]) -> Relation {
    let column = relation.columns.iter_mut().find(|column| column.name == name).unwrap();
    column.common_values = values.iter().map(|value| (*value).into()).collect();
    relation
}

pub fn saas() -> Snapshot {
    let acct = remark(
        relation(
            "acct",
            &["id integer!", "nm text!", "ctry text!", "own_emp_id integer", "csm_emp_id integer", "cre_dt date!"],
            &["id"],
            &[("own_emp_id", "emp"), ("csm_emp_id", "emp")],
        ),
        "customer accounts",
        &[("own_emp_id", "sales rep who owns the account"), ("csm_emp_id", "customer success manager")],
    );
    let emp = relation(
        "emp",
        &["id integer!", "nm text!", "dept_id integer!", "sal numeric(10,2)!"],
        &["id"],
        &[("dept_id", "dept")],
    );
    let emp = remark(emp, "employees", &[("sal", "yearly salary in euros")]);
    let dept = remark(relation("dept", &["id integer!", "nm text!"], &["id"], &[]), "departments", &[]);
    let pln = relation("pln", &["id integer!", "nm text!", "mth_price numeric(8,2)!"], &["id"], &[]);
    let pln = remark(pln, "plans that can be subscribed to", &[]);
    snapshot([vec![acct, emp, dept, pln], billing(), support()].concat())
}

fn billing() -> Vec<Relation> {
    let sub = remark(
        relation(
            "sub",
            &[
                "id integer!",
                "acct_id integer!",
                "pln_id integer!",
                "st text!",
                "seats integer!",
                "mrr numeric(10,2)!",
                "start_dt date!",
                "end_dt date",
            ],
            &["id"],
            &[("acct_id", "acct"), ("pln_id", "pln")],
        ),
        "subscriptions",
        &[("mrr", "monthly recurring revenue in euros"), ("st", "state: T trial, A active, C cancelled")],
    );
    let inv = remark(
        relation(
            "inv",
            &["id integer!", "acct_id integer!", "iss_dt date!", "due_dt date!", "amt numeric(10,2)!"],
            &["id"],
            &[("acct_id", "acct")],
        ),
        "invoices",
        &[("amt", "amount in euros, without VAT: this is our revenue")],
    );
    let lines = remark(
        relation(
            "inv_ln",
            &["inv_id integer!", "ln_no integer!", "pln_id integer", "qty integer!", "u_price numeric(10,2)!"],
            &["inv_id", "ln_no"],
            &[("inv_id", "inv"), ("pln_id", "pln")],
        ),
        "lines of an invoice",
        &[],
    );
    let pmt = relation(
        "pmt",
        &["id integer!", "inv_id integer!", "paid_ts timestamp with time zone!", "amt numeric(10,2)!", "meth text!"],
        &["id"],
        &[("inv_id", "inv")],
    );
    vec![sub, inv, lines, remark(pmt, "payments for invoices", &[])]
}

fn support() -> Vec<Relation> {
    let usr = relation(
        "usr",
        &["id integer!", "acct_id integer!", "email text!", "cre_ts timestamp with time zone!"],
        &["id"],
        &[("acct_id", "acct")],
    );
    let tkt = relation(
        "tkt",
        &[
            "id integer!",
            "usr_id integer!",
            "prio integer!",
            "opened_ts timestamp with time zone!",
            "closed_ts timestamp with time zone",
            "st text!",
        ],
        &["id"],
        &[("usr_id", "usr")],
    );
    let tkt = remark(tkt, "support tickets", &[("prio", "priority, 1 is the highest")]);
    vec![remark(usr, "users, who belong to an account", &[]), values(tkt, "st", &["open", "closed", "waiting"])]
}
