//! Everyday questions to an energy supplier's terse schema, each with its reading, beside some that leave open what is meant.

use crate::lattice::stored_values::NoValues;
use crate::tests::supplier_fixture::supplier;

fn told(question: &str) -> String {
    let read = crate::read(question, &supplier(), &NoValues, &crate::never).unwrap();
    read.map_or_else(|silence| format!("? {silence:?}"), |reading| reading.summary)
}

fn notes(question: &str) -> Vec<String> {
    let read = crate::read(question, &supplier(), &NoValues, &crate::never).unwrap();
    read.map(|reading| reading.notes).unwrap_or_default()
}

fn all_read_so(wanted: &[(&str, &str)]) {
    let wrong: Vec<String> = wanted
        .iter()
        .map(|(question, wanted)| (question, wanted, told(question)))
        .filter(|(_, wanted, told)| *wanted != told)
        .map(|(question, _, told)| format!("    (\"{question}\",\n     \"{told}\"),"))
        .collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

fn none_is_read(open: &[&str]) {
    let read: Vec<String> = open
        .iter()
        .map(|question| format!("{question}: {}", told(question)))
        .filter(|one| !one.contains(": ? "))
        .collect();
    assert!(read.is_empty(), "\n{}", read.join("\n"));
}

#[test]
fn rows_are_worth_what_they_say() {
    all_read_so(&[
        ("total amount of open bills", "sum of inv.net where inv.st is O (open)"),
        ("total amount of paid bills", "sum of inv.net where inv.st is P (paid)"),
        ("average amount of open bills", "average of inv.net where inv.st is O (open)"),
        ("average amount of payments", "average of pay.amt"),
        ("amount of payments in 2025", "sum of pay.amt where pay.got_on is in 2025"),
        ("amounts of payments in 2025", "pay.amt of pay where pay.got_on is in 2025"),
        ("average payment", "average of pay.amt"),
        (
            "which customers paid the most in 2025",
            "sum of pay.amt per kd.nm, kd.id (with inv, ctr) by sum of pay.amt, the largest first where pay.got_on is in 2025",
        ),
        ("average advance payment", "average of ctr.adv_mo"),
    ]);
    // The number of payments, or what they come to?
    none_is_read(&["total payments in 2025"]);
}

#[test]
fn what_recurs_is_ranked_by_what_it_comes_to() {
    all_read_so(&[
        ("customer with the highest MRR", "top 1 ctr per kd.nm, kd.id by sum of ctr.mrr where ctr.end_on is missing"),
        ("top 5 customers by MRR", "top 5 ctr per kd.nm, kd.id by sum of ctr.mrr where ctr.end_on is missing"),
        ("highest MRR", "maximum of ctr.mrr where ctr.end_on is missing"),
    ]);
    assert_eq!(
        notes("highest MRR"),
        ["each row of ctr was taken by itself, those of one row of kd or obj were not added up"]
    );
    assert!(notes("highest MRR of contracts").is_empty());
    // Of those that ran in a month, or of those that started in it?
    none_is_read(&["MRR per month", "MRR in 2025", "total advance payments per month", "average MRR per customer"]);
    all_read_so(&[(
        "MRR of business customers",
        "sum of ctr.mrr (with kd) where kd.typ is B (business) and ctr.end_on is missing",
    )]);
}

#[test]
fn things_that_numbers_count_are_added_up() {
    all_read_so(&[
        ("API calls in October 2026", "sum of usg.calls where usg.dy is October 2026"),
        ("how many API calls in October 2026", "sum of usg.calls where usg.dy is October 2026"),
        ("top 5 customers by API calls", "top 5 usg per kd.nm, kd.id by sum of usg.calls"),
        ("charging points in Seeland", "sum of chst.pts (with rgn) where rgn.nm is Seeland"),
        ("number of charging points in Seeland", "sum of chst.pts (with rgn) where rgn.nm is Seeland"),
        ("charging points of charging stations", "chst.pts of chst"),
        ("customer with the most API calls yesterday", "top 1 kd by sum of its usg.calls where usg.dy is yesterday"),
    ]);
    none_is_read(&[
        "storage in October 2026",
        "average consumption per customer",
        "average API calls per day",
        "average API calls per customer",
        "average number of API calls per customer",
    ]);
}

#[test]
fn what_happened_twice_is_told_by_two_dates() {
    all_read_so(&[
        ("complaints received and closed in 2025", "all cmpl where cmpl.rcv_at is in 2025 and cmpl.cls_at is in 2025"),
        (
            "how many complaints were received and closed in 2025",
            "count of cmpl where cmpl.rcv_at is in 2025 and cmpl.cls_at is in 2025",
        ),
        ("complaints received or closed in 2025", "all cmpl where (cmpl.rcv_at is in 2025 or cmpl.cls_at is in 2025)"),
        ("bills issued and due in 2025", "all inv where inv.iss_on is in 2025 and inv.due_on is in 2025"),
    ]);
}

#[test]
fn one_thing_is_had_and_another_lacked() {
    all_read_so(&[
        ("customers with email but no phone", "all kd where kd.mail is not missing and kd.tel is missing"),
        ("customers with email and no phone", "all kd where kd.mail is not missing and kd.tel is missing"),
        ("customers with email but without website", "all kd where kd.mail is not missing and kd.web is missing"),
        ("customers with email and phone", "all kd where kd.mail is not missing and kd.tel is not missing"),
        ("customers with email or phone", "all kd where (kd.mail is not missing or kd.tel is not missing)"),
        ("customers without email or phone", "all kd where kd.mail is missing and kd.tel is missing"),
        ("customers with neither email nor phone", "all kd where kd.mail is missing and kd.tel is missing"),
        (
            "how many customers have a phone but no email",
            "count of kd where kd.tel is not missing and kd.mail is missing",
        ),
    ]);
    // Without both, or not with both.
    none_is_read(&["customers without email and phone"]);
}

#[test]
fn opinions_are_told_by_their_one_number() {
    all_read_so(&[
        ("average rating", "average of ratings.stars"),
        ("average rating per city", "average of ratings.stars per obj.city"),
        ("ratings per city", "count of ratings per obj.city"),
    ]);
}

#[test]
fn kinds_of_rows_are_nouns() {
    all_read_so(&[
        ("houses in Lindau", "all obj where obj.use is H (house) and obj.city is Lindau"),
        (
            "how many houses are there in Lindau and Wieden",
            "count of obj where obj.use is H (house) and obj.city is Lindau or Wieden",
        ),
    ]);
    // Complaints about prices are no prices.
    none_is_read(&["prices in 2025", "services in 2025"]);
}

#[test]
fn times_are_those_of_what_is_asked_for() {
    all_read_so(&[
        (
            "revenue from business customers in 2025",
            "sum of inv.net (with ctr, kd) where kd.typ is B (business) and inv.iss_on is in 2025",
        ),
        ("complaints of customers who joined in 2024", "all cmpl (with kd) where kd.since is in 2024"),
        (
            "complaints from business customers in 2025",
            "all cmpl (with kd) where kd.typ is B (business) and cmpl.rcv_at is in 2025",
        ),
    ]);
    let joined = told("revenue from customers who joined in 2025");
    assert_eq!(joined, "sum of inv.net (with ctr, kd) where kd.since is in 2025");
    // By the day of the contract's end, or of its beginning?
    none_is_read(&["terminated contracts in 2025", "terminated contracts per year", "bills paid in 2025"]);
    assert!(!told("meters installed by Ole").contains("out_on is missing"));
}

#[test]
fn who_left_is_told_of_where_people_are_counted() {
    assert_eq!(notes("how many employees do we have"), ["those whose stf.lft_on is set were not left out"]);
    assert!(notes("how many employees are still employed").is_empty());
    assert!(notes("how many customers do we have").is_empty());
}

#[test]
fn comments_name_parts_and_states() {
    all_read_so(&[
        ("charging stations in operation", "all chst where chst.live is true"),
        ("charging stations not in operation", "all chst where chst.live is false"),
        ("charging stations per wear", "count of chst per chst.sev"),
        ("customers without an active contract", "all kd where there is no ctr with ctr.st is A (active)"),
    ]);
}
