//! Questions in the background: submitted, asked by a process of the database, judged in the stead of who asked, fetched.

use std::sync::OnceLock;
use std::thread;
use std::time::Duration;

use nl2sql_e2e::cluster::{Cluster, Content, Database};
use nl2sql_e2e::double::{Double, Gate, Reply};
use nl2sql_e2e::in_background::{prepare, submit, told};
use nl2sql_e2e::session::{Session, quote};
use nl2sql_e2e::waiting::wait_for;
use nl2sql_e2e::{TOP_CUSTOMERS, TOP_CUSTOMERS_SQL};

const PRELOADED: &str = "shared_preload_libraries = 'nl2sql'\nnl2sql.history = 'full'\nnl2sql.model = 'gpt'\n";

fn cluster() -> &'static Cluster {
    static SHARED: OnceLock<Cluster> = OnceLock::new();
    SHARED.get_or_init(|| Cluster::start_with(PRELOADED))
}

/// A shop with the model `gpt`, which everybody may ask about tables that everybody may read.
struct Shop {
    database: Database<'static>,
    double: Double,
    admin: Session,
}

fn shop(name: &str) -> Shop {
    shop_on(cluster(), name)
}

fn shop_on(cluster: &'static Cluster, name: &str) -> Shop {
    let (database, double) = (cluster.database(name, Content::Shop), Double::start());
    prepare(&database, &double);
    let admin = database.session();
    Shop { database, double, admin }
}

/// The state that the question ends in.
fn ended(session: &mut Session, id: i64) -> String {
    let state = session.text(&format!("SELECT nl_wait({id}, '2 min')"));
    let told = session.text(&format!("SELECT concat_ws(' ', sqlstate, error) FROM nl2sql.jobs WHERE id = {id}"));
    if !told.is_empty() {
        println!("{id}: {state}: {told}");
    }
    assert!(!cluster().log().contains("\"nl2sql jobs\" (PID"), "a process failed:\n{}", cluster().log());
    state
}

#[test]
fn a_question_is_asked_in_the_background_and_run_in_the_askers_session() {
    let mut shop = shop("background");
    let gate = Gate::closed();
    shop.double.answer(TOP_CUSTOMERS, Reply::sql(TOP_CUSTOMERS_SQL).behind(&gate));
    let role = shop.database.role("analyst");
    let mut asker = shop.database.session_as(&role);
    // The model has not replied yet.
    let id = submit(&mut asker, TOP_CUSTOMERS);
    let state = asker.text(&format!("SELECT state FROM nl2sql.jobs WHERE id = {id}"));
    assert!(["waiting", "asking"].contains(&&*state), "{state}");
    let error = asker.error(&format!("SELECT nl_result({id})"), "55000");
    assert!(error.hint().unwrap_or_default().contains("nl_wait"), "{error:?}");
    gate.open();
    assert_eq!(ended(&mut asker, id), "ready");
    let notices = asker.notices();
    assert_eq!(notices.last().map(String::as_str), Some("ready"), "{notices:?}");
    let rows = asker.texts(&format!("SELECT nl_result({id})"));
    let direct = asker.texts(&format!("SELECT row_to_json(t) FROM ({TOP_CUSTOMERS_SQL}) t"));
    assert_eq!(rows.len(), direct.len());
    assert_eq!(shop.double.chats().len(), 1);
    // Others who ask the same in the same words need no model.
    assert_eq!(asker.ask(TOP_CUSTOMERS).len(), rows.len());
    assert_eq!(shop.double.chats().len(), 1);
    // What was needed to ask is forgotten.
    let kept = format!("SELECT concat_ws(',', asker, progress, reply, draft_key) FROM nl2sql.job WHERE id = {id}");
    assert_eq!(shop.admin.text(&kept), "");
    // The question is written down as its asker's.
    let history =
        "SELECT string_agg(concat_ws(' ', role_name, session_role, function, outcome, calls), ', ' ORDER BY asked_at)
        FROM nl2sql.audit";
    let wanted = format!(
        "{role} {role} nl_submit answered 1, {role} {role} nl_result answered 0, {role} {role} nl_ask answered 0"
    );
    wait_for(&mut shop.admin, history, &wanted);
}

