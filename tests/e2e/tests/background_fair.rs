//! Questions in the background, where one role does what it may to hold up those of others: locks, slow drafts, settings that are
//! large, quotas that are full, databases that are copied. The others' questions go on.

use std::sync::mpsc::channel;
use std::thread;
use std::time::{Duration, Instant};

use nl2sql_e2e::cluster::Content;
use nl2sql_e2e::double::Reply;
use nl2sql_e2e::in_background::{Alone, ended, submit, told};
use nl2sql_e2e::session::Session;
use nl2sql_e2e::waiting::{wait_for, wait_until};

/// A session of a new role, which is its name.
fn role(alone: &Alone, name: &str) -> (Session, String) {
    let role = alone.database.role(name);
    (alone.database.session_as(&role), role)
}

#[test]
fn a_locked_table_holds_up_whoever_asks_about_it() {
    let alone = Alone::start("locked", "nl2sql.max_in_flight = 2\nnl2sql.max_in_flight_of_role = 2\n");
    let (mut locker, alice) = role(&alone, "alice");
    let (mut bob, _) = role(&alone, "bob");
    let mut admin = alone.session();
    admin.run(&format!("CREATE TABLE mine (n int); ALTER TABLE mine OWNER TO {alice}"));
    alone.double.answer("what is mine", Reply::sql("SELECT n FROM mine"));
    alone.double.answer("anything", Reply::sql("SELECT 1 AS n"));
    locker.run("BEGIN; LOCK TABLE mine");
    let mut asker = alone.database.session_as(&alice);
    let mine: Vec<i64> = (0..3).map(|at| submit(&mut asker, &format!("what is mine {at}"))).collect();
    // The third is asked as soon as one of the others waits to be judged again.
    wait_for(&mut admin, "SELECT count(*) >= 2 FROM nl2sql.job WHERE reply IS NOT NULL", "t");
    let of_bob = submit(&mut bob, "anything");
    assert_eq!(ended(&mut bob, of_bob), "ready");
    locker.run("ROLLBACK");
    for id in mine {
        assert_eq!(ended(&mut asker, id), "ready");
    }
    assert_eq!(alone.double.chats().len(), 4, "a draft that could not be judged is kept");
}

/// Who owns the database may set this for all who connect to it, and the process may become that role.
#[test]
fn an_owner_of_the_database_makes_the_process_nobody_else() {
    let alone = Alone::start("owned", "");
    let (mut asker, role) = role(&alone, "asker");
    let mut admin = alone.session();
    for setting in ["role", "session_authorization"] {
        admin.run(&format!("ALTER DATABASE {} SET {setting} = '{role}'", alone.database.name));
    }
    wait_for(&mut admin, "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'nl2sql jobs'", "0");
    alone.double.answer("anything", Reply::sql("SELECT 1 AS n"));
    let id = submit(&mut asker, "anything");
    assert_eq!(ended(&mut asker, id), "ready");
}

/// Whoever keeps a transaction open that has fetched an answer keeps nothing else from going on.
#[test]
fn an_open_transaction_holds_up_nothing() {
    let alone = Alone::start("fetched", "");
    let (mut mal, of_mal) = role(&alone, "mal");
    let (mut bob, _) = role(&alone, "bob");
    let mut admin = alone.session();
    alone.double.answer("anything", Reply::sql("SELECT 1 AS n"));
    // More than are kept of a role.
    mal.run("SET nl2sql.model = 'builtin'");
    let first = submit(&mut mal, "how many orders are there");
    admin.run(&format!("UPDATE nl2sql.job SET ended_at = ended_at - interval '1 hour' WHERE id = {first}"));
    admin.run("CREATE TEMP TABLE like_it AS SELECT * FROM nl2sql.job");
    admin.run("UPDATE like_it SET ended_at = now()");
    let columns =
        "SELECT string_agg(CASE attname WHEN 'id' THEN 'g' ELSE attname END, ', ' ORDER BY attnum) FROM pg_attribute
        WHERE attrelid = 'nl2sql.job'::regclass AND attnum > 0 AND NOT attisdropped";
    let columns = admin.text(columns);
    admin.run(&format!("INSERT INTO nl2sql.job SELECT {columns} FROM like_it, generate_series(1, 10000) g"));
    wait_for(&mut admin, "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'nl2sql jobs'", "0");
    mal.run(&format!("BEGIN; SELECT nl_result({first})"));
    let id = submit(&mut bob, "anything");
    assert_eq!(ended(&mut bob, id), "ready");
    let kept = format!("SELECT count(*) FROM nl2sql.job WHERE role = '{of_mal}'::regrole");
    assert_eq!(admin.text(&kept), "10001");
    mal.run("COMMIT");
    // The next process forgets it.
    wait_for(&mut admin, "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'nl2sql jobs'", "0");
    let id = submit(&mut bob, "anything");
    assert_eq!(ended(&mut bob, id), "ready");
    wait_for(&mut admin, &kept, "10000");
}

