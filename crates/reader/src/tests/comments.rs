//! Questions about a terse schema whose comments explain it.

use crate::Abstention;
use crate::lattice::stored_values::NoValues;
use crate::tests::clinic_fixture::clinic;

fn read(question: &str) -> Result<crate::Reading, Abstention> {
    crate::read(question, &clinic(), &NoValues, &crate::never).unwrap()
}

fn sql(question: &str) -> String {
    match read(question) {
        Ok(reading) => reading.sql.replace('\n', " ").replace("   AND", " AND"),
        Err(abstention) => format!("{abstention:?}"),
    }
}

#[test]
fn comments_give_names_codes_and_rows_that_do_not_count() {
    for (question, wanted) in [
        ("how many patients", "SELECT count(*) AS count FROM pat WHERE NOT gone"),
        (
            "patients per city",
            "SELECT city, count(*) AS count FROM pat WHERE NOT gone GROUP BY city ORDER BY count DESC, city",
        ),
        (
            "how many appointments were cancelled",
            "SELECT count(*) AS count FROM apt WHERE st = 'X' AND deleted_at IS NULL",
        ),
        ("number of no show appointments", "SELECT count(*) AS count FROM apt WHERE st = 'N' AND deleted_at IS NULL"),
        ("how many physicians are in cardiology", "SELECT count(*) AS count FROM doc WHERE dept = 'C'"),
        ("names of specialists", "SELECT name FROM doc WHERE lvl = '2' ORDER BY id"),
        ("average treatment fee of appointments", "SELECT avg(fee) AS average_fee FROM apt WHERE deleted_at IS NULL"),
        ("how many patients are gone", "SELECT count(*) AS count FROM pat WHERE gone"),
    ] {
        assert_eq!(sql(question), wanted, "{question}");
    }
}

#[test]
fn readings_say_what_codes_mean_and_what_is_left_out() {
    for (question, summary) in [
        (
            "how many appointments were cancelled",
            "count of apt where apt.st is X (cancelled) and apt.deleted_at is missing",
        ),
        ("how many patients", "count of pat where pat.gone is false"),
    ] {
        assert_eq!(read(question).map(|reading| reading.summary).as_deref(), Ok(summary), "{question}");
    }
}

#[test]
fn the_role_in_a_key_s_name_says_which_join_is_meant() {
    for (question, wanted) in [
        ("appointments booked by Eva Holm", "JOIN doc ON doc.id = apt.booked_by"),
        ("how many appointments were seen by Jon Vik", "JOIN doc ON doc.id = apt.seen_by"),
    ] {
        assert!(sql(question).contains(wanted), "{question}: {}", sql(question));
    }
    assert!(
        matches!(read("appointments of Eva Holm"), Err(Abstention::Ambiguous { .. })),
        "{}",
        sql("appointments of Eva Holm")
    );
}

#[test]
fn names_are_split_over_first_and_last_columns() {
    let wanted = "JOIN pat ON pat.id = apt.pat_id WHERE pat.first_name = 'Anna' AND pat.last_name = 'Berg' AND";
    assert!(sql("appointments of Anna Berg").contains(wanted), "{}", sql("appointments of Anna Berg"));
}