#[test]
fn drafts_are_repaired_in_the_background() {
    let mut shop = shop("background_repair");
    shop.double.answer(TOP_CUSTOMERS, vec![Reply::sql("SELECT nothing FROM customers"), Reply::sql(TOP_CUSTOMERS_SQL)]);
    let mut asker = shop.database.session();
    let id = submit(&mut asker, TOP_CUSTOMERS);
    assert_eq!(ended(&mut asker, id), "ready");
    assert_eq!(shop.admin.text("SELECT concat_ws(' ', state, model, attempts) FROM nl2sql.jobs"), "ready gpt 2");
    let chats = shop.double.chats();
    assert_eq!(chats.len(), 2);
    assert!(chats[1].conversation().contains("42703"), "{}", chats[1].conversation());
    // One that is never right fails with what its last draft failed with.
    shop.double.answer("something else", Reply::sql("DELETE FROM customers"));
    let id = submit(&mut asker, "something else");
    assert_eq!(ended(&mut asker, id), "failed");
    let error = asker.error(&format!("SELECT nl_result({id})"), "25006");
    assert!(error.detail().unwrap_or_default().contains("Draft 3 of 3"), "{error:?}");
    let seen = format!("SELECT concat_ws(' ', attempts, sqlstate, error) FROM nl2sql.jobs WHERE id = {id}");
    assert!(asker.text(&seen).starts_with("3 25006 cannot execute DELETE"));
    assert_eq!(asker.text("SELECT count(*) FROM customers WHERE false"), "0");
}

#[test]
fn what_is_rolled_back_was_never_submitted() {
    let mut shop = shop("background_rollback");
    let mut asker = shop.database.session();
    asker.run("BEGIN");
    let id = submit(&mut asker, TOP_CUSTOMERS);
    asker.error(&format!("SELECT nl_wait({id})"), "55000");
    asker.run("ROLLBACK; BEGIN; SAVEPOINT s");
    let second = submit(&mut asker, TOP_CUSTOMERS);
    asker.run("ROLLBACK TO s; COMMIT");
    for id in [id, second] {
        asker.error(&format!("SELECT nl_result({id})"), "42704");
    }
    asker.error("BEGIN READ ONLY; SELECT nl_submit('list customers')", "25006");
    asker.run("ROLLBACK");
    thread::sleep(Duration::from_millis(300));
    assert_eq!(shop.admin.text("SELECT count(*) FROM nl2sql.job"), "0");
    assert_eq!(shop.double.chats().len(), 0);
}

/// What was asked in the background needs no model in any other function.
#[test]
fn other_functions_find_the_draft_kept() {
    let shop = shop("background_kept");
    let mut asker = shop.database.session_as(&shop.database.role("analyst"));
    let id = submit(&mut asker, TOP_CUSTOMERS);
    assert_eq!(ended(&mut asker, id), "ready");
    let question = quote(TOP_CUSTOMERS);
    for sql in [
        format!("SELECT nl_ask({question})"),
        format!("SELECT * FROM nl_query({question}) AS t(name text, revenue numeric)"),
        format!("SELECT nl_sql({question})"),
        format!("SELECT nl_columns({question})"),
        format!("SELECT nl_chart({question})"),
        format!("SELECT nl_plot({question})"),
        format!("SELECT nl_answer({question})"),
        format!("BEGIN; SELECT nl_open({question}, 'c'); FETCH 1 FROM c; COMMIT"),
        format!("SELECT nl_submit({question})"),
    ] {
        asker.run(&sql);
        assert_eq!(shop.double.chats().len(), 1, "{sql}");
    }
    assert_eq!(asker.text("SELECT count(*) FROM nl2sql.jobs WHERE state = 'ready'"), "2");
    // What the builtin model answers is ready at once.
    asker.run("SET nl2sql.model = 'builtin'");
    let id = submit(&mut asker, "how many customers are there");
    assert_eq!(asker.text(&format!("SELECT state FROM nl2sql.jobs WHERE id = {id}")), "ready");
    assert_eq!(asker.texts(&format!("SELECT nl_result({id})")).len(), 1);
    // What it does not answer is an error of nl_submit itself, and nothing is left.
    asker.error("SELECT nl_submit('how many unicorns are there')", "0A000");
    assert_eq!(asker.text("SELECT count(*) FROM nl2sql.jobs"), "3");
}