/// A process that could not look stays until it can.
#[test]
fn a_question_is_found_after_the_first_look_has_failed() {
    let alone = Alone::start("relooked", "");
    alone.double.answer("anything", Reply::sql("SELECT 1 AS n"));
    let (mut asker, mut admin) = (alone.session(), alone.session());
    wait_for(&mut admin, "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'nl2sql jobs'", "0");
    asker.run("BEGIN");
    let id = submit(&mut asker, "anything");
    let mut locker = alone.session();
    let pid = locker.pid();
    let (unlock, unlocked) = channel::<()>();
    let locking = thread::spawn(move || {
        locker.run("BEGIN; LOCK TABLE nl2sql.job");
        let _ = unlocked.recv();
        locker.run("ROLLBACK");
    });
    wait_for(&mut admin, &format!("SELECT count(*) FROM pg_locks WHERE NOT granted AND pid = {pid}"), "1");
    asker.run("COMMIT");
    let failed = "could not look for questions in the background";
    wait_until(failed, || alone.cluster.log().contains(failed));
    unlock.send(()).expect("the thread waits");
    locking.join().expect("no panic");
    assert_eq!(ended(&mut asker, id), "ready");
}

/// What a question carries of its session is bounded, and no secret.
#[test]
fn a_question_carries_little_of_its_session() {
    let alone = Alone::start("carried", "");
    let (mut asker, _) = role(&alone, "asker");
    alone.double.answer("hanging", Reply::hang());
    asker.run("SELECT set_config('app.large', repeat('x', 40 * 1024 * 1024), false)");
    asker.run("SELECT set_config('app.many' || g, repeat('x', 7000), false) FROM generate_series(1, 100) g");
    asker.run(
        "SET app.pwd = 'canary'; SET app.credit_card = 'canary'; SET request.headers = 'canary'; SET app.tenant = '7'; SET TimeZone = 'Asia/Tokyo'",
    );
    let id = submit(&mut asker, "hanging");
    let mut admin = alone.session();
    let carried = admin.text(&format!("SELECT asker FROM nl2sql.job WHERE id = {id}"));
    assert!(carried.len() < 100 * 1024, "{} bytes", carried.len());
    assert!(!carried.contains("canary") && carried.contains("app.many1"), "{carried}");
    assert!(carried.contains("TimeZone"), "{carried}");
    asker.run(&format!("SELECT nl_cancel({id})"));
    asker.run("SELECT set_config('search_path', repeat('x, ', 5000) || 'public', false)");
    asker.error("SELECT nl_submit('hanging')", "54000");
}

/// While a role has drafts judged that take long, others' are judged in between, and the database can be had.
#[test]
fn drafts_that_are_slow_to_judge_hold_up_nobody_else() {
    let alone = Alone::start("slow", "");
    let (mut alice, _) = role(&alone, "alice");
    let (mut bob, _) = role(&alone, "bob");
    let mut admin = alone.session();
    let long = format!("SELECT {} AS n", ["1"; 40_000].join("+"));
    alone.double.answer("long", Reply::sql(&long));
    alone.double.answer("anything", Reply::sql("SELECT 1 AS n"));
    alice.run("SET nl2sql.max_attempts = 1; SELECT count(nl_submit('long ' || g)) FROM generate_series(1, 400) g");
    let open = "SELECT count(*) FROM nl2sql.job WHERE ended_at IS NULL";
    wait_for(&mut admin, "SELECT count(*) > 2 FROM nl2sql.job WHERE ended_at IS NOT NULL", "t");
    // One whose judging a busy machine stalls for seconds is given up.
    let mut judged = (0..9).map(|at| {
        let id = submit(&mut bob, &format!("anything {at}"));
        ended(&mut bob, id)
    });
    assert_eq!(judged.by_ref().filter(|state| state == "ready").take(3).count(), 3);
    let left: usize = admin.text(open).parse().expect("a number");
    assert!(left > 40, "bob's waited for alice's, of which {left} are left");
    drop((alice, bob, admin));
    let name = &alone.database.name;
    let mut other = alone.cluster.database("other", Content::Bare).session();
    let started = Instant::now();
    other.run(&format!("ALTER DATABASE {name} RENAME TO renamed"));
    assert!(started.elapsed() < Duration::from_secs(30), "{:?}", started.elapsed());
}

