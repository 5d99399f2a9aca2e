//! Masked values beside what differs from row to row and is no column: sorted among known ones by set operations and children,
//! compared with groupings and repeated sums, with noise, over windows, with each other by parts, or held in ranges of rows.

use nl2sql_e2e::fixture::Fixture;
use nl2sql_e2e::session::{Session, database_error, quote};

const SCHEMA: &str = "
    CREATE TABLE staff (id integer PRIMARY KEY, team integer, name text, salary integer, badge text);
    INSERT INTO staff SELECT g, g % 3, 'n' || g, 100 + g * 13 % 97, 'b' || chr(97 + g * 7 % 23) || 'x'
        FROM generate_series(1, 12) g;
    CREATE TABLE numbers AS SELECT n, chr(97 + n % 26) AS letter FROM generate_series(1, 200) AS n;
    CREATE TABLE people (n integer, name text);
    CREATE TABLE secret_people () INHERITS (people);
    CREATE TABLE known_people () INHERITS (people);
    INSERT INTO secret_people VALUES (113, 'secret');
    INSERT INTO known_people SELECT n, 'known' || n FROM numbers;
    CREATE TYPE spans AS RANGE (subtype = staff);
    CREATE DOMAIN some_spans AS spans;
    CREATE TYPE kept AS (span spans, n integer);
    CREATE TABLE history AS SELECT id, spans(s, s, '[]') AS span FROM staff s;
    ALTER TABLE history ADD COLUMN several spans_multirange, ADD COLUMN whole some_spans, ADD COLUMN held kept;
    UPDATE history SET several = multirange(span), whole = span, held = ROW(span, 1);
    ANALYZE;
    SECURITY LABEL FOR nl2sql ON COLUMN staff.salary IS 'masked';
    SECURITY LABEL FOR nl2sql ON COLUMN staff.badge IS 'masked';
    SECURITY LABEL FOR nl2sql ON COLUMN secret_people.n IS 'masked'";

/// Functions of one who is not trusted.
const NOISE: &str = "
    CREATE FUNCTION noise() RETURNS float8 LANGUAGE plpgsql STABLE AS 'BEGIN RETURN random() * 1000; END';
    CREATE FUNCTION noisy(integer) RETURNS float8 LANGUAGE sql IMMUTABLE AS 'SELECT $1 + pg_catalog.random() * 1000';
    CREATE FUNCTION add_noise(float8, integer) RETURNS float8 LANGUAGE plpgsql IMMUTABLE
        AS 'BEGIN RETURN greatest($1, $2 + random() * 1000); END';
    CREATE AGGREGATE noisiest(integer) (SFUNC = add_noise, STYPE = float8, INITCOND = '0');
    CREATE FUNCTION is_noisy(integer, integer) RETURNS boolean LANGUAGE plpgsql IMMUTABLE
        AS 'BEGIN RETURN $1 + random() * 1000 > $2; END';
    CREATE OPERATOR ~~> (LEFTARG = integer, RIGHTARG = integer, FUNCTION = is_noisy)";

fn fixture(name: &str) -> (Fixture, Session) {
    let mut fixture = Fixture::empty(name);
    fixture.session.run(SCHEMA);
    let mut asker = fixture.asker("postgres");
    asker.run("SET nl2sql.max_cost = 0");
    (fixture, asker)
}

fn rows(session: &mut Session, sql: &str) -> Result<Vec<String>, String> {
    let rows = session.try_texts(&format!("SELECT nl_run({})", quote(sql)));
    rows.map_err(|error| database_error(&error).code().code().to_owned())
}