#[test]
fn whoever_listens_is_told_and_whoever_cancels_is_heard() {
    let mut shop = shop("background_cancel");
    let gate = Gate::closed();
    shop.double.answer(TOP_CUSTOMERS, Reply::sql(TOP_CUSTOMERS_SQL).behind(&gate));
    let mut listener = shop.database.session();
    listener.run("LISTEN nl2sql");
    let mut asker = shop.database.session_as(&shop.database.role("analyst"));
    let (kept, dropped) = (submit(&mut asker, TOP_CUSTOMERS), submit(&mut asker, TOP_CUSTOMERS));
    assert!(shop.double.wait_for_requests(2, Duration::from_secs(60)));
    assert_eq!(asker.text(&format!("SELECT nl_cancel({dropped})")), "t");
    assert_eq!(asker.text(&format!("SELECT nl_cancel({dropped})")), "f");
    gate.open();
    assert_eq!(ended(&mut asker, kept), "ready");
    assert_eq!(asker.text(&format!("SELECT state FROM nl2sql.jobs WHERE id = {dropped}")), "cancelled");
    asker.error(&format!("SELECT nl_result({dropped})"), "55000");
    let told = told(&mut listener, 4);
    let of = |id: i64| -> Vec<&str> {
        let id = id.to_string();
        told.iter().filter_map(|line| line.strip_prefix(&id)).map(str::trim).collect()
    };
    assert_eq!(of(kept), ["asking", "ready"]);
    assert_eq!(of(dropped), ["asking", "cancelled"]);
    // What a thread learned too late changes nothing, and is counted.
    wait_for(&mut shop.admin, "SELECT count(*) FROM nl2sql.calls", "2");
    assert_eq!(asker.text(&format!("SELECT state FROM nl2sql.jobs WHERE id = {dropped}")), "cancelled");
}

/// Nobody but the asker sees, fetches, waits for or cancels; and what is kept of a question is nobody else's to read.
#[test]
fn a_question_is_its_askers_alone() {
    let mut shop = shop("background_private");
    let (one, two) = (shop.database.role("one"), shop.database.role("two"));
    shop.admin.run(&format!("ALTER ROLE {two} NOINHERIT; GRANT pg_read_all_data TO {two}; GRANT {one} TO {two}"));
    let (mut asker, mut other) = (shop.database.session_as(&one), shop.database.session_as(&two));
    shop.double.answer("the secret question", Reply::sql(TOP_CUSTOMERS_SQL).after(1000));
    let id = submit(&mut asker, "the secret question");
    let of_admin = submit(&mut shop.admin, "the secret question");
    for session in [&mut asker, &mut other] {
        session.error("SELECT progress FROM nl2sql.job", "42501");
    }
    assert_eq!(other.texts("SELECT * FROM nl2sql.jobs"), [""; 0]);
    for id in [id, of_admin] {
        for call in ["nl_result", "nl_wait", "nl_cancel"] {
            other.error(&format!("SELECT {call}({id})"), "42704");
        }
    }
    // Whoever becomes the role is the role.
    other.run(&format!("SET ROLE {one}"));
    assert_eq!(other.text("SELECT count(*) FROM nl2sql.jobs"), "1");
    other.run("RESET ROLE");
    // Not even a superuser takes another's for his own.
    shop.admin.error(&format!("SELECT nl_result({id})"), "42704");
    for write in
        ["INSERT INTO nl2sql.job (id) VALUES (1)", "UPDATE nl2sql.job SET state = 'ready'", "DELETE FROM nl2sql.job"]
    {
        asker.error(write, "42501");
    }
    assert_eq!(ended(&mut asker, id), "ready");
    assert_eq!(ended(&mut shop.admin, of_admin), "ready");
    asker.error(&format!("SELECT nl_result({of_admin})"), "42704");
    let everything = shop.admin.texts("SELECT to_jsonb(j) FROM nl2sql.job j").join("\n");
    assert!(!everything.contains("canary"), "the key is in the table: {everything}");
    assert!(!cluster().log().contains("canary"));
}