/// Where a quota on questions at a time is full, those that wait are left alone until there is room.
#[test]
fn a_full_quota_is_no_work() {
    let alone = Alone::start("quota", "");
    let (mut asker, role) = role(&alone, "asker");
    let (mut admin, mut listener) = (alone.session(), alone.session());
    admin.run(&format!("INSERT INTO nl2sql.quota (role, concurrent) VALUES ('{role}', 1)"));
    alone.double.answer("slow", Reply::sql("SELECT 1 AS n").after(1500));
    listener.run("LISTEN nl2sql");
    asker.run("SELECT count(nl_submit('slow ' || g)) FROM generate_series(1, 30) g");
    wait_for(&mut admin, "SELECT count(*) >= 3 FROM nl2sql.job WHERE state = 'ready'", "t");
    asker.run("SELECT count(nl_cancel(id)) FROM nl2sql.jobs WHERE state IN ('waiting', 'asking')");
    // Each has ended, and some were asked before.
    let told = told(&mut listener, 30 + 3);
    let count = |state: &str| told.iter().filter(|line| line.ends_with(state)).count();
    assert_eq!(count("waiting"), 0, "{told:?}");
    assert!((count("ready")..=count("ready") + 2).contains(&count("asking")), "{told:?}");
}

/// Whoever copies a database asks nothing again that waits in it.
#[test]
fn a_copy_asks_nothing_again() {
    let alone = Alone::start("original", "");
    alone.double.answer("hanging", Reply::hang());
    alone.double.answer("of the copy", Reply::sql("SELECT 1 AS n"));
    let mut session = alone.session();
    let id = submit(&mut session, "hanging");
    alone.wait_until_asked("hanging", 1);
    drop(session);
    let mut other = alone.cluster.database("other", Content::Bare).session();
    other.run(&format!("CREATE DATABASE copied TEMPLATE {}", alone.database.name));
    let mut copied = Session::open(alone.cluster.config("copied").user("postgres"));
    assert_eq!(copied.text(&format!("SELECT state FROM nl2sql.jobs WHERE id = {id}")), "expired");
    assert_eq!(copied.text(&format!("SELECT nl_wait({id})")), "expired");
    let of_copy = submit(&mut copied, "of the copy");
    assert_eq!(ended(&mut copied, of_copy), "ready");
    wait_for(&mut copied, &format!("SELECT state FROM nl2sql.job WHERE id = {id}"), "expired");
    // The original goes on with it.
    alone.wait_until_asked("hanging", 2);
    assert_eq!(alone.asked("hanging"), 2);
    let mut session = alone.session();
    assert_eq!(session.text(&format!("SELECT state FROM nl2sql.jobs WHERE id = {id}")), "asking");
}

/// A role without policies, or with the rights to read all tables, has the view alone, and sees its own there.
#[test]
fn prompts_are_their_askers_alone() {
    let alone = Alone::start("prompts", "");
    let (mut asker, _) = role(&alone, "asker");
    let (mut other, of_other) = role(&alone, "other");
    let mut admin = alone.session();
    admin.run(&format!("ALTER ROLE {of_other} BYPASSRLS"));
    alone.double.answer("hanging", Reply::hang());
    let id = submit(&mut asker, "hanging");
    for session in [&mut asker, &mut other] {
        session.error("SELECT progress FROM nl2sql.job", "42501");
    }
    assert_eq!(asker.texts("SELECT id FROM nl2sql.jobs"), [id.to_string()]);
    assert_eq!(other.texts("SELECT id FROM nl2sql.jobs"), [""; 0]);
    // What a function in a condition sees of the view is what its caller sees.
    other.run(
        "CREATE TEMP TABLE seen (question text);
         CREATE FUNCTION pg_temp.leak(text) RETURNS boolean COST 0.0001 LANGUAGE sql AS 'INSERT INTO seen VALUES ($1) RETURNING true'",
    );
    other.run("SELECT count(*) FROM nl2sql.jobs WHERE pg_temp.leak(question)");
    assert_eq!(other.text("SELECT count(*) FROM seen"), "0");
    // In a function with its owner's rights, it is the owner who reads.
    admin.run("CREATE FUNCTION seen_by_owner() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT count(*) FROM nl2sql.jobs'");
    assert_eq!(asker.text("SELECT seen_by_owner()"), "0");
    admin.run(&format!(
        "REVOKE ALL ON nl2sql.jobs FROM PUBLIC; GRANT pg_read_all_data TO {of_other}; ALTER ROLE {of_other} NOBYPASSRLS"
    ));
    assert_eq!(other.texts("SELECT id FROM nl2sql.job"), [""; 0]);
    asker.run(&format!("SELECT nl_cancel({id})"));
}