/// Masks and nothing else come out, or the statement is refused.
fn brought_out(session: &mut Session, sql: &str) -> Option<String> {
    match rows(session, sql) {
        Err(code) if code == "2F003" => None,
        Err(code) => Some(format!("{sql}\n    fails with {code}")),
        Ok(rows) if rows.is_empty() => Some(format!("{sql}\n    brings no rows, so shows nothing about masks")),
        Ok(rows) => {
            let is_bare = |row: &&String| {
                let row: serde_json::Value = serde_json::from_str(row).unwrap();
                row.as_object().unwrap().values().any(|value| value != "***")
            };
            rows.iter().find(is_bare).map(|row| format!("{sql}\n    brings out {row}"))
        }
    }
}

#[track_caller]
fn all_bring_nothing_out(session: &mut Session, statements: &[&str]) {
    let failures: Vec<String> = statements.iter().filter_map(|sql| brought_out(session, sql)).collect();
    assert!(failures.is_empty(), "{} of {}:\n{}", failures.len(), statements.len(), failures.join("\n"));
}

/// The order of a whole set operation is that of all its parts, and that of a parent's rows that of all its children's.
#[test]
fn masked_values_are_not_sorted_among_known_ones() {
    let (_fixture, mut asker) = fixture("mask_among_known");
    all_bring_nothing_out(
        &mut asker,
        &[
            "SELECT salary AS v, name AS a FROM staff UNION ALL SELECT n, letter FROM numbers ORDER BY v",
            "SELECT n AS v, letter AS a FROM numbers UNION ALL SELECT salary, name FROM staff ORDER BY v",
            "SELECT badge AS v, name AS a FROM staff UNION ALL SELECT letter, letter FROM numbers ORDER BY 1 DESC, 2",
            "SELECT name AS a, salary AS v FROM staff UNION ALL (SELECT letter, n FROM numbers UNION ALL SELECT 'x', 5) ORDER BY 2",
            "SELECT name AS a, salary / 20 AS v FROM staff UNION ALL SELECT name, salary / 20 FROM staff ORDER BY v",
            "SELECT p, a FROM (SELECT row_number() OVER () AS p, a FROM (SELECT salary AS v, name AS a FROM staff WHERE id = 1 \
             UNION ALL SELECT n, 'x' FROM numbers ORDER BY v) x) y WHERE a = 'n1'",
            "SELECT v FROM (SELECT salary AS v FROM staff WHERE id = 1 UNION ALL SELECT n FROM numbers ORDER BY v \
             FETCH FIRST 114 ROWS WITH TIES) x",
            "SELECT ARRAY(SELECT a FROM (SELECT salary AS v, name AS a FROM staff UNION ALL SELECT n, letter FROM numbers \
             ORDER BY v) q) AS a",
            "WITH q AS (SELECT salary AS v, name AS a FROM staff UNION ALL SELECT n, letter FROM numbers ORDER BY v) SELECT a FROM q",
            "WITH RECURSIVE r(v, n) AS (SELECT salary, 0 FROM staff WHERE id = 1 UNION ALL SELECT m.n, m.n FROM r, numbers m \
             WHERE r.n = 0) SEARCH BREADTH FIRST BY v SET place SELECT n FROM r ORDER BY place",
            "WITH RECURSIVE r(v, n) AS (SELECT salary, 0 FROM staff WHERE id = 1 UNION ALL SELECT m.n, m.n FROM r, numbers m \
             WHERE r.n = 0) SEARCH DEPTH FIRST BY v SET place SELECT n FROM r ORDER BY place",
            "WITH RECURSIVE r(v, n) AS (SELECT salary, 0 FROM staff WHERE id = 1 UNION ALL SELECT m.n, m.n FROM r, numbers m \
             WHERE r.n = 0) CYCLE v SET again USING path SELECT n, again FROM r",
            "SELECT n AS v, name AS a FROM people ORDER BY n",
            "SELECT a.name AS a, b.name AS b FROM people a JOIN people b ON a.n = b.n",
            "SELECT array_agg(name) AS a FROM people GROUP BY n",
            "SELECT name AS a, rank() OVER (ORDER BY n) AS r FROM people",
        ],
    );
}

