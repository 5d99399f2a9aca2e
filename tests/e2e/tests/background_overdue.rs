//! A draft whose judging hears no cancel: the questions of others go on, and its role has no other judged meanwhile.

use std::process::Command;

use nl2sql_e2e::double::Reply;
use nl2sql_e2e::in_background::{Alone, WORKER, ended, submit};
use nl2sql_e2e::session::Session;
use nl2sql_e2e::waiting::wait_for;

fn signal(name: &str, pid: &str) {
    assert!(Command::new("kill").args([name, pid]).status().expect("kill can be run").success());
}

#[test]
fn a_draft_that_hears_no_cancel_holds_up_nobody_for_long() {
    let alone = Alone::start("overdue", "");
    let mut admin = alone.session();
    admin.run(
        "CREATE FUNCTION endless(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$BEGIN
             FOR i IN 1..2000000000 LOOP END LOOP; RETURN 1; END$$",
    );
    alone.double.answer("endless", Reply::sql("SELECT endless(1)"));
    alone.double.answer("anything", Reply::sql("SELECT 1 AS n"));
    let asker = |name: &str| Session::open(alone.cluster.config(&alone.database.name).user(&alone.database.role(name)));
    let (mut alice, mut bob) = (asker("alice"), asker("bob"));
    let overdue = submit(&mut alice, "endless");
    let is_judging =
        "query = 'nl2sql: judging a draft' AND state = 'active' AND now() - state_change > interval '300 ms'";
    wait_for(&mut admin, &format!("SELECT count(*) FROM ({WORKER} AND {is_judging}) AS judging"), "1");
    let stuck = admin.text(WORKER);
    // A process that is stopped hears nothing, as one that computes without a look for interrupts.
    signal("-STOP", &stuck);
    let id = submit(&mut bob, "anything");
    assert_eq!(ended(&mut bob, id), "ready");
    assert_eq!(ended(&mut alice, overdue), "failed");
    assert_eq!(alice.text(&format!("SELECT sqlstate FROM nl2sql.jobs WHERE id = {overdue}")), "57000");
    let aside = submit(&mut alice, "anything");
    alone.wait_until_asked("anything", 2);
    for _ in 0..2 {
        let id = submit(&mut bob, "anything");
        assert_eq!(ended(&mut bob, id), "ready");
    }
    let state = alice.text(&format!("SELECT state FROM nl2sql.jobs WHERE id = {aside}"));
    assert!(["waiting", "asking"].contains(&&*state), "{state}");
    assert_eq!(alone.asked("endless"), 1);
    // It ends when it hears that it is to, and its role's questions are judged again some minutes later.
    signal("-CONT", &stuck);
    wait_for(&mut admin, &format!("SELECT count(*) FROM pg_stat_activity WHERE pid = {stuck}"), "0");
    let id = submit(&mut bob, "anything");
    assert_eq!(ended(&mut bob, id), "ready");
    let log = alone.cluster.log();
    assert!(log.contains("has judged one draft for more than") && !log.contains("abnormal"), "{log}");
}