/// What large questions carry counts against the number that may wait.
#[test]
fn large_questions_count_for_several() {
    let alone = Alone::start("large", "nl2sql.max_waiting = 6\n");
    let (mut asker, _) = role(&alone, "asker");
    alone.double.answer("hanging", Reply::hang());
    asker.run("SET nl2sql.cache_ttl = 3600");
    let large = format!("SELECT nl_submit('hanging ' || repeat('words of all kinds ', 5000) || {})", 1);
    let mut submitted = 0;
    while asker.try_texts(&large).is_ok() {
        submitted += 1;
        assert!(submitted < 6, "they count for one each");
    }
    asker.error(&large, "54000");
    asker.run("SELECT count(nl_cancel(id)) FROM nl2sql.jobs");
    submit(&mut asker, "hanging");
    asker.run("SELECT count(nl_cancel(id)) FROM nl2sql.jobs");
}

/// A setting that somebody made up does not become a superuser's where the process loads the library that it belongs to.
#[test]
fn settings_of_askers_stay_settings_of_users() {
    let alone = Alone::start("settings", "");
    let (mut asker, role) = role(&alone, "asker");
    let mut admin = alone.session();
    admin.run(&format!("CREATE SCHEMA theirs AUTHORIZATION {role}"));
    admin.run(&format!("SET ROLE {role}; CREATE FUNCTION theirs.tell(int) RETURNS text IMMUTABLE LANGUAGE plpgsql AS $$BEGIN
        RAISE division_by_zero USING MESSAGE = current_setting('plpgsql.variable_conflict') || ' ' || current_setting('app.tenant'); END$$"));
    alone.double.answer("tell", Reply::sql("SELECT theirs.tell(1)"));
    asker.run("SET plpgsql.variable_conflict = 'use_column'; SET app.tenant = '7'; SET nl2sql.max_attempts = 1");
    let id = submit(&mut asker, "tell");
    assert_eq!(ended(&mut asker, id), "failed");
    assert_eq!(asker.text(&format!("SELECT error FROM nl2sql.jobs WHERE id = {id}")), "error 7");
}

/// While questions wait for a model nobody holds a snapshot, so VACUUM removes what was deleted since.
#[test]
fn questions_in_flight_hold_no_snapshot() {
    let alone = Alone::start("snapshot", "");
    let mut admin = alone.session();
    alone.double.answer("hanging", Reply::hang());
    let mut asker = alone.session();
    asker.run("SELECT count(nl_submit('hanging ' || g)) FROM generate_series(1, 20) g");
    alone.wait_until_asked("hanging", 20);
    admin.run("CREATE TABLE passing AS SELECT generate_series(1, 1000) AS n");
    // The process looks at its table once a second, for some milliseconds.
    let held = "SELECT count(*) FROM pg_stat_activity WHERE backend_xmin IS NOT NULL AND pid <> pg_backend_pid()";
    wait_for(&mut admin, held, "0");
    admin.run("DELETE FROM passing");
    // It has to meet no such moment.
    wait_until("what was deleted stays", || {
        admin.run("VACUUM passing");
        admin.text("SELECT pg_relation_size('passing')") == "0"
    });
    // A session that waits for its model itself does hold one.
    let mut waiting = alone.session();
    let (question, stop) = ("SELECT nl_ask('hanging')", waiting.client.cancel_token());
    let asking = thread::spawn(move || waiting.failure(question));
    alone.wait_until_asked("hanging", 21);
    assert_ne!(admin.text(held), "0");
    stop.cancel_query(postgres::NoTls).expect("a cancel");
    asking.join().expect("no panic");
}
