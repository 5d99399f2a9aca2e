//! How many rows a statement brings tells no masked value: there are as many, or none for the same reason, whatever the
//! value is.

use nl2sql_e2e::double::Reply;
use nl2sql_e2e::fixture::Fixture;
use nl2sql_e2e::session::quote;

const SCHEMA: &str = "
    CREATE TABLE payroll (id integer PRIMARY KEY, name text, salary integer);
    INSERT INTO payroll VALUES (1, 'Ada', 11), (2, 'Bob', 7), (3, 'Cyd', 5);
    CREATE TABLE numbers AS SELECT n FROM generate_series(1, 100) AS n;
    CREATE FUNCTION as_many() RETURNS SETOF integer LANGUAGE plpgsql STABLE
        AS 'BEGIN RETURN QUERY SELECT generate_series(1, p.salary) FROM public.payroll p WHERE p.id = 1; END';
    CREATE FUNCTION salary_of_ada() RETURNS integer LANGUAGE plpgsql STABLE
        AS 'BEGIN RETURN (SELECT p.salary FROM public.payroll p WHERE p.id = 1); END';
    CREATE VIEW listed AS SELECT n FROM numbers LIMIT (SELECT salary FROM payroll WHERE id = 1);
    CREATE TABLE bands (id integer, band integer) PARTITION BY LIST (band);
    CREATE TABLE bands_11 PARTITION OF bands FOR VALUES IN (11);
    CREATE TABLE bands_23 PARTITION OF bands FOR VALUES IN (23);
    INSERT INTO bands VALUES (1, 11);
    SECURITY LABEL FOR nl2sql ON COLUMN bands.band IS 'masked';
    SECURITY LABEL FOR nl2sql ON COLUMN payroll.salary IS 'masked'";

fn fixture(name: &str) -> Fixture {
    let mut fixture = Fixture::empty(name);
    fixture.session.run(SCHEMA);
    fixture.session.run("SET nl2sql.max_attempts = 1; SET nl2sql.max_cost = 0");
    fixture
}

/// The number of rows, or the SQLSTATE of the error.
fn rows(fixture: &mut Fixture, sql: &str) -> Result<usize, String> {
    let counted = fixture.session.try_texts(&format!("SELECT nl_run({})", quote(sql)));
    counted.map(|rows| rows.len()).map_err(|error| error.code().unwrap().code().to_owned())
}

const COUNTED: [&str; 23] = [
    "SELECT 1 AS a FROM payroll, generate_series(1, salary) WHERE id = 1 HAVING count(*) > 20 \
     UNION ALL SELECT 1 FROM payroll, generate_series(1, salary) WHERE id = 1 HAVING count(*) > 10",
    "SELECT 1 AS a FROM generate_series(1, 100) LIMIT (SELECT salary FROM payroll WHERE id = 1)",
    "SELECT 1 AS a FROM generate_series(1, 100) OFFSET (SELECT salary FROM payroll WHERE id = 1)",
    "SELECT generate_series(1, (SELECT salary FROM payroll WHERE id = 1)) AS a",
    "SELECT g FROM payroll p JOIN generate_series(1, 100) g ON g <= p.salary WHERE p.id = 1",
    "SELECT p.id FROM payroll p, generate_series(1, p.salary) WHERE p.id = 1",
    "SELECT a FROM (SELECT n AS a FROM numbers LIMIT (SELECT salary FROM payroll WHERE id = 1)) q",
    "WITH q AS (SELECT n FROM numbers, payroll p WHERE n <= p.salary AND p.id = 1) SELECT 1 AS a FROM q",
    "SELECT 1 AS a FROM numbers WHERE n <= (SELECT salary FROM payroll WHERE id = 1)",
    "SELECT 1 AS a FROM numbers WHERE n <= (SELECT count(*) FROM payroll, generate_series(1, salary) WHERE id = 1)",
    "SELECT 1 AS a FROM numbers JOIN (SELECT count(*) AS c FROM payroll p, generate_series(1, p.salary) WHERE p.id = 1) q ON n <= c",
    "SELECT 1 AS a FROM numbers LEFT JOIN payroll ON n <= salary AND id = 1 WHERE id = 1",
    "SELECT n FROM numbers UNION ALL SELECT g FROM payroll, generate_series(1, salary) g WHERE id = 1",
    "SELECT n FROM numbers EXCEPT SELECT g FROM payroll, generate_series(1, salary) g WHERE id = 1",
    "SELECT n FROM numbers, payroll WHERE id = 1 GROUP BY n, n <= salary HAVING n <= max(salary)",
    "SELECT DISTINCT least(n, salary) AS a FROM numbers, payroll WHERE id = 1",
    "SELECT n FROM numbers, payroll WHERE id = 1 ORDER BY greatest(n, salary) FETCH FIRST 1 ROW WITH TIES",
    "SELECT a FROM as_many() AS a",
    "SELECT n FROM numbers WHERE n <= salary_of_ada()",
    "SELECT n FROM numbers LIMIT salary_of_ada()",
    "SELECT n FROM listed",
    "WITH RECURSIVE r AS (SELECT 1 AS g UNION ALL SELECT g + 1 FROM r, payroll p WHERE p.id = 1 AND g < p.salary) SELECT g FROM r",
    "SELECT 1 AS a FROM bands_11 UNION ALL SELECT 1 FROM bands_23, generate_series(1, 5)",
];

