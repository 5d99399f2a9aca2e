//! Masked numbers that a statement tries to measure: by values that it knows and has masked too, by aggregates that count
//! rows, by distances, by conditions out of sight, by estimates and by how it fails.

use nl2sql_e2e::double::Reply;
use nl2sql_e2e::fixture::Fixture;
use nl2sql_e2e::server::{has, lacks};
use nl2sql_e2e::session::{Session, quote};
use serde_json::Value;

const SCHEMA: &str = "
    CREATE TABLE payroll (id integer PRIMARY KEY, name text, salary integer, bonus numeric, score float8);
    INSERT INTO payroll VALUES (1, 'Ada', 4711, 815.5, 3), (2, 'Bob', 5200, 100.25, 7), (3, 'Cyd', 3999, 77, 12),
        (4, 'Dan', 4712, 0, 20);
    CREATE TABLE bands (id integer, floor integer);
    INSERT INTO bands VALUES (1, 3999), (2, 4711);
    CREATE FUNCTION salary_of(i integer) RETURNS integer LANGUAGE sql STABLE
        AS 'SELECT salary FROM public.payroll WHERE id = i';
    CREATE FUNCTION off_by_one(integer, integer) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1 = $2 + 1';
    CREATE OPERATOR ==== (LEFTARG = integer, RIGHTARG = integer, FUNCTION = off_by_one);
    ANALYZE payroll;
    SECURITY LABEL FOR nl2sql ON COLUMN payroll.salary IS 'masked';
    SECURITY LABEL FOR nl2sql ON COLUMN payroll.bonus IS 'masked';
    SECURITY LABEL FOR nl2sql ON COLUMN payroll.score IS 'masked';
    SECURITY LABEL FOR nl2sql ON COLUMN bands.floor IS 'masked'";

fn fixture(name: &str) -> Fixture {
    let mut fixture = Fixture::empty(name);
    fixture.session.run(SCHEMA);
    if has("icu") {
        fixture.session.run("CREATE COLLATION numeric_order (provider = icu, locale = 'und-u-kn-true')");
    }
    fixture.session.run("SET nl2sql.max_attempts = 1; SET nl2sql.max_cost = 0");
    fixture
}

/// Rows, or the SQLSTATE and everything else the server says.
fn outcome(fixture: &mut Fixture, sql: &str) -> Result<Vec<Value>, String> {
    fixture.double.answer("try", Reply::sql(sql));
    fixture.session.try_ask("try").map_err(|error| format!("{:?}", error.as_db_error()))
}

/// What comes out beside masks; a refusal by the guard is as good.
fn brought_out(fixture: &mut Fixture, sql: &str) -> Option<String> {
    match outcome(fixture, sql) {
        Err(error) if error.contains("2F003") => None,
        Err(error) => Some(format!("{sql}\n    fails with {error}")),
        Ok(rows) if rows.is_empty() => Some(format!("{sql}\n    brings no rows, so shows nothing about masks")),
        Ok(rows) => {
            let bare = rows.iter().find(|row| row.as_object().unwrap().values().any(|value| value != "***"));
            bare.map(|row| format!("{sql}\n    brings out {row}"))
        }
    }
}

#[track_caller]
fn all_bring_nothing_out(fixture: &mut Fixture, statements: &[&str]) {
    let failures: Vec<String> = statements.iter().filter_map(|sql| brought_out(fixture, sql)).collect();
    assert!(failures.is_empty(), "{} of {}:\n{}", failures.len(), statements.len(), failures.join("\n"));
}

