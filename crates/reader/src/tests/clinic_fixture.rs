//! A clinic with terse names, explained by comments: codes, soft deletes, and two foreign keys to one table.

use crate::tests::shop_fixture::{relation, snapshot};
use schema::{Relation, Snapshot};

fn remark(relation: &mut Relation, name: &str, comment: &str) {
    let column = relation.columns.iter_mut().find(|column| column.name == name).unwrap();
    column.comment = Some(comment.into());
}

pub fn clinic() -> Snapshot {
    let mut pat = relation(
        "pat",
        &["id integer!", "first_name text!", "last_name text!", "city text!", "reg_on date!", "gone boolean!"],
        &["id"],
        &[],
    );
    pat.comment = Some("patients of the clinic".into());
    remark(&mut pat, "reg_on", "day of the first visit");
    remark(&mut pat, "gone", "true means the person is no longer a patient");
    pat.columns[1].common_values = vec!["Anna".into(), "Tom".into()];
    pat.columns[2].common_values = vec!["Berg".into(), "Lind".into()];
    pat.columns[3].common_values = vec!["Bergen".into(), "Oslo".into()];
    let mut doc = relation("doc", &["id integer!", "name text!", "dept text!", "lvl integer!"], &["id"], &[]);
    doc.comment = Some("physicians and nurses".into());
    doc.columns[1].common_values = vec!["Eva Holm".into(), "Jon Vik".into()];
    remark(&mut doc, "dept", "C cardiology, N neurology, P paediatrics");
    remark(&mut doc, "lvl", "seniority: 1 = trainee, 2 = specialist, 3 = head physician");
    let mut apt = relation(
        "apt",
        &[
            "id integer!",
            "pat_id integer!",
            "booked_by integer!",
            "seen_by integer",
            "starts_at timestamp with time zone!",
            "st text!",
            "fee numeric(8,2)!",
            "deleted_at timestamp with time zone",
        ],
        &["id"],
        &[("pat_id", "pat"), ("booked_by", "doc"), ("seen_by", "doc")],
    );
    apt.comment = Some("appointments, one row each".into());
    remark(&mut apt, "st", "state of it: B booked, D done, X cancelled, N no show");
    remark(&mut apt, "fee", "treatment fee in euros");
    snapshot(vec![apt, doc, pat])
}
