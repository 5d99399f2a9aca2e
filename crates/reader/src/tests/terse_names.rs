//! A gym with terse names whose comments explain them: what everyday questions mean there, beside some that leave it open.

use crate::lattice::stored_values::NoValues;
use crate::tests::shop_fixture::{relation, snapshot};
use schema::{Relation, Snapshot};

fn remark(relation: &mut Relation, name: &str, comment: &str) {
    let column = relation.columns.iter_mut().find(|column| column.name == name).unwrap();
    column.comment = Some(comment.into());
}

fn gym() -> Snapshot {
    let clb = ["id integer!", "cty text!", "opn_on date!", "pc text"];
    let mut clb = relation("clb", &clb, &["id"], &[]);
    clb.comment = Some("clubs".into());
    remark(&mut clb, "pc", "post code");
    let mbr = [
        "id integer!",
        "clb_id integer!",
        "fnm text!",
        "lnm text!",
        "mail text",
        "cy text!",
        "bdt date!",
        "jnd_on date!",
        "trn_id integer",
        "nut_id integer",
        "is_frozen boolean!",
        "quit boolean!",
        "del_at timestamp with time zone",
    ];
    let keys = [("clb_id", "clb"), ("trn_id", "tch"), ("nut_id", "tch")];
    let mut mbr = relation("mbr", &mbr, &["id"], &keys);
    mbr.comment = Some("members of a club".into());
    for (name, comment) in [
        ("fnm", "first name"),
        ("lnm", "last name"),
        ("mail", "email address"),
        ("cy", "country: AT Austria, NO Norway"),
        ("bdt", "birth date"),
        ("jnd_on", "date of joining"),
        ("trn_id", "personal trainer"),
        ("nut_id", "member nutrition coach"),
        ("quit", "true means the person no longer counts as a member"),
        ("del_at", "soft delete: set when the row was removed"),
    ] {
        remark(&mut mbr, name, comment);
    }
    snapshot([vec![clb, mbr], offers(), visits()].concat())
}

fn offers() -> Vec<Relation> {
    let tch = ["id integer!", "nm text!", "pay_h numeric(8,2)!", "cy text!", "st text!"];
    let mut tch = relation("tch", &tch, &["id"], &[]);
    tch.comment = Some("coaches employed".into());
    remark(&mut tch, "nm", "name of the coach");
    remark(&mut tch, "pay_h", "wage per hour in euros");
    remark(&mut tch, "cy", "country: AT Austria, NO Norway");
    remark(&mut tch, "st", "A active, L on leave");
    let crs = ["id integer!", "typ text!", "spots integer!", "lvl integer!", "tch_id integer!", "offered boolean!"];
    let mut crs = relation("crs", &crs, &["id"], &[("tch_id", "tch")]);
    crs.comment = Some("courses".into());
    remark(&mut crs, "typ", "type: yoga, boxing, spinning");
    remark(&mut crs, "spots", "number of places");
    remark(&mut crs, "offered", "false: no longer offered");
    vec![tch, crs]
}

fn visits() -> Vec<Relation> {
    let vst = ["id integer!", "mbr_id integer!", "crs_id integer", "beg_at timestamp with time zone!", "mins integer!"];
    let mut vst = relation("vst", &vst, &["id"], &[("mbr_id", "mbr"), ("crs_id", "crs")]);
    vst.comment = Some("visits".into());
    remark(&mut vst, "mins", "duration in minutes");
    let bil = [
        "id integer!",
        "mbr_id integer!",
        "net numeric(8,2)!",
        "iss_on date!",
        "pd_on date",
        "dun_at timestamp with time zone",
    ];
    let mut bil = relation("bil", &bil, &["id"], &[("mbr_id", "mbr")]);
    bil.comment = Some("invoices".into());
    remark(&mut bil, "net", "net amount in euros: the revenue");
    remark(&mut bil, "iss_on", "issue date");
    remark(&mut bil, "pd_on", "when it was paid");
    remark(&mut bil, "dun_at", "when it was dunned");
    vec![vst, bil]
}

fn read(question: &str) -> Result<crate::Reading, crate::Abstention> {
    crate::read(question, &gym(), &NoValues, &crate::never).unwrap()
}

