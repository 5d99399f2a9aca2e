//! How much roles may ask models, with and without preloading.

use std::sync::OnceLock;
use std::thread;
use std::time::Duration;

use nl2sql_e2e::cluster::{Cluster, Content, Database, shared};
use nl2sql_e2e::double::{Double, Provider, Reply};
use nl2sql_e2e::fixture::server;
use nl2sql_e2e::session::{Session, nl_ask};
use nl2sql_e2e::waiting::{kill, wait_for, wait_until};
use nl2sql_e2e::{TOP_CUSTOMERS, TOP_CUSTOMERS_SQL};

fn preloaded() -> &'static Cluster {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    let settings =
        "shared_preload_libraries = 'nl2sql'\nmax_connections = 300\nnl2sql.cache_ttl = 0\nnl2sql.model = 'gpt'\n";
    CLUSTER.get_or_init(|| Cluster::start_with(settings))
}

struct Office {
    database: Database<'static>,
    double: Double,
    admin: Session,
    team: String,
    analyst: String,
}

/// A team with an analyst who may ask the model `gpt`, whose tokens cost something.
fn office(cluster: &'static Cluster, name: &str) -> Office {
    let (database, double) = (cluster.database(name, Content::Shop), Double::start());
    let mut admin = database.session();
    let (team, analyst) = (format!("team_{}", database.name), database.role("analyst"));
    admin.run(&server("gpt", Provider::OpenAi, &double.url(Provider::OpenAi)));
    admin.run(&format!(
        "CREATE USER MAPPING FOR PUBLIC SERVER gpt OPTIONS (api_key 'sk-test');
         ALTER SERVER gpt OPTIONS (ADD price_in '1000', ADD price_out '1000');
         CREATE ROLE {team}; GRANT {team} TO {analyst};
         GRANT USAGE ON FOREIGN SERVER gpt TO PUBLIC; GRANT SELECT ON ALL TABLES IN SCHEMA public TO PUBLIC"
    ));
    double.answer(TOP_CUSTOMERS, Reply::sql(TOP_CUSTOMERS_SQL));
    Office { database, double, admin, team, analyst }
}

impl Office {
    fn asker(&self, role: &str) -> Session {
        let mut session = self.database.session_as(role);
        session.run("SELECT * FROM nl_check('SELECT 1'); SET nl2sql.model = 'gpt'; SET nl2sql.cache_ttl = 0");
        session
    }

    fn quota(&mut self, role: &str, together: bool, what: &str, most: &str) {
        self.admin.run(&format!(
            "INSERT INTO nl2sql.quota (role, together, period, {what}) VALUES ('{role}', {together}, 'month', {most})"
        ));
    }
}