#[test]
fn as_many_rows_come_whatever_the_value_is() {
    let mut fixture = fixture("masked_rows");
    let before: Vec<_> = COUNTED.iter().map(|sql| rows(&mut fixture, sql)).collect();
    fixture.session.run("UPDATE payroll SET salary = 23 WHERE id = 1; UPDATE bands SET band = 23 WHERE id = 1");
    let after: Vec<_> = COUNTED.iter().map(|sql| rows(&mut fixture, sql)).collect();
    let told: Vec<_> =
        COUNTED.iter().zip(before.iter().zip(&after)).filter(|(_, (before, after))| before != after).collect();
    assert!(told.is_empty(), "{} tell: {told:#?}", told.len());
    assert!(before.iter().all(|rows| rows.as_ref().err().is_none_or(|code| code == "2F003")), "{before:?}");
}

/// No other function of the extension counts them either.
#[test]
fn neither_charts_nor_cursors_nor_answers_count_them() {
    let mut fixture = fixture("masked_points");
    fixture.double.answer("count", Reply::sql(COUNTED[0]));
    for call in [
        "nl_ask('count')",
        "nl_plot('count')",
        "nl_chart('count')",
        "nl_sql('count')",
        "nl_answer('count')",
        "nl_open('count')",
        "nl_columns('count')",
    ] {
        fixture.session.error(&format!("SELECT {call}"), "2F003");
    }
    let chat = fixture.session.text("SELECT nl_chat('count')");
    assert!(chat.contains("2F003") || chat.contains("refus"), "{chat}");
    let check = format!("SELECT sqlstate || COALESCE(estimated_rows::text, '') FROM nl_check({})", quote(COUNTED[0]));
    assert_eq!(fixture.session.text(&check), "2F003");
}

/// One row tells nothing, nor does the number of rows that labelled values do not decide.
#[test]
fn what_has_as_many_rows_as_ever_is_answered() {
    let mut fixture = fixture("masked_rows_kept");
    for (sql, expected) in [
        ("SELECT count(*) AS a FROM payroll, generate_series(1, salary) WHERE id = 1", 1),
        ("SELECT count(*) FILTER (WHERE n <= salary) AS a FROM numbers, payroll LIMIT 1", 1),
        ("SELECT name, (SELECT count(*) FROM numbers WHERE n <= salary) AS a FROM payroll", 3),
        ("SELECT name, salary FROM payroll ORDER BY salary % 10, salary", 3),
        ("SELECT name, rank() OVER (ORDER BY salary % 10) AS a FROM payroll", 3),
        ("SELECT name FROM payroll WHERE salary > 6", 2),
        ("SELECT name, sum(salary) AS a FROM payroll GROUP BY name ORDER BY sum(salary) LIMIT 2", 2),
        ("SELECT a.name FROM payroll a JOIN payroll b ON a.salary = b.salary", 3),
        ("SELECT salary, name FROM payroll UNION ALL SELECT n, 'x' FROM numbers WHERE n < 3", 5),
        ("SELECT salary_of_ada() AS a", 1),
        ("SELECT (SELECT count(*) FROM bands_11) + (SELECT count(*) FROM bands_23) AS a", 1),
    ] {
        assert_eq!(rows(&mut fixture, sql), Ok(expected), "{sql}");
    }
}