fn told(question: &str) -> String {
    read(question).map_or_else(|silence| format!("? {silence:?}"), |reading| reading.summary)
}

const COUNTED: &str = "mbr.quit is false and mbr.del_at is missing";

#[rustfmt::skip]
const READ: &[(&str, &str)] = &[
    // A relation may have a flag and a date for rows that do not count.
    ("how many members do we have", "count of mbr where {}"),
    ("members per country", "count of mbr per mbr.cy where {}"),
    // What is no longer offered is a course all the same.
    ("courses per coach", "count of crs per tch.nm, tch.id"),
    ("which courses are no longer offered", "all crs where crs.offered is false"),
    ("frozen members", "all mbr where mbr.is_frozen is true and {}"),
    // Columns that are empty.
    ("members without email address", "all mbr where mbr.mail is missing and {}"),
    ("how many members have no email", "count of mbr where mbr.mail is missing and {}"),
    ("members with an email address", "all mbr where mbr.mail is not missing and {}"),
    ("clubs with no post code", "all clb where clb.pc is missing"),
    // Any of several numbers.
    ("courses with 10 or 12 places", "all crs where crs.spots is 10 or 12"),
    ("courses with 8, 10 or 12 places", "all crs where crs.spots is 8 or 10 or 12"),
    // Adjectives by comments.
    ("oldest member", "bottom 1 mbr by mbr.bdt where {}"),
    ("longest visit", "top 1 vst by vst.mins"),
    ("oldest invoice", "bottom 1 bil by bil.iss_on"),
    ("best paid coach", "top 1 tch by tch.pay_h"),
    // Units by comments.
    ("total minutes per club", "sum of vst.mins per clb.cty, clb.id (with mbr)"),
    ("average minutes per visit", "average of vst.mins"),
    ("visits with more than 90 minutes", "all vst where vst.mins > 90"),
    // Names by comments, with the rows that they are of.
    ("visits per course type", "count of vst per crs.typ"),
    ("average invoice amount", "average of bil.net"),
    ("number of coaches by status", "count of tch per tch.st"),
    // What happened at a date, and the date at which rows came to be.
    ("how many invoices were dunned in 2025", "count of bil where bil.dun_at is in 2025"),
    ("how many invoices are not dunned", "count of bil where bil.dun_at is missing"),
    ("revenue per month in 2025", "sum of bil.net per month of bil.iss_on where bil.iss_on is in 2025"),
    ("members who joined in 2025", "all mbr where mbr.jnd_on is in 2025 and {}"),
];

#[test]
fn comments_say_what_terse_names_mean() {
    let wrong: Vec<String> = READ
        .iter()
        .map(|(question, wanted)| (question, wanted.replace("{}", COUNTED), told(question)))
        .filter(|(_, wanted, told)| told != wanted)
        .map(|(question, wanted, told)| format!("{question}\n    is  {told}\n    not {wanted}"))
        .collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn of_two_keys_to_one_table_none_is_taken_for_a_word_of_the_rows() {
    // The "member nutrition coach" is not meant by "members".
    let told = told("how many members does each coach have");
    assert!(told.contains("Ambiguous"), "{told}");
    let told = self::told("members per personal trainer");
    assert!(told.ends_with("tch by mbr.trn_id"), "{told}");
}

#[test]
fn what_may_have_been_meant_of_others_is_told() {
    let notes = |question: &str| read(question).map(|reading| reading.notes).unwrap_or_default();
    // Members and coaches have a country.
    assert_eq!(notes("revenue by country"), ["cy was taken for mbr.cy, not tch.cy"]);
    assert_eq!(notes("revenue in Norway"), ["cy was taken for mbr.cy, not tch.cy"]);
    for plain in ["revenue by member country", "members in Norway", "revenue from members in Norway", "revenue by club"]
    {
        assert!(read(plain).is_ok() && notes(plain).is_empty(), "{plain}: {:?}", read(plain));
    }
}

#[test]
fn what_is_left_open_is_not_answered() {
    for open in [
        // Texts that are not there, or numbers that may be 0.
        "clubs without city",
        "courses without places",
        // Who came first, or was born first.
        "oldest coach",
    ] {
        assert!(read(open).is_err(), "{open}: {}", told(open));
    }
}