/// In a SECURITY DEFINER function, what one caller has asked is none of another's.
#[test]
fn callers_of_a_definer_have_their_own_questions() {
    let mut shop = shop("background_definer");
    let (definer, one, two) = (shop.database.role("definer"), shop.database.role("one"), shop.database.role("two"));
    shop.admin.run(&format!(
        "ALTER ROLE {definer} SET nl2sql.model = 'gpt';
         CREATE FUNCTION ask_for(q text) RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT nl_submit(q)';
         CREATE FUNCTION fetch_for(id bigint) RETURNS SETOF json LANGUAGE sql SECURITY DEFINER AS 'SELECT nl_result(id)';
         ALTER FUNCTION ask_for OWNER TO {definer}; ALTER FUNCTION fetch_for OWNER TO {definer};
         CREATE TABLE mine (n int); INSERT INTO mine VALUES (7); GRANT SELECT ON mine TO {definer}"
    ));
    shop.double.answer("what is mine", Reply::sql("SELECT n FROM mine"));
    let (mut caller, mut other) = (shop.database.session_as(&one), shop.database.session_as(&two));
    caller.run("SET nl2sql.model = 'builtin'");
    let id = caller.text("SELECT ask_for('what is mine')");
    let state = format!("SELECT state FROM nl2sql.job WHERE id = {id}");
    wait_for(&mut shop.admin, &state, "ready");
    assert_eq!(caller.text(&format!("SELECT fetch_for({id})")), r#"{"n":7}"#);
    other.error(&format!("SELECT fetch_for({id})"), "42704");
    caller.error(&format!("SELECT nl_result({id})"), "42704");
}

/// What the asker may not read, what is the asker's, what has a policy, and code of the asker's and of another that tries to escape.
fn make_objects_of_others(shop: &mut Shop, asker_role: &str, owner: &str) {
    shop.admin.run(&format!(
        "CREATE TABLE forbidden (n int);
         CREATE SCHEMA theirs AUTHORIZATION {asker_role}; CREATE TABLE theirs.things (n int); ALTER TABLE theirs.things OWNER TO {asker_role};
         CREATE TABLE tenants (tenant int, name text); INSERT INTO tenants SELECT g, 'tenant ' || g FROM generate_series(1, 100) g;
         ALTER TABLE tenants ENABLE ROW LEVEL SECURITY; GRANT SELECT ON tenants TO PUBLIC;
         CREATE POLICY own ON tenants USING (tenant = current_setting('app.tenant')::int AND session_user = '{asker_role}');
         CREATE SCHEMA strange AUTHORIZATION {owner}; GRANT USAGE ON SCHEMA strange TO PUBLIC;
         -- The guard refuses it, and what stands behind the guard is to be tried too.
         ALTER ROLE {asker_role} SET nl2sql.allow_functions = 'pg_catalog.set_config'"
    ));
    shop.database.session_as(owner).run(
        "CREATE TABLE strange.seen (who text); GRANT INSERT ON strange.seen TO PUBLIC;
         CREATE FUNCTION strange.escape(int) RETURNS boolean IMMUTABLE LANGUAGE plpgsql AS $$BEGIN
             PERFORM set_config('role', 'none', false);
             INSERT INTO strange.seen VALUES (current_user || ' ' || session_user); RETURN true; END$$;
         GRANT EXECUTE ON FUNCTION strange.escape TO PUBLIC",
    );
    shop.database.session_as(asker_role).run(
        "CREATE FUNCTION theirs.escape(int) RETURNS boolean IMMUTABLE LANGUAGE plpgsql AS $$BEGIN
             PERFORM set_config('role', 'none', false); PERFORM set_config('session_authorization', 'postgres', false);
             RETURN current_user = 'postgres'; END$$;
         CREATE FUNCTION theirs.who(int) RETURNS text IMMUTABLE LANGUAGE plpgsql AS $$BEGIN
             RAISE division_by_zero USING MESSAGE = current_user || ' ' || session_user || ' ' || current_setting('is_superuser')
                 || ' ' || current_setting('TimeZone') || ' ' || current_setting('app.tenant'); END$$",
    );
}

/// Of the asker's settings the row has those that users make up, but for such as sound like secrets.
fn settings_without_secrets_are_carried(shop: &mut Shop, asker: &mut Session) {
    let carried = "SELECT (asker::json -> 'settings')::text FROM nl2sql.job WHERE asker IS NOT NULL";
    shop.double.answer("tell later", Reply::hang());
    let id = submit(asker, "tell later");
    let carried = shop.admin.text(carried);
    assert!(carried.contains("app.tenant") && !carried.contains("canary-of-a-setting"), "{carried}");
    asker.run(&format!("SELECT nl_cancel({id})"));
}

/// Drafts are judged with the asker's rights, policies, search_path and settings, and run nothing of anybody.
#[test]
fn drafts_are_judged_as_the_asker() {
    let mut shop = shop("background_identity");
    let (asker_role, owner) = (shop.database.role("asker"), shop.database.role("owner"));
    make_objects_of_others(&mut shop, &asker_role, &owner);
    // Nothing stays of who was before: neither a superuser nor the role that one has taken.
    shop.admin.run(&format!("SET ROLE {owner}"));
    let of_owner = submit(&mut shop.admin, TOP_CUSTOMERS);
    assert_eq!(ended(&mut shop.admin, of_owner), "ready");
    shop.admin.run("RESET ROLE");
    shop.admin.run(&format!(
        "REVOKE USAGE ON FOREIGN SERVER gpt FROM PUBLIC; GRANT USAGE ON FOREIGN SERVER gpt TO {asker_role}"
    ));
    let mut asker = shop.database.session_as(&asker_role);
    asker.run("SET search_path = theirs, public; SET TimeZone = 'Asia/Tokyo'; SET app.tenant = 7; SET app.api_key = 'canary-of-a-setting'");
    asker.run("SELECT * FROM nl_check('SELECT 1'); SET nl2sql.max_attempts = 1");
    for (question, sql, state, sqlstate) in [
        ("things", "SELECT n FROM things", "ready", ""),
        ("tenants", "SELECT name FROM tenants", "ready", ""),
        ("forbidden", "SELECT n FROM forbidden", "failed", "42501"),
        ("strangers", "SELECT 1 AS n WHERE strange.escape(1)", "failed", "2F003"),
        ("own escape", "SELECT 1 AS n WHERE escape(1)", "failed", "42501"),
        ("own who", "SELECT who(1) AS n", "failed", "22012"),
        ("catalogs", "SELECT rolname FROM pg_authid", "failed", "2F003"),
    ] {
        shop.double.answer(&format!("tell {question}"), Reply::sql(sql));
        let id = submit(&mut asker, &format!("tell {question}"));
        assert_eq!(ended(&mut asker, id), state, "{question}");
        let told = asker.text(&format!("SELECT COALESCE(sqlstate, '') FROM nl2sql.jobs WHERE id = {id}"));
        assert_eq!(told, sqlstate, "{question}");
        if question == "own who" {
            let message = asker.text(&format!("SELECT error FROM nl2sql.jobs WHERE id = {id}"));
            assert_eq!(message, format!("{asker_role} {asker_role} off Asia/Tokyo 7"));
        }
        if question == "tenants" {
            assert_eq!(asker.texts(&format!("SELECT nl_result({id})")), [r#"{"name":"tenant 7"}"#]);
        }
    }
    assert_eq!(shop.admin.text("SELECT count(*) FROM strange.seen"), "0");
    assert!(!shop.admin.texts("SELECT to_jsonb(j) FROM nl2sql.job j").join("").contains("canary-of-a-setting"));
    settings_without_secrets_are_carried(&mut shop, &mut asker);
}

/// An application that does not wait is told the number of the question, and later the answer.
#[test]
fn a_chat_need_not_wait() {
    let mut shop = shop("background_chat");
    let mut asker = shop.database.session_as(&shop.database.role("analyst"));
    let chat = |asker: &mut Session, message: &str| -> serde_json::Value {
        let text = asker.text(&format!("SELECT nl_chat({}, 'one', wait => false)", quote(message)));
        serde_json::from_str(&text).expect("a document")
    };
    let waits = chat(&mut asker, TOP_CUSTOMERS);
    assert_eq!(waits["kind"], "wait");
    let id: i64 = waits["job"].as_str().and_then(|job| job.parse().ok()).expect("a number");
    assert_eq!(ended(&mut asker, id), "ready");
    let answer = chat(&mut asker, TOP_CUSTOMERS);
    assert_eq!((&answer["kind"], &answer["job"]), (&"answer".into(), &serde_json::Value::Null), "{answer}");
    assert_eq!(answer["rows"].as_array().map(Vec::len), Some(5));
    assert_eq!(shop.double.chats().len(), 1);
    assert_eq!(chat(&mut asker, "hello")["kind"], "answer");
    asker.run("SET nl2sql.model = 'builtin'");
    assert_eq!(chat(&mut asker, "how many customers are there")["kind"], "answer");
    assert_eq!(chat(&mut asker, "flibbertigibbet quotient")["kind"], "clarify");
    assert_eq!(shop.admin.text("SELECT count(*) FROM nl2sql.job"), "1");
}