/// Over as many copies of a masked row as wanted, sums and ranks are any number.
#[test]
fn aggregates_that_count_rows_are_no_yardstick() {
    all_bring_nothing_out(
        &mut fixture("mask_yardstick"),
        &[
            "SELECT p.id, d.n FROM payroll p JOIN (SELECT g.n, rank(2147483647) WITHIN GROUP (ORDER BY q.salary) v \
             FROM payroll q, generate_series(4700, 4720) g(n), generate_series(1, g.n - 1) k WHERE q.id = 1 GROUP BY g.n) d \
             ON p.salary = d.v",
            "SELECT p.id, d.n FROM payroll p JOIN (SELECT g.n, sum(s.one) v FROM (SELECT regr_slope(score, score) one \
             FROM payroll) s, generate_series(1, 50) g(n), generate_series(1, g.n) k GROUP BY g.n) d ON p.score = d.v",
            "SELECT q.id, q.n FROM (SELECT p.id, d.n, p.salary s, d.v FROM payroll p, \
             (SELECT g.n, rank(2147483647) WITHIN GROUP (ORDER BY q.salary) v FROM payroll q, \
              generate_series(4700, 4720) g(n), generate_series(1, g.n - 1) k WHERE q.id = 1 GROUP BY g.n) d) q WHERE q.s = q.v",
            "SELECT g.n FROM payroll p, generate_series(4700, 4720) g(n), generate_series(1, g.n) k WHERE p.id = 1 \
             GROUP BY g.n HAVING max(p.salary) = sum(p.salary / p.salary)",
            "SELECT min(n) AS n FROM (SELECT g.n FROM payroll p, generate_series(1, 300) g(n), generate_series(1, g.n) k \
             WHERE p.id = 1 GROUP BY g.n HAVING sum(p.salary) >= 1000000) q",
            "SELECT g.n FROM payroll p, generate_series(1, 300) g(n), generate_series(1, g.n) k WHERE p.id <= 2 \
             GROUP BY g.n, p.id ORDER BY sum(p.salary) LIMIT 5",
            "SELECT g.n, stddev(p.score) > 1 AS s FROM payroll p, generate_series(1, 3) g(n) GROUP BY g.n \
             HAVING corr(p.score, p.score) > 0.5",
            "SELECT g.n FROM payroll p, generate_series(4700, 4720) g(n), generate_series(1, g.n) k WHERE p.id = 1 \
             GROUP BY g.n HAVING max(p.salary) = array_length(array_agg(p.score), 1)",
            "SELECT id, rank() OVER (ORDER BY v1) AS a FROM (SELECT p.id, rank(4712) WITHIN GROUP (ORDER BY salary) v1 \
             FROM payroll p GROUP BY p.id) q",
            "SELECT array_agg(id) AS ids FROM (SELECT p.id, dense_rank(4712) WITHIN GROUP (ORDER BY salary) v FROM payroll p \
             GROUP BY p.id) a GROUP BY v",
        ],
    );
}

/// Whoever labels a column of their own may know what it holds.
#[test]
fn a_strangers_labelled_column_is_no_yardstick() {
    let mut fixture = fixture("mask_strangers");
    let stranger = fixture.database.role("stranger");
    fixture.session.run(&format!(
        "CREATE TABLE nums AS SELECT n, n AS v FROM generate_series(1, 10000) n; ALTER TABLE nums OWNER TO {stranger};
         SECURITY LABEL FOR nl2sql ON COLUMN nums.v IS 'masked'"
    ));
    all_bring_nothing_out(
        &mut fixture,
        &[
            "SELECT p.id, d.n FROM payroll p JOIN nums d ON p.salary = d.v",
            "SELECT count(*) AS n FROM payroll p JOIN nums d ON p.salary >= d.v WHERE p.id = 1",
            "SELECT p.id FROM payroll p WHERE p.salary IN (SELECT v FROM nums WHERE n < 4712)",
            "SELECT p.id FROM payroll p WHERE p.salary > (SELECT max(v) FROM nums WHERE n < 4700)",
            "SELECT d.n FROM nums d WHERE EXISTS (SELECT FROM payroll p WHERE p.salary = d.v AND p.id = 1)",
            "SELECT q.n FROM (SELECT d.n, d.v, p.salary FROM nums d, payroll p WHERE p.id = 1) q WHERE v = salary",
            "SELECT count(*) AS n FROM (SELECT salary FROM payroll WHERE id = 1 INTERSECT SELECT v FROM nums WHERE n < 5000) q",
            "SELECT p.id, d.n FROM payroll p JOIN (SELECT n, v AS salary FROM nums) d USING (salary)",
        ],
    );
    // Trusted by a superuser, the owner is one of those who do not do such things.
    fixture.session.run(&format!("SET nl2sql.trust_owners = {}", quote(&stranger)));
    let rows = outcome(&mut fixture, "SELECT p.id FROM payroll p JOIN nums d ON p.salary = d.v WHERE p.id = 1");
    assert_eq!(rows.expect("it is answered"), [serde_json::json!({ "id": 1 })]);
}

