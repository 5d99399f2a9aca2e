//! An energy supplier's schema with terse names and comments, built by hand for the tests of the builtin model.

use crate::tests::shop_fixture::{relation, snapshot};
use schema::{Relation, Snapshot};

/// A relation whose columns are told with their types and, after a dash, their comments.
fn told(name: &str, comment: &str, columns: &[&str], references: &[(&str, &str)]) -> Relation {
    let parts: Vec<(&str, &str)> = columns.iter().map(|one| one.split_once(" - ").unwrap_or((one, ""))).collect();
    let specs: Vec<&str> = parts.iter().map(|(spec, _)| *spec).collect();
    let mut made = relation(name, &specs, &["id"], references);
    made.comment = Some(comment.into());
    for (column, (_, comment)) in made.columns.iter_mut().zip(&parts) {
        column.comment = Some((*comment).into()).filter(|comment: &String| !comment.is_empty());
    }
    made
}

fn values(mut relation: Relation, name: &str, values: &[&str]) -> Relation {
    let column = relation.columns.iter_mut().find(|column| column.name == name).unwrap();
    column.common_values = values.iter().map(|value| (*value).into()).collect();
    relation
}

pub fn supplier() -> Snapshot {
    snapshot([people(), supply(), money(), service()].concat())
}

fn people() -> Vec<Relation> {
    let rgn = told("rgn", "regions", &["id integer!", "nm text! - name of the region"], &[]);
    let stf = [
        "id integer!",
        "fnm text! - first name",
        "lnm text! - last name",
        "dept text! - department: S sales, T technical",
        "lft_on date - last working day, empty while still employed",
        "sal numeric(10,2)! - yearly salary in euros",
    ];
    let stf = values(told("stf", "employees", &stf, &[]), "fnm", &["Jana", "Ole"]);
    let kd = [
        "id integer!",
        "nm text! - full name or company name",
        "typ text! - type: P private, B business",
        "mail text - email address",
        "tel text - phone number",
        "web text - website",
        "since date! - customer since",
    ];
    vec![values(rgn, "nm", &["Seeland", "Altmark"]), stf, told("kd", "customers", &kd, &[])]
}

fn supply() -> Vec<Relation> {
    let obj = ["id integer!", "rgn_id integer!", "city text!", "use text! - F flat, H house, O office"];
    let obj = values(told("obj", "premises", &obj, &[("rgn_id", "rgn")]), "city", &["Lindau", "Wieden"]);
    let mtr = [
        "id integer!",
        "obj_id integer!",
        "put_on date! - installation date",
        "out_on date - removal date, empty while installed",
        "fit_by_id integer! - technician who installed it",
        "chk_by_id integer - technician who checked it",
    ];
    let mtr = told("mtr", "meters", &mtr, &[("obj_id", "obj"), ("fit_by_id", "stf"), ("chk_by_id", "stf")]);
    let ctr = [
        "id integer!",
        "kd_id integer!",
        "obj_id integer!",
        "st text! - status: P pending, A active, T terminated",
        "beg_on date! - start date",
        "end_on date - end date, empty while running",
        "adv_mo numeric(8,2)! - monthly advance payment in euros",
        "mrr numeric(8,2)! - monthly recurring revenue",
    ];
    let ctr = told("ctr", "supply contracts", &ctr, &[("kd_id", "kd"), ("obj_id", "obj")]);
    vec![obj, mtr, ctr]
}

fn money() -> Vec<Relation> {
    let inv = [
        "id integer!",
        "ctr_id integer!",
        "kwh integer! - consumption billed in kWh",
        "net numeric(10,2)! - net amount in euros; this is our revenue",
        "vat numeric(10,2)! - value added tax in euros",
        "iss_on date! - issue date",
        "due_on date! - due date",
        "st text! - O open, P paid, D dunned",
    ];
    let pay = [
        "id integer!",
        "inv_id integer!",
        "amt numeric(10,2)! - amount received in euros",
        "got_on date! - date of the payment",
    ];
    vec![told("inv", "bills", &inv, &[("ctr_id", "ctr")]), told("pay", "payments", &pay, &[("inv_id", "inv")])]
}

fn service() -> Vec<Relation> {
    let cmpl = [
        "id integer!",
        "kd_id integer!",
        "top text! - topic: B bill, P price, S service",
        "rcv_at timestamp with time zone! - received at",
        "cls_at timestamp with time zone - closed at, empty while open",
    ];
    let cmpl = told("cmpl", "complaints", &cmpl, &[("kd_id", "kd")]);
    let chst = [
        "id integer!",
        "rgn_id integer!",
        "pts integer! - charging points",
        "live boolean! - in operation",
        "sev integer! - wear: 1 minor, 2 major",
    ];
    let chst = told("chst", "charging stations", &chst, &[("rgn_id", "rgn")]);
    let usg = [
        "id integer!",
        "kd_id integer!",
        "dy date! - day",
        "calls integer! - API calls",
        "stor_gb numeric! - storage in GB",
    ];
    let usg = told("usg", "usage by day", &usg, &[("kd_id", "kd")]);
    let rtg = ["id integer!", "obj_id integer!", "stars integer!", "written_on date!"];
    vec![cmpl, chst, usg, relation("ratings", &rtg, &["id"], &[("obj_id", "obj")])]
}