fn each(test: impl Fn(&'static Cluster)) {
    test(shared());
    test(preloaded());
}

#[test]
fn questions_of_a_team_are_limited_each_and_together() {
    each(|cluster| {
        let mut office = office(cluster, "questions");
        let (team, analyst) = (office.team.clone(), office.analyst.clone());
        let other = office.database.role("other");
        office.admin.run(&format!("GRANT {team} TO {other}"));
        office.quota(&team, false, "questions", "2");
        office.quota(&team, true, "questions", "3");
        let (mut one, mut two) = (office.asker(&analyst), office.asker(&other));
        one.ask(TOP_CUSTOMERS);
        one.ask(TOP_CUSTOMERS);
        let error = one.ask_error(TOP_CUSTOMERS, "53400");
        assert_eq!(error.message(), format!("the quota of role \"{team}\" is used up"));
        assert_eq!(error.detail(), Some("You have asked 2 of 2 questions in this month."));
        assert!(
            error
                .hint()
                .is_some_and(|hint| hint.starts_with("It is free again at 20") && hint.contains("-01 00:00 UTC"))
        );
        two.ask(TOP_CUSTOMERS);
        let error = two.ask_error(TOP_CUSTOMERS, "53400");
        assert_eq!(error.detail(), Some("All its members together have asked 3 of 3 questions in this month."));
        assert_eq!(office.double.chats().len(), 3, "no model was called");
        // The builtin model costs nothing, and who is in no team has no quota.
        one.run("SET nl2sql.model = 'gpt, builtin'");
        assert_eq!(one.ask("how many customers are there").len(), 1);
        let stranger = office.database.role("stranger");
        office.asker(&stranger).ask(TOP_CUSTOMERS);
        let seen = "SELECT string_agg(role || ' ' || together, ', ' ORDER BY together) FROM nl2sql.quota";
        assert_eq!(one.text(seen), format!("{team} false, {team} true"));
        assert_eq!(office.asker(&stranger).text("SELECT count(*) FROM nl2sql.quota"), "0");
        one.error("UPDATE nl2sql.quota SET questions = 100", "42501");
    });
}

#[test]
fn tokens_and_cost_are_limited_for_everybody() {
    each(|cluster| {
        let mut office = office(cluster, "tokens");
        let analyst = office.analyst.clone();
        office.quota("-", false, "tokens", "1");
        let mut session = office.asker(&analyst);
        session.ask(TOP_CUSTOMERS);
        let error = session.ask_error(TOP_CUSTOMERS, "53400");
        assert_eq!(error.message(), "the quota of everybody is used up");
        assert!(error.detail().is_some_and(|detail| detail.ends_with("of 1 tokens in this month.")), "{error:?}");
        office.admin.run("DELETE FROM nl2sql.quota");
        office.quota(&analyst, false, "cost", "1000000");
        session.ask(TOP_CUSTOMERS);
        office.admin.run("UPDATE nl2sql.quota SET cost = 0.0000155");
        session.ask_error(TOP_CUSTOMERS, "53400");
        // How the asker has numbers printed does not round it.
        session.run("SET extra_float_digits = -15");
        let error = session.ask_error(TOP_CUSTOMERS, "53400");
        assert!(error.detail().is_some_and(|detail| detail.ends_with(" of 0.0000155 in this month.")), "{error:?}");
    });
}

/// What is used is known again after the server was started anew, as questions under a quota are recorded whatever nl2sql.history is.
#[test]
fn questions_under_a_quota_are_recorded() {
    each(|cluster| {
        let mut office = office(cluster, "recorded");
        let analyst = office.analyst.clone();
        office.quota("-", false, "questions", "9");
        office.asker(&analyst).ask(TOP_CUSTOMERS);
        let kept = "SELECT string_agg(concat_ws(' ', role_name, question, outcome, calls), ', ') FROM nl2sql.history";
        wait_for(&mut office.admin, kept, &format!("{analyst} answered 1"));
    });
}

/// What was used of a quota is known after a crash of a backend, which empties shared memory, and after one of the server.
#[test]
fn quotas_outlive_crashes() {
    let settings = "shared_preload_libraries = 'nl2sql'\nnl2sql.cache_ttl = 0\nnl2sql.model = 'gpt'\n";
    let cluster = Cluster::start_with(settings);
    let double = Double::start();
    double.answer(TOP_CUSTOMERS, Reply::sql(TOP_CUSTOMERS_SQL));
    let (name, analyst) = {
        let database = cluster.database("crashes", Content::Shop);
        database.session().run(&format!(
            "{}; CREATE USER MAPPING FOR PUBLIC SERVER gpt OPTIONS (api_key 'sk-test');
             GRANT USAGE ON FOREIGN SERVER gpt TO PUBLIC; GRANT SELECT ON ALL TABLES IN SCHEMA public TO PUBLIC;
             INSERT INTO nl2sql.quota (role, period, questions) VALUES ('-', 'month', 3)",
            server("gpt", Provider::OpenAi, &double.url(Provider::OpenAi))
        ));
        (database.name.clone(), database.role("analyst"))
    };
    let session = |cluster: &Cluster, role: &str| {
        wait_until("the server does not come back", || cluster.config(&name).connect(postgres::NoTls).is_ok());
        Session::open(cluster.config(&name).user(role))
    };
    let wait_for_history = |cluster: &Cluster, count: &str| {
        wait_for(&mut session(cluster, "postgres"), "SELECT count(*) FROM nl2sql.history", count);
    };
    session(&cluster, &analyst).ask(TOP_CUSTOMERS);
    wait_for_history(&cluster, "1");
    let (mut victim, mut other) = (session(&cluster, &analyst), session(&cluster, &analyst));
    kill(&victim.pid().to_string(), &mut other);
    session(&cluster, &analyst).ask(TOP_CUSTOMERS);
    wait_for_history(&cluster, "2");
    cluster.restart("immediate");
    session(&cluster, &analyst).ask(TOP_CUSTOMERS);
    let error = session(&cluster, &analyst).ask_error(TOP_CUSTOMERS, "53400");
    assert_eq!(error.detail(), Some("You have asked 3 of 3 questions in this month."));
    assert_eq!(double.chats().len(), 3);
}

/// 64 sessions at once: questions never exceed their limit, tokens by at most one call each.
#[test]
fn sessions_that_ask_at_once_are_counted_one_by_one() {
    let mut office = office(preloaded(), "at_once");
    let analyst = office.analyst.clone();
    office.quota("-", true, "questions", "20");
    office.double.answer(TOP_CUSTOMERS, Reply::sql(TOP_CUSTOMERS_SQL).after(300));
    let mut sessions: Vec<Session> = (0..64).map(|_| office.asker(&analyst)).collect();
    let answered: usize = thread::scope(|scope| {
        let ask = |session: &mut Session| usize::from(session.try_ask(TOP_CUSTOMERS).is_ok());
        let running: Vec<_> = sessions.iter_mut().map(|session| scope.spawn(move || ask(session))).collect();
        running.into_iter().map(|thread| thread.join().expect("no panic")).sum()
    });
    assert_eq!(answered, 20);
    assert_eq!(office.double.chats().len(), 20);
    let counted = "SELECT concat_ws(' ', questions, answered, over_quota) FROM nl2sql.stat()";
    assert_eq!(office.admin.text(counted), "64 20 44");
    office.admin.run("DELETE FROM nl2sql.quota");
    office.quota(&analyst, true, "tokens", "1");
    let answered: usize = thread::scope(|scope| {
        let ask = |session: &mut Session| usize::from(session.try_ask(TOP_CUSTOMERS).is_ok());
        let running: Vec<_> = sessions.iter_mut().map(|session| scope.spawn(move || ask(session))).collect();
        running.into_iter().map(|thread| thread.join().expect("no panic")).sum()
    });
    // Each asks once more at most before it knows what the others have used.
    assert!(answered <= 64);
    assert!(sessions.iter_mut().all(|session| session.try_ask(TOP_CUSTOMERS).is_err()));
}

#[test]
fn questions_at_the_same_time_are_limited() {
    let mut office = office(preloaded(), "concurrent");
    let analyst = office.analyst.clone();
    office.quota(&analyst, true, "concurrent", "1");
    office.double.answer(TOP_CUSTOMERS, Reply::sql(TOP_CUSTOMERS_SQL).after(50_000));
    let (mut slow, mut other) = (office.asker(&analyst), office.asker(&analyst));
    let pid = slow.pid();
    let asking = thread::spawn(move || slow.try_ask(TOP_CUSTOMERS).is_err());
    assert!(office.double.wait_for_requests(1, Duration::from_secs(60)));
    let error = other.ask_error(TOP_CUSTOMERS, "53400");
    assert_eq!(error.detail(), Some("All its members together have 1 under way, and may have 1."));
    // A session that is terminated leaves nothing under way, nor does one that is cancelled.
    office.admin.run(&format!("SELECT pg_terminate_backend({pid})"));
    assert!(asking.join().expect("no panic"));
    // It is told of its end before it ends.
    wait_for(&mut office.admin, &format!("SELECT count(*) FROM pg_stat_activity WHERE pid = {pid}"), "0");
    other.run("SET statement_timeout = '1s'");
    other.error(&nl_ask(TOP_CUSTOMERS), "57014");
    other.error(&nl_ask(TOP_CUSTOMERS), "57014");
    office.double.answer(TOP_CUSTOMERS, Reply::sql(TOP_CUSTOMERS_SQL));
    other.run("RESET statement_timeout");
    other.ask(TOP_CUSTOMERS);
}

/// What was sent is paid for, whether the asker waits for the reply or not.
#[test]
fn calls_that_are_given_up_count_with_what_was_sent() {
    let mut office = office(preloaded(), "given_up");
    office.double.answer(TOP_CUSTOMERS, Reply::sql(TOP_CUSTOMERS_SQL).after(600_000));
    let askers = [office.analyst.clone(), office.database.role("other")];
    for ((asker, end), requests) in askers.iter().zip(["pg_cancel_backend", "pg_terminate_backend"]).zip(1..) {
        office.quota(asker, false, "tokens", "1");
        let mut session = office.asker(asker);
        let pid = session.pid();
        let asking = thread::spawn(move || session.try_ask(TOP_CUSTOMERS).is_err());
        assert!(office.double.wait_for_requests(requests, Duration::from_secs(60)));
        office.admin.run(&format!("SELECT {end}({pid})"));
        assert!(asking.join().expect("no panic"));
        wait_for(&mut office.admin, &format!("SELECT count(*) FROM pg_stat_activity WHERE pid = {pid}"), "0");
        office.asker(asker).ask_error(TOP_CUSTOMERS, "53400");
    }
    let recorded = "SELECT string_agg(concat_ws(' ', calls, tokens_in > 100, tokens_out, cost > 0, sqlstate), ', ')
        FROM nl2sql.history WHERE calls > 0";
    wait_for(&mut office.admin, recorded, "1 t 0 t 57014");
}

/// Of many quotas on questions at a time none is left out, whichever the tightest is.
#[test]
fn many_quotas_on_questions_at_a_time_hold_together() {
    let mut office = office(preloaded(), "many");
    let analyst = office.analyst.clone();
    let groups: Vec<String> = (10..27).map(|number| format!("group_{number}_{}", office.database.name)).collect();
    for group in &groups {
        office.admin.run(&format!("CREATE ROLE {group}; GRANT {group} TO {analyst}"));
    }
    for group in &groups[..15] {
        office.quota(group, false, "concurrent", "50");
    }
    office.quota(&groups[15], false, "concurrent", "1");
    office.double.answer(TOP_CUSTOMERS, Reply::sql(TOP_CUSTOMERS_SQL).after(50_000));
    let (mut slow, mut other) = (office.asker(&analyst), office.asker(&analyst));
    let pid = slow.pid();
    let asking = thread::spawn(move || slow.try_ask(TOP_CUSTOMERS).is_err());
    assert!(office.double.wait_for_requests(1, Duration::from_secs(60)));
    let error = other.ask_error(TOP_CUSTOMERS, "53400");
    assert_eq!(
        error.message(),
        format!("too many questions at the same time for the quota of role \"{}\"", groups[15])
    );
    office.admin.run(&format!("SELECT pg_terminate_backend({pid})"));
    assert!(asking.join().expect("no panic"));
    wait_for(&mut office.admin, &format!("SELECT count(*) FROM pg_stat_activity WHERE pid = {pid}"), "0");
    office.double.answer(TOP_CUSTOMERS, Reply::sql(TOP_CUSTOMERS_SQL));
    other.ask(TOP_CUSTOMERS);
    // What can't be counted is not let through.
    office.quota(&groups[16], false, "concurrent", "1");
    let error = other.ask_error(TOP_CUSTOMERS, "53400");
    assert_eq!(error.detail(), Some("More than 16 quotas on questions at a time are for the role."));
}

/// Several drafts at once pass no quota that one draft would not.
#[test]
fn several_drafts_at_once_pass_no_quota() {
    let mut office = office(preloaded(), "candidates");
    let analyst = office.analyst.clone();
    office.admin.run(&format!("ALTER ROLE {analyst} SET nl2sql.candidates = 3"));
    office.double.answer(TOP_CUSTOMERS, Reply::sql(TOP_CUSTOMERS_SQL).after(200));
    let at_once = |office: &Office| {
        let mut sessions: Vec<Session> = (0..64).map(|_| office.asker(&analyst)).collect();
        thread::scope(|scope| {
            let ask = |session: &mut Session| usize::from(session.try_ask(TOP_CUSTOMERS).is_ok());
            let running: Vec<_> = sessions.iter_mut().map(|session| scope.spawn(move || ask(session))).collect();
            running.into_iter().map(|thread| thread.join().expect("no panic")).sum::<usize>()
        })
    };
    office.quota("-", true, "questions", "5");
    assert_eq!(at_once(&office), 5);
    assert_eq!(office.double.chats().len(), 15);
    // Of tokens, further drafts take only what is left beside all that is under way: each session passes it by one call at most.
    office.admin.run("DELETE FROM nl2sql.quota");
    let used = "SELECT sum(tokens_in + tokens_out) FROM nl2sql.stat()";
    let one: u64 = office
        .admin
        .text("SELECT (sum(tokens_in + tokens_out) / sum(calls))::bigint FROM nl2sql.stat()")
        .parse()
        .expect("a number");
    office.admin.run("SELECT nl2sql.stat_reset(); TRUNCATE nl2sql.history, nl2sql.calls");
    let most = 100 * one;
    office.quota(&analyst, true, "tokens", &most.to_string());
    office.double.clear();
    let answered = at_once(&office);
    assert!(answered <= 64);
    let calls = office.double.chats().len();
    let taken: u64 = office.admin.text(used).parse().expect("a number");
    // 64 calls may be under way at once, each allowed by itself; what goes beyond is within the quota.
    assert!(calls > 64 && taken <= most + 64 * one, "{calls} calls, {taken} tokens of {most}");
    // Where nearly nothing is left, one draft is asked for.
    office.admin.run("DELETE FROM nl2sql.quota; TRUNCATE nl2sql.history, nl2sql.calls");
    wait_for(&mut office.admin, "SELECT pending_bytes FROM nl2sql.stat_history()", "0");
    office.admin.run("TRUNCATE nl2sql.history, nl2sql.calls");
    office.quota("-", false, "tokens", &(2 * one).to_string());
    office.double.clear();
    office.asker(&analyst).ask(TOP_CUSTOMERS);
    assert_eq!(office.double.chats().len(), 1);
}