#[test]
fn distances_and_parts_tell_no_masked_value() {
    if lacks(&["icu"]) {
        return;
    }
    all_bring_nothing_out(
        &mut fixture("mask_distances"),
        &[
            "SELECT id, count(*) OVER (ORDER BY salary RANGE BETWEEN 488 PRECEDING AND 488 PRECEDING) AS n FROM payroll",
            "SELECT id, max(id) OVER w AS n FROM payroll WINDOW w AS (ORDER BY bonus RANGE 5 PRECEDING)",
            "SELECT id, max(id) OVER w AS n FROM payroll \
             WINDOW w AS (ORDER BY salary RANGE BETWEEN CURRENT ROW AND 1 FOLLOWING EXCLUDE CURRENT ROW)",
            "SELECT a.id AS a, b.id AS b FROM payroll a JOIN payroll b ON a.salary ==== b.salary",
            "SELECT q.a, q.b FROM (SELECT a.id AS a, b.id AS b, a.salary x, b.salary y FROM payroll a, payroll b) q \
             WHERE q.x - q.y = 1",
            "SELECT id FROM payroll ORDER BY width_bucket(salary, 0, 10000, 100)",
            "SELECT id, ntile(2) OVER (ORDER BY salary % 10) AS n FROM payroll",
            "SELECT DISTINCT ON (salary / 1000) id FROM payroll ORDER BY salary / 1000, id",
            "SELECT id FROM payroll ORDER BY salary::text COLLATE numeric_order",
            "SELECT id FROM payroll ORDER BY nullif(salary, 4711)",
            "SELECT id FROM payroll ORDER BY coalesce(nullif(salary, 4711), 0)",
            "SELECT id FROM payroll ORDER BY greatest(salary, 4711), id",
            "SELECT id FROM payroll ORDER BY CASE WHEN salary > 4711 THEN 1 ELSE 0 END, id",
            "SELECT id FROM payroll WHERE (salary, id) = (SELECT floor, b.id - 1 FROM bands b WHERE b.id = payroll.id + 1)",
            "SELECT array_agg(id ORDER BY salary % 10) AS a FROM payroll",
            "SELECT string_agg(name, ',' ORDER BY salary % 10) AS a FROM payroll",
        ],
    );
}

/// Conditions are counted wherever they stand.
#[test]
fn conditions_out_of_sight_are_counted() {
    let all = |item: fn(usize) -> String, separator: &str| (1..=12).map(item).collect::<Vec<_>>().join(separator);
    let mut fixture = fixture("mask_conditions");
    let ranks = all(|i| format!("rank({}) WITHIN GROUP (ORDER BY salary) AS v{i}", 4700 + i), ", ");
    let nulls = all(|i| format!("nullif(salary < {}, false) AS v{i}", 4700 + i), ", ");
    let filters = all(|i| format!("min(salary) FILTER (WHERE salary < {}) AS v{i}", 4700 + i), ", ");
    let counts = all(|i| format!("count(v{i}) AS n{i}"), ", ");
    let orders = all(|i| format!("rank() OVER (ORDER BY v{i}) AS n{i}"), ", ");
    for sql in [
        format!("SELECT id, {ranks} FROM payroll GROUP BY id"),
        format!("SELECT id, {counts} FROM (SELECT id, {nulls} FROM payroll) q GROUP BY id"),
        format!("SELECT id, {counts} FROM (SELECT id, {filters} FROM payroll GROUP BY id) q GROUP BY id"),
        format!("SELECT id, {orders} FROM (SELECT id, {filters} FROM payroll GROUP BY id) q"),
        format!("SELECT id, {orders} FROM (SELECT id, {nulls} FROM payroll) q"),
        format!("SELECT id FROM payroll WHERE {}", all(|i| format!("salary BETWEEN SYMMETRIC 9 AND {i}"), " OR ")),
        format!("SELECT id FROM payroll WHERE {}", all(|i| format!("salary IS DISTINCT FROM {i}"), " AND ")),
        format!("SELECT id FROM payroll WHERE {}", all(|i| format!("salary = ANY (ARRAY[{i}, 1{i}])"), " OR ")),
        format!("SELECT id FROM payroll WHERE {}", all(|i| format!("(salary, 1) > ({i}, 2)"), " AND ")),
    ] {
        let failure = brought_out(&mut fixture, &sql);
        assert!(failure.is_none(), "{failure:?}");
    }
}