/// What differs from group to group, or row to row, though it names no column.
#[test]
fn masked_values_are_not_compared_with_what_varies() {
    let (_fixture, mut asker) = fixture("mask_varies");
    all_bring_nothing_out(
        &mut asker,
        &[
            "SELECT count(*) AS n FROM (SELECT max(salary) FROM (SELECT *, 1 AS a, 2 AS b, 3 AS c FROM staff) s WHERE id = 1 \
             GROUP BY CUBE (id, team, name, a, b, c) HAVING max(salary) > GROUPING(id, team, name, a, b, c)) x",
            "SELECT GROUPING(id, team) AS g FROM staff WHERE id = 1 GROUP BY CUBE (id, team) HAVING max(salary) > GROUPING(id, team)",
            "SELECT min(g) AS g FROM (SELECT GROUPING(id, team) AS g, max(salary) > GROUPING(id, team) AS b FROM staff \
             GROUP BY CUBE (id, team)) q WHERE b",
            "SELECT GROUPING(id, team) AS g FROM staff WHERE id = 1 GROUP BY CUBE (id, team) \
             ORDER BY max(salary) > GROUPING(id, team)",
            "SELECT GROUPING(id, team) AS g FROM staff WHERE id = 1 GROUP BY CUBE (id, team) \
             HAVING max(badge) > chr(GROUPING(id, team) + 97)",
            "SELECT n FROM numbers WHERE EXISTS (SELECT FROM staff s WHERE s.id <= n HAVING min(salary) > 25 * sum(1))",
            "SELECT n FROM numbers WHERE EXISTS (SELECT FROM staff s WHERE s.id <= n \
             HAVING min(salary) > sum(salary) / avg(salary))",
            "SELECT n FROM numbers WHERE EXISTS (WITH c AS (SELECT * FROM staff WHERE id <= n) \
             SELECT FROM (SELECT sum(salary) AS s FROM c) y WHERE s > 1000)",
            "SELECT n FROM numbers, LATERAL (SELECT sum(salary) AS s FROM staff WHERE id <= n) q WHERE s > 1000",
            "SELECT team FROM staff GROUP BY ROLLUP (team) HAVING EXISTS (SELECT FROM staff s WHERE s.id = 1 \
             AND s.salary > 100 + 10 * GROUPING(staff.team))",
            "SELECT 1 AS x FROM staff o GROUP BY ROLLUP (salary, badge) HAVING EXISTS (SELECT FROM staff s WHERE s.id = 1 \
             AND s.salary > 100 + (SELECT 10 * GROUPING(o.salary, o.badge)))",
            "SELECT team FROM staff o GROUP BY team HAVING EXISTS (SELECT FROM staff s WHERE s.id = 1 \
             AND s.salary > (SELECT 25 * count(o.salary)))",
            "SELECT 1 AS x FROM staff WHERE id = 1 GROUP BY CUBE ((now() + '1s'), (now() + '2s')) \
             HAVING max(salary) > 112 + ((now() + '1s') IS NULL)::integer + ((now() + '2s') IS NULL)::integer * 2",
            "SELECT count(*) AS n FROM (SELECT max(salary) > 112 + ((now() + '1s') IS NULL)::integer AS b FROM staff \
             WHERE id = 1 GROUP BY CUBE ((now() + '1s'))) q WHERE b",
            "SELECT GROUPING(salary + 1, salary + 2) AS g FROM staff WHERE id = 1 GROUP BY CUBE ((salary + 1), (salary + 2)) \
             HAVING max(salary) > 112 + ((salary + 1) IS NULL)::integer + ((salary + 2) IS NULL)::integer * 2",
            "SELECT x.id, n AS secret FROM numbers, LATERAL (WITH c AS (SELECT n AS v) SELECT id FROM staff \
             WHERE salary = (SELECT v FROM c)) x",
            "SELECT n FROM numbers WHERE EXISTS (WITH c AS (SELECT n AS v) SELECT FROM staff WHERE id = 1 AND salary IN (SELECT v FROM c))",
            "SELECT n FROM numbers WHERE EXISTS (WITH c AS (SELECT n AS v), d AS (SELECT v FROM c) SELECT FROM staff \
             WHERE id = 1 AND salary > (SELECT q.v FROM (SELECT v FROM d) q))",
            "SELECT (WITH c AS (SELECT n AS v) SELECT count(*) FROM staff WHERE id = 1 AND salary > (SELECT v FROM c)) AS k FROM numbers",
            "WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < 200) SELECT i FROM r \
             WHERE EXISTS (WITH c AS (SELECT r.i AS v) SELECT FROM staff WHERE id = 1 AND salary = (SELECT v FROM c))",
            "WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM (WITH c AS (SELECT i FROM r) SELECT c.i FROM c \
             WHERE EXISTS (SELECT FROM staff WHERE id = 1 AND salary > (SELECT c.i FROM c))) q) SELECT max(i) AS i FROM r",
            "WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM (WITH c AS (SELECT i FROM r) SELECT c.i FROM c, staff \
             WHERE id = 1 AND salary > (SELECT max(c.i) FROM c)) q) SELECT max(i) AS i FROM r",
            "SELECT n FROM numbers, LATERAL (WITH c AS (SELECT n AS v) SELECT id FROM staff WHERE id = 1 \
             ORDER BY salary > (SELECT v FROM c)) x",
            "WITH c AS MATERIALIZED (SELECT floor(random() * 200) AS v) SELECT id FROM staff WHERE salary > (SELECT v FROM c) OR id < 9",
            "SELECT count(*) AS n FROM (SELECT salary > random() * 1000 AS b FROM staff, numbers WHERE id = 1) q WHERE b",
            "SELECT count(*) AS n FROM (SELECT salary + random() * 1000 AS v FROM staff, numbers WHERE id = 1) q WHERE v > 500",
            "SELECT count(*) AS n FROM staff, numbers WHERE id = 1 AND EXISTS (SELECT 1 WHERE salary > random() * 1000)",
        ],
    );
}

#[test]
fn functions_of_the_untrusted_may_be_noise() {
    let (mut fixture, _) = fixture("mask_noise");
    let stranger = fixture.database.role("stranger");
    fixture.session.run(&format!(
        "GRANT CREATE ON SCHEMA public TO {stranger}; GRANT SELECT ON staff, numbers TO {stranger};
         SET ROLE {stranger}; {NOISE}; RESET ROLE"
    ));
    let mut asker = fixture.asker(&stranger);
    let many = "(SELECT salary FROM staff, numbers WHERE id = 1 OFFSET 0) q";
    for condition in [
        "salary > noise()",
        "noisy(salary) > 600",
        "salary ~~> 600",
        "salary > any (array[noise()])",
        "(SELECT noisy(salary)) > 600",
    ] {
        let failure = brought_out(&mut asker, &format!("SELECT count(*) AS n FROM {many} WHERE {condition}"));
        assert!(failure.is_none(), "{failure:?}");
    }
    let groups = "SELECT count(*) AS n FROM (SELECT n FROM staff, numbers WHERE id = 1 GROUP BY n HAVING noisiest(salary) > 600) q";
    let failure = brought_out(&mut asker, groups);
    assert!(failure.is_none(), "{failure:?}");
    // Trusted by a superuser, the owner is one of those who do not do such things.
    fixture.session.run(&format!(
        "ALTER DATABASE {} SET nl2sql.trust_owners = {}",
        fixture.database.name,
        quote(&stranger)
    ));
    let mut asker = fixture.asker(&stranger);
    let answer = rows(&mut asker, "SELECT count(*) AS n FROM staff WHERE noisy(salary) > 0");
    assert_eq!(answer.as_deref(), Ok(&[r#"{"n":12}"#.to_owned()][..]));
}

/// Each pair of rows would be a question of its own.
#[test]
fn parts_of_two_masked_values_are_not_compared() {
    let (_fixture, mut asker) = fixture("mask_parts_of_two");
    all_bring_nothing_out(
        &mut asker,
        &[
            "SELECT p.n, count(DISTINCT c.salary / 20) AS k FROM numbers p JOIN staff c ON c.id IN (1, p.n) WHERE p.n <= 12 GROUP BY 1",
            "SELECT a.id, b.id AS other FROM staff a, staff b, staff c WHERE c.id IN (a.id, b.id) AND a.id < b.id \
             GROUP BY 1, 2 HAVING count(DISTINCT left(c.badge, 1)) = 1",
            "SELECT team, count(DISTINCT badge COLLATE \"C\" || 'x') AS k FROM staff GROUP BY team",
            "SELECT count(DISTINCT (salary / 20, 1)) AS k FROM staff WHERE id <= 2",
            "SELECT count(DISTINCT v) AS k FROM (SELECT salary AS v FROM staff UNION ALL SELECT n FROM numbers) q",
            "SELECT count(DISTINCT n) AS k FROM people",
            "SELECT a.id, b.id AS other FROM staff a, staff b WHERE EXISTS (SELECT FROM staff c WHERE c.id IN (a.id, b.id) \
             HAVING max(salary) - min(salary) < 20)",
            "SELECT a.id, b.id AS other FROM staff a, staff b, staff c WHERE c.id IN (a.id, b.id) GROUP BY 1, 2 \
             HAVING max(c.salary / 20) = min(c.salary / 20)",
            "SELECT a.id, b.id AS other FROM staff a, staff b, staff c WHERE c.id IN (a.id, b.id) GROUP BY 1, 2 \
             HAVING mode() WITHIN GROUP (ORDER BY c.salary / 20) = 6",
            "SELECT a.id, b.id AS other FROM staff a, staff b, staff c WHERE c.id IN (a.id, b.id) GROUP BY 1, 2 \
             HAVING bit_or(c.salary) = 127",
            "SELECT a.id, b.id AS other FROM staff a, staff b WHERE EXISTS (SELECT FROM staff c WHERE c.id IN (a.id, b.id) \
             HAVING stddev(salary) < 7)",
            "SELECT x, y FROM (SELECT a.id AS x, b.id AS y, a.salary - b.salary AS d FROM staff a, staff b) q WHERE d = 13",
            "SELECT x, y FROM (SELECT a.id AS x, b.id AS y, a.salary - b.salary < 20 AS d FROM staff a, staff b) q WHERE d",
            "SELECT id FROM staff s WHERE salary - (SELECT salary FROM staff t WHERE t.id = s.id + 1) = -13",
            "SELECT id FROM staff WHERE salary < (SELECT salary + 20 FROM staff WHERE id = 1)",
            "SELECT id FROM staff WHERE salary IN (SELECT salary + 13 FROM staff)",
            "SELECT id FROM staff WHERE left(badge, 1) = ANY (SELECT left(badge, 1) FROM staff WHERE id = 1)",
        ],
    );
}

#[test]
fn ranges_of_rows_are_masked_as_the_rows_are() {
    let (mut fixture, mut asker) = fixture("mask_ranges");
    let columns = ["span", "several", "whole", "held", "span::text", "lower(span)", "to_json(whole)", "(held).span"];
    let statements = columns.map(|column| format!("SELECT {column} AS r FROM history LIMIT 1"));
    all_bring_nothing_out(&mut asker, &statements.each_ref().map(String::as_str));
    fixture.session.run("SECURITY LABEL FOR nl2sql ON COLUMN staff.team IS 'hidden'");
    for sql in statements {
        assert_eq!(rows(&mut asker, &sql), Err("2F003".to_owned()), "{sql}");
    }
    assert_eq!(rows(&mut asker, "SELECT count(*) AS n FROM history"), Ok(vec![r#"{"n":12}"#.to_owned()]));
}

/// There would be as many rows as a masked value, or none by it.
const COUNTED: [&str; 13] = [
    "SELECT 1 AS x FROM numbers, staff WHERE id = 1 ORDER BY count(*) OVER (PARTITION BY n > salary) FETCH FIRST 1 ROW WITH TIES",
    "SELECT DISTINCT count(*) OVER (ORDER BY greatest(n, salary)) AS c FROM numbers, staff WHERE id = 1",
    "SELECT DISTINCT rank() OVER (ORDER BY greatest(n, salary)) AS c FROM numbers, staff WHERE id = 1",
    "SELECT DISTINCT ON (rank() OVER (ORDER BY greatest(n, salary))) n FROM numbers, staff WHERE id = 1",
    "SELECT generate_series(1, (rank() OVER (ORDER BY greatest(n, salary)))::integer) AS c FROM numbers, staff WHERE id = 1",
    "SELECT generate_series(1, count(*)) AS c FROM numbers, staff WHERE id = 1 AND n <= salary",
    "SELECT generate_series(1, count(*) FILTER (WHERE n <= salary)) AS c FROM numbers, staff WHERE id = 1",
    "SELECT unnest(array_agg(n)) AS g FROM numbers, staff WHERE n < salary AND id = 1",
    "SELECT generate_series(1, max(n)) AS g FROM numbers, staff WHERE n < salary AND id = 1",
    "SELECT json_array_elements(json_agg(n)) AS g FROM numbers WHERE n < (SELECT salary FROM staff WHERE id = 1)",
    "SELECT 1 AS g FROM (SELECT generate_series(1, count(*)) FROM numbers, staff WHERE n < salary AND id = 1) x",
    "SELECT 1 AS x FROM staff WHERE id = 1 GROUP BY CUBE ((now() + '1s'), (now() + '2s')) \
     HAVING max(salary) > 112 + ((now() + '1s') IS NULL)::integer + ((now() + '2s') IS NULL)::integer * 2",
    "SELECT salary AS v FROM staff WHERE id = 1 UNION ALL SELECT n FROM numbers ORDER BY v FETCH FIRST 114 ROWS WITH TIES",
];

#[test]
fn what_windows_and_counts_tell_is_no_number_of_rows() {
    let (_fixture, mut asker) = fixture("mask_window_rows");
    for sql in COUNTED {
        assert_eq!(rows(&mut asker, sql), Err("2F003".to_owned()), "{sql}");
    }
}

/// Masked values as they stand, totals over one relation, and what has nothing to do with them.
#[test]
fn what_people_ask_is_still_answered() {
    let (_fixture, mut asker) = fixture("mask_measures_kept");
    let failures: Vec<String> = [
        ("SELECT name AS a FROM staff WHERE salary > (SELECT avg(salary) FROM staff)", 6),
        ("SELECT name AS a FROM staff WHERE salary = (SELECT max(salary) FROM staff)", 1),
        ("SELECT name AS a FROM staff s WHERE salary >= (SELECT max(salary) FROM staff t WHERE t.team = s.team)", 3),
        ("SELECT name AS a FROM staff WHERE salary IN (SELECT salary FROM staff WHERE id < 4)", 3),
        ("SELECT name AS a FROM staff WHERE salary IN (SELECT salary FROM staff WHERE id < 3 UNION SELECT salary FROM staff \
          WHERE id = 4)", 3),
        ("SELECT name AS a FROM staff WHERE salary > (SELECT avg(s.salary) FROM staff s JOIN numbers m ON m.n = s.id)", 6),
        ("WITH best AS (SELECT max(salary) AS s FROM staff) SELECT name AS a FROM staff WHERE salary = (SELECT s FROM best)", 1),
        ("SELECT team AS a FROM staff WHERE lower(badge) LIKE 'b%' GROUP BY ROLLUP (team) HAVING max(salary) > 100 ORDER BY 1", 4),
        ("SELECT team AS a FROM staff GROUP BY team HAVING avg(salary) > (SELECT avg(salary) FROM staff) ORDER BY 1", 2),
        ("SELECT team AS a FROM staff GROUP BY team HAVING max(salary) > min(salary)", 3),
        ("SELECT team AS a, GROUPING(team) AS g FROM staff GROUP BY ROLLUP (team) ORDER BY GROUPING(team), team", 4),
        ("SELECT team AS a, count(DISTINCT salary) AS n FROM staff GROUP BY team", 3),
        ("SELECT count(DISTINCT salary > 150) AS n FROM staff", 1),
        ("SELECT name AS a FROM staff UNION ALL SELECT letter FROM numbers WHERE n < 3 ORDER BY 1", 14),
        ("SELECT DISTINCT rank() OVER (ORDER BY salary) AS a FROM staff", 12),
        ("SELECT name AS a FROM people WHERE n > 198", 2),
        ("SELECT DISTINCT team AS a, count(*) OVER (PARTITION BY team) AS n FROM staff", 3),
        ("SELECT generate_series(1, count(*)) AS a FROM staff", 12),
        ("SELECT name AS a FROM staff ORDER BY random() LIMIT 2", 2),
    ]
    .into_iter()
    .filter_map(|(sql, expected)| match rows(&mut asker, sql) {
        Ok(rows) if rows.len() == expected && rows.iter().all(|row| !row.contains("***")) => None,
        other => Some(format!("{sql}\n    {other:?}")),
    })
    .collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// The order of masked values among each other is no secret.
#[test]
fn set_operations_of_masked_values_alone_are_sorted() {
    let (_fixture, mut asker) = fixture("mask_sets_alone");
    let sql = "SELECT name, salary FROM staff WHERE id <= 2 UNION ALL SELECT name, salary FROM staff WHERE id = 3 ORDER BY salary";
    let names: Vec<String> = rows(&mut asker, sql).unwrap();
    assert_eq!(names, ["n1", "n2", "n3"].map(|name| format!(r#"{{"name":"{name}","salary":"***"}}"#)));
}

/// Rows in the order of hashes would tell the values to whoever computes the hashes of all that they could be.
#[test]
fn the_order_of_rows_is_that_of_no_hashes() {
    let (mut fixture, mut asker) = fixture("mask_hashes");
    asker.run("SET work_mem = '64kB'; SET enable_sort = off; SET enable_mergejoin = off; SET enable_nestloop = off");
    let statements = [
        "SELECT n FROM staff, numbers WHERE id = 1 GROUP BY salary, n",
        "SELECT DISTINCT salary, n FROM staff, numbers WHERE id = 1",
        "SELECT n FROM (SELECT salary, n FROM staff, numbers WHERE id = 1 UNION SELECT salary, n FROM staff, numbers WHERE id = 2) q",
        "SELECT n FROM (SELECT salary, n FROM staff, numbers WHERE id = 1 INTERSECT SELECT salary, n FROM staff, numbers) q",
        "WITH q AS MATERIALIZED (SELECT salary, n, repeat('x', 1000) AS x FROM staff, numbers WHERE id = 1) \
         SELECT a.n FROM q a JOIN q b ON a.salary = b.salary AND a.n = b.n",
        "WITH q AS MATERIALIZED (SELECT salary, n, repeat('x', 1000) AS x FROM staff, numbers WHERE id = 1) \
         SELECT n FROM q WHERE EXISTS (SELECT FROM q p WHERE p.salary = q.salary AND p.n = q.n)",
    ];
    let before = statements.map(|sql| rows(&mut asker, sql));
    fixture.session.run("UPDATE staff SET salary = salary - 7 WHERE id = 1");
    for (sql, before) in statements.iter().zip(before) {
        let after = rows(&mut asker, sql);
        assert!(
            before.as_ref().is_ok_and(|rows| rows.len() >= 200) && before == after,
            "{sql}:\n{before:?}\n{after:?}"
        );
    }
}