#[test]
fn what_people_ask_of_masked_numbers_is_answered() {
    let mut fixture = fixture("mask_numbers");
    for (sql, expected) in [
        ("SELECT count(*) AS a FROM payroll GROUP BY id % 2 HAVING avg(salary) > 1000", 2),
        ("SELECT id % 2 AS a FROM payroll GROUP BY id % 2 ORDER BY avg(salary) DESC", 2),
        ("SELECT name AS a FROM payroll ORDER BY salary DESC LIMIT 2", 2),
        ("SELECT name AS a FROM payroll WHERE salary = (SELECT max(salary) FROM payroll)", 1),
        ("SELECT p.name AS a FROM payroll p JOIN bands b ON p.salary >= b.floor WHERE b.id = 2", 3),
        ("SELECT id AS a, rank() OVER (ORDER BY salary DESC) AS b FROM payroll", 4),
        ("SELECT id AS a, count(*) OVER (ORDER BY salary ROWS 1 PRECEDING) AS b FROM payroll", 4),
        ("SELECT name AS a FROM payroll WHERE salary BETWEEN 4000 AND 5000 AND bonus > 1", 1),
        ("SELECT name AS a FROM payroll WHERE salary > 2 * bonus ORDER BY id LIMIT 2", 2),
        (
            "SELECT count(*) AS a FROM payroll WHERE salary > (SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY salary) FROM payroll)",
            1,
        ),
    ] {
        let rows = outcome(&mut fixture, sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
        let is_masked = rows.iter().any(|row| row.as_object().unwrap().values().any(|value| value == "***"));
        assert!(rows.len() == expected && !is_masked, "{sql}: {rows:?}");
    }
}

fn estimates(session: &mut Session, sql: &str) -> String {
    let check = format!(
        "SELECT concat_ws('|', allowed, estimated_rows, estimated_cost, checks->-1) FROM nl_check({})",
        quote(sql)
    );
    session.text(&check)
}

/// The planner's statistics are made of the values, and it evaluates functions that read them.
#[test]
fn estimates_tell_no_masked_value() {
    let mut fixture = fixture("mask_estimates");
    for sql in [
        "SELECT count(*) FROM generate_series(1, salary_of(1))",
        "SELECT 1 FROM payroll WHERE salary < 4711",
        "SELECT count(*) FROM (SELECT FROM payroll LIMIT (SELECT salary FROM payroll WHERE id = 1)) q",
    ] {
        let told = estimates(&mut fixture.session, sql);
        assert!(told.starts_with('t') && !told.contains("4711") && !told.contains(" of at most "), "{sql}: {told}");
        let rows = fixture
            .session
            .texts(&format!("SELECT estimated_rows IS NULL AND estimated_cost IS NULL FROM nl_check({})", quote(sql)));
        assert_eq!(rows, ["t"], "{sql}");
    }
    fixture.session.run("SET nl2sql.max_cost = 1");
    let refused = fixture.session.text(&format!(
        "SELECT sqlstate || reason FROM nl_check({})",
        quote("SELECT count(*) FROM generate_series(1, salary_of(1)) a, generate_series(1, salary_of(1)) b")
    ));
    assert!(refused.starts_with("53400") && !refused.contains("estimates"), "{refused}");
    fixture.session.run("SET nl2sql.max_cost = 1000");
    assert!(estimates(&mut fixture.session, "SELECT name FROM payroll").contains(" of at most "));
}

/// A statement can choose by masked values how it fails.
#[test]
fn every_failure_over_masked_values_is_the_same() {
    let mut fixture = fixture("mask_failures");
    let mut heard = Vec::new();
    for failing in [
        "1 / (salary - salary)",
        "sqrt(-salary)::integer",
        "(salary::text || 'x')::integer",
        "salary * 2147483647",
        "(SELECT a FROM (VALUES (salary), (1)) v(a))",
        "length(repeat('x', salary * 400000))",
        "ascii(chr(salary * 100000))",
        "extract(year FROM make_date(salary * 10000, 1, 1))::integer",
        "length((repeat('<', salary)::xml)::text)",
        "length(translate(repeat('a', salary * 2000), repeat('b', salary * 2000), 'c'))",
    ] {
        let sql = format!("SELECT id FROM payroll WHERE id = 1 AND {failing} = 0");
        heard.push(outcome(&mut fixture, &sql).expect_err(&sql).replace(&sql, ""));
    }
    heard.iter().for_each(|error| assert_eq!(*error, heard[0]));
    assert!(heard[0].contains("22000"), "{}", heard[0]);
}
