//! Masked values that a statement tries to bring out some other way than by naming the column in its list: by comparing,
//! joining, counting, sorting, through functions and row types. And what must still be answered beside them.

use nl2sql_e2e::double::Reply;
use nl2sql_e2e::fixture::Fixture;
use serde_json::Value;

/// Code that reads the labelled table, in ways that show in no tree of the statement.
const SCHEMA: &str = "
    CREATE FUNCTION contact(integer) RETURNS text LANGUAGE sql STABLE
        AS 'SELECT c.email::text FROM public.customers c WHERE c.id = $1';
    CREATE FUNCTION contact_block(integer) RETURNS text LANGUAGE plpgsql STABLE
        AS 'BEGIN RETURN (SELECT c.email FROM public.customers c WHERE c.id = $1); END';
    CREATE FUNCTION contact_made(integer) RETURNS text LANGUAGE plpgsql STABLE
        AS $$ DECLARE r text; BEGIN EXECUTE 'SELECT email FROM public.cust' || 'omers WHERE id = $1' INTO r USING $1; RETURN r; END $$;
    CREATE FUNCTION contact_by_other(integer) RETURNS text LANGUAGE sql STABLE AS 'SELECT public.contact_block($1)';
    CREATE FUNCTION contacts() RETURNS TABLE(id integer, e text) LANGUAGE sql STABLE
        AS 'SELECT c.id, c.email::text FROM public.customers c';
    CREATE FUNCTION whole_rows() RETURNS SETOF customers LANGUAGE sql STABLE AS 'SELECT * FROM public.customers c';
    CREATE FUNCTION whole_row(integer) RETURNS customers LANGUAGE plpgsql STABLE
        AS 'DECLARE r public.customers; BEGIN SELECT * INTO r FROM public.customers WHERE id = $1; RETURN r; END';
    CREATE FUNCTION array_of_rows() RETURNS customers[] LANGUAGE sql STABLE
        AS 'SELECT array_agg(c) FROM public.customers c WHERE c.id < 3';
    CREATE FUNCTION step(text, integer) RETURNS text LANGUAGE sql STABLE AS 'SELECT public.contact($2)';
    CREATE AGGREGATE last_contact(integer) (SFUNC = step, STYPE = text, INITCOND = '');
    CREATE VIEW addresses AS SELECT id, email FROM customers;
    CREATE FUNCTION contact_of_view(integer) RETURNS text LANGUAGE sql STABLE
        AS 'SELECT a.email::text FROM public.addresses a WHERE a.id = $1';
    CREATE FUNCTION contact_atomic(n integer) RETURNS text LANGUAGE sql STABLE
        BEGIN ATOMIC SELECT c.email::text FROM public.customers c WHERE c.id = n; END;
    CREATE FUNCTION with_default(x text DEFAULT contact(1)) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT x';
    CREATE FUNCTION shout(text) RETURNS text LANGUAGE sql IMMUTABLE AS $$SELECT upper($1) || '!'$$;
    CREATE FUNCTION shout_block(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RETURN upper($1) || '!'; END$$;
    CREATE TABLE archive (id integer, who customers, all_of_them customers[]);
    INSERT INTO archive SELECT 1, c, ARRAY[c] FROM customers c WHERE c.id = 1;
    CREATE FUNCTION contact_of_archive() RETURNS text LANGUAGE sql STABLE
        AS 'SELECT (a.who).email::text FROM public.archive a';
    CREATE TABLE \"Pay\"\"roll\" (id integer, note text);
    INSERT INTO \"Pay\"\"roll\" VALUES (1, 'a note');
    CREATE FUNCTION note() RETURNS text LANGUAGE plpgsql STABLE
        AS 'BEGIN RETURN (SELECT p.note FROM public.\"Pay\"\"roll\" p); END';
    CREATE TABLE subscribers (address text, topic text);
    INSERT INTO subscribers SELECT email, 'topic ' || id FROM customers WHERE id <= 3;
    CREATE TABLE visits (at integer, who text, n integer);
    INSERT INTO visits SELECT 1000 - g, c.email, g FROM customers c, generate_series(33, 126) g WHERE c.id = 1;
    CREATE TABLE letters (code integer, letter text);
    INSERT INTO letters SELECT g, chr(g) FROM generate_series(33, 126) g";

fn fixture(name: &str) -> (Fixture, String) {
    let mut fixture = Fixture::shop(name);
    let address = fixture.session.text("SELECT email FROM customers WHERE id = 1");
    fixture.session.run(SCHEMA);
    fixture.session.run("SECURITY LABEL FOR nl2sql ON COLUMN customers.email IS 'masked'");
    fixture.session.run("SECURITY LABEL FOR nl2sql ON COLUMN visits.who IS 'masked'");
    fixture.session.run("SECURITY LABEL FOR nl2sql ON TABLE \"Pay\"\"roll\" IS 'masked'");
    fixture.session.run("SET nl2sql.max_attempts = 1");
    (fixture, address)
}

/// What a statement brings out: rows, or the error.
fn outcome(fixture: &mut Fixture, sql: &str) -> Result<Vec<Value>, String> {
    fixture.double.answer("try", Reply::sql(sql));
    fixture.session.try_ask("try").map_err(|error| format!("{:?}", error.as_db_error()))
}

/// Nothing but masks comes out, or the statement is refused for what it does.
fn brings_nothing_out(fixture: &mut Fixture, address: &str, sql: &str) -> Option<String> {
    match outcome(fixture, sql) {
        Err(error) if error.contains("2F003") && !error.contains(address) => None,
        Err(error) => Some(format!("{sql}\n    fails with {error}")),
        Ok(rows) if rows.is_empty() => Some(format!("{sql}\n    brings no rows, so shows nothing about masks")),
        Ok(rows) => {
            let bare = rows.iter().find(|row| row.as_object().unwrap().values().any(|value| value != "***"));
            bare.map(|row| format!("{sql}\n    brings out {row}"))
        }
    }
}

#[track_caller]
fn all_bring_nothing_out(name: &str, statements: &[&str]) {
    let (mut fixture, address) = fixture(name);
    let failures: Vec<String> =
        statements.iter().filter_map(|sql| brings_nothing_out(&mut fixture, &address, sql)).collect();
    assert!(failures.is_empty(), "{} of {}:\n{}", failures.len(), statements.len(), failures.join("\n"));
}

#[test]
fn what_a_masked_value_is_compared_with_is_masked() {
    all_bring_nothing_out(
        "mask_compared",
        &[
            "SELECT c.id, string_agg(chr(g), '' ORDER BY i) AS e FROM customers c JOIN generate_series(1, 40) i ON true \
             JOIN generate_series(33, 126) g ON substr(c.email, i, 1) = chr(g) WHERE c.id <= 3 GROUP BY c.id",
            "SELECT l.code FROM customers c, letters l WHERE l.letter = substr(c.email, 1, 1) AND c.id = 1",
            "SELECT s.topic FROM customers c JOIN subscribers s ON s.address = c.email WHERE c.id = 1",
            "SELECT s.address FROM customers c JOIN subscribers s ON s.address LIKE c.email WHERE c.id = 1",
            "SELECT v.b FROM customers c JOIN (VALUES ('a', 1), ('b', 2), ('c', 3), ('d', 4), ('e', 5), ('f', 6), \
             ('g', 7), ('h', 8), ('i', 9), ('j', 10), ('k', 11), ('l', 12), ('m', 13), ('n', 14), ('o', 15), ('p', 16), \
             ('r', 17), ('s', 18), ('t', 19), ('v', 20)) v(a, b) ON starts_with(c.email, v.a) WHERE c.id = 1",
            "SELECT l2.letter FROM customers c JOIN letters l ON l.letter = substr(c.email, 1, 1) \
             JOIN letters l2 ON l2.code = l.code WHERE c.id = 1",
            "SELECT g FROM customers c, generate_series(33, 126) g WHERE c.id = 1 AND NOT (chr(g) <> substr(c.email, 1, 1))",
            "SELECT g FROM customers c, generate_series(33, 126) g WHERE c.id = 1 \
             AND CASE WHEN ascii(c.email) = g THEN true ELSE false END",
            "SELECT g FROM customers c, generate_series(33, 126) g WHERE c.id = 1 AND g = (SELECT ascii(c.email))",
            "SELECT g FROM generate_series(33, 126) g WHERE g = (SELECT ascii(email) FROM customers WHERE id = 1)",
            "SELECT g FROM generate_series(33, 126) g WHERE g IN (SELECT ascii(email) FROM customers)",
            "SELECT g FROM generate_series(33, 126) g WHERE EXISTS \
             (SELECT FROM customers c WHERE c.id = 1 AND ascii(c.email) = g)",
            "SELECT q.g FROM customers c, LATERAL (SELECT g FROM generate_series(33, 126) g WHERE chr(g) = substr(c.email, 1, 1)) q \
             WHERE c.id = 1",
            "SELECT n FROM (SELECT email, row_number() OVER (ORDER BY id) AS n FROM customers) a \
             WHERE n = ascii(email) % 5 + 1",
            "WITH l AS (SELECT g, chr(g) AS letter FROM generate_series(33, 126) g) SELECT l.g FROM l \
             JOIN customers c ON left(c.email, 1) = l.letter WHERE c.id = 1",
            "SELECT at FROM visits WHERE chr(n) = left(who, 1)",
            "SELECT at FROM visits v WHERE ascii(who) = (SELECT v.n)",
            "SELECT v.n FROM (SELECT at FROM visits WHERE ascii(who) = n) q JOIN visits v USING (at)",
            "SELECT at FROM visits v WHERE EXISTS (SELECT FROM customers c WHERE c.id = 1 AND ascii(c.email) = v.n)",
            "SELECT at FROM visits v WHERE ascii(who) = (SELECT v.n + 0 * ascii(max(c.email)) FROM customers c)",
            "SELECT s.topic FROM (SELECT email AS address FROM customers WHERE id = 1) c NATURAL JOIN subscribers s",
            "SELECT topic FROM subscribers s WHERE (SELECT count(*) FROM customers c WHERE c.email = s.address) = 1",
            "SELECT topic FROM subscribers WHERE address = ANY (SELECT email FROM customers WHERE id = 1)",
            "SELECT (SELECT topic FROM subscribers WHERE address = email) AS e FROM customers WHERE id = 1",
            "SELECT l.letter FROM customers c, letters l, LATERAL starts_with(c.email, l.letter) b WHERE b AND c.id = 1",
            "SELECT l.letter, q.one FROM letters l LEFT JOIN (SELECT left(email, 1) AS k, 1 AS one FROM customers \
             WHERE id = 1) q ON q.k = l.letter",
            "SELECT l.letter FROM customers c, letters l WHERE c.id = 1 AND (left(c.email, 1), 1) = (l.letter, 1)",
            "SELECT l.letter FROM customers c JOIN letters l ON jsonb_path_exists(jsonb_build_object('e', c.email), \
             '$ ? (@.e starts with \"d\")') AND jsonb_build_object('e', left(c.email, 1)) @> jsonb_build_object('e', l.letter) \
             WHERE c.id = 1",
            "SELECT code FROM letters WHERE letter IN (SELECT left(q.x, 1) FROM json_each_text( \
             (SELECT to_json(c) FROM customers c WHERE id = 1)) AS q(k, x) WHERE q.k = 'email')",
            "SELECT g FROM generate_series(33, 126) g \
             JOIN (SELECT ascii(email) AS g FROM customers WHERE id = 1) q USING (g)",
        ],
    );
}

#[test]
fn how_many_rows_there_are_tells_no_masked_value() {
    all_bring_nothing_out(
        "mask_counted",
        &[
            "SELECT c.id, count(*) AS n FROM customers c JOIN generate_series(1, 126) g ON g <= ascii(c.email) \
             WHERE c.id <= 3 GROUP BY c.id",
            "SELECT c.id FROM customers c JOIN generate_series(1, 126) g ON g <= ascii(c.email) WHERE c.id = 1",
            "SELECT (SELECT count(*) FROM generate_series(1, 126) g WHERE g <= ascii(c.email)) AS n FROM customers c WHERE id = 1",
            "SELECT count(*) FILTER (WHERE g <= ascii(email)) AS n FROM customers, generate_series(1, 126) g WHERE id = 1",
            "SELECT count(nullif(g <= ascii(email), false)) AS n FROM customers, generate_series(1, 126) g WHERE id = 1",
            "SELECT c.id FROM customers c, generate_series(1, ascii(c.email)) g WHERE c.id = 1",
            "SELECT count(*) AS n FROM customers c, generate_series(1, ascii(c.email)) g WHERE c.id = 1",
            "SELECT id FROM (SELECT id, generate_series(1, ascii(email)) FROM customers WHERE id = 1) q",
            "SELECT count(*) AS n FROM customers c, unnest(string_to_array(c.email, '.')) p WHERE c.id = 1",
            "SELECT g FROM generate_series(1, 200) g LIMIT (SELECT ascii(email) FROM customers WHERE id = 1)",
            "SELECT min(g) AS n FROM (SELECT g FROM generate_series(1, 200) g \
             OFFSET (SELECT ascii(email) FROM customers WHERE id = 1)) q",
            "SELECT h FROM customers c, generate_series(1, 126) h, generate_series(1, 126) g WHERE g <= h AND c.id = 1 \
             GROUP BY c.id, c.email, h HAVING count(*) = ascii(c.email)",
            "SELECT EXISTS (SELECT FROM generate_series(33, 126) g WHERE chr(g) = c.email) AS e, g \
             FROM customers c, generate_series(33, 34) g WHERE c.id = 1 AND starts_with(c.email, chr(g)) IS NOT NULL",
            "SELECT count(*) AS n FROM customers c, generate_series(1, 2000) g WHERE c.id = 1 AND random() * 128 < ascii(c.email)",
        ],
    );
}

#[test]
fn sorting_and_grouping_with_known_values_tells_no_masked_one() {
    all_bring_nothing_out(
        "mask_sorted",
        &[
            "SELECT id FROM (SELECT id, left(email, 1) AS k FROM customers WHERE id = 1 \
             UNION ALL SELECT -g, chr(g) FROM generate_series(33, 126) g) q ORDER BY k, id",
            "SELECT min(id) AS n FROM (SELECT id, left(email, 1) AS k FROM customers WHERE id = 1 \
             UNION ALL SELECT -g, chr(g) FROM generate_series(33, 126) g) q GROUP BY k HAVING count(*) = 2",
            "SELECT n FROM (SELECT chr(g) AS k, g AS n FROM generate_series(33, 126) g INTERSECT \
             SELECT left(email, 1), n FROM customers, generate_series(33, 126) n WHERE id = 1) q",
            "SELECT DISTINCT ON (c.id) l.letter FROM customers c, letters l WHERE c.id = 1 \
             ORDER BY c.id, l.letter = left(c.email, 1) DESC",
            "SELECT (array_agg(l.letter ORDER BY l.letter = left(c.email, 1) DESC))[1] AS e FROM customers c, letters l WHERE c.id = 1",
            "SELECT first_value(l.letter) OVER (ORDER BY l.letter = left(c.email, 1) DESC) AS e \
             FROM customers c, letters l WHERE c.id = 1",
            "SELECT q.letter FROM customers c, LATERAL (SELECT letter FROM letters \
             ORDER BY letter = left(c.email, 1) DESC LIMIT 1) q WHERE c.id = 1",
            "SELECT max(n) AS n FROM (SELECT row_number() OVER (ORDER BY k) AS n FROM (SELECT left(email, 1) AS k FROM customers \
             WHERE id = 1 UNION ALL SELECT letter FROM letters) q) r",
            "SELECT id, dense_rank() OVER (ORDER BY left(email, 1)) AS r FROM customers WHERE id <= 3",
            "SELECT id FROM customers ORDER BY left(email, 1), id LIMIT 3",
            "SELECT id FROM (SELECT id, left(email, 1) AS k FROM customers) q ORDER BY k, id LIMIT 3",
            "SELECT array_agg(id) AS ids FROM customers GROUP BY left(email, 1)",
            "SELECT b.id FROM customers a JOIN customers b ON left(a.email, 1) = left(b.email, 1) WHERE a.id = 1",
            "SELECT a.id, count(DISTINCT left(b.email, 1)) AS n FROM customers a \
             JOIN customers b ON left(b.email, 1) <= left(a.email, 1) WHERE a.id <= 2 GROUP BY a.id",
            "WITH RECURSIVE r AS (SELECT 33 AS g UNION ALL SELECT g + 1 FROM r, customers c \
             WHERE c.id = 1 AND g < ascii(c.email)) SELECT max(g) AS g FROM r",
        ],
    );
}

/// Guesses that stand in the statement as constants are answered, as docs/labels.md says; but not as many as make a value.
#[test]
fn one_statement_does_not_guess_a_value_letter_by_letter() {
    let (mut fixture, address) = fixture("mask_guesses");
    let guesses = |template: &str, separator: &str| {
        let one = |letter: char| template.replace('@', &letter.to_string());
        ('a'..='z').map(one).collect::<Vec<_>>().join(separator)
    };
    for sql in [
        guesses("SELECT '@' AS e FROM customers WHERE id = 1 AND email LIKE '@%'", " UNION ALL "),
        format!(
            "SELECT coalesce({}) AS e",
            guesses("(SELECT '@' FROM customers WHERE id = 1 AND email LIKE '@%')", ", ")
        ),
        format!(
            "SELECT g FROM customers, generate_series(97, 122) g WHERE id = 1 AND ({})",
            guesses("email LIKE '@%' AND chr(g) = '@'", " OR ")
        ),
        format!("SELECT {} FROM customers WHERE id = 1", guesses("count(*) FILTER (WHERE email LIKE '@%')", ", ")),
    ] {
        let failure = brings_nothing_out(&mut fixture, &address, &sql);
        assert!(failure.is_none(), "{failure:?}");
    }
}

#[test]
fn functions_that_read_the_table_bring_nothing_out() {
    all_bring_nothing_out(
        "mask_functions",
        &[
            "SELECT contact(1) AS e",
            "SELECT contact_block(1) AS e",
            "SELECT contact_made(1) AS e",
            "SELECT contact_by_other(1) AS e",
            "SELECT contact_of_view(1) AS e",
            "SELECT contact_atomic(1) AS e",
            "SELECT contact_of_archive() AS e",
            "SELECT note() AS e",
            "SELECT with_default() AS e",
            "SELECT last_contact(1) AS e",
            "SELECT id, e FROM contacts() WHERE id <= 2",
            "SELECT upper(x) AS e FROM contact(1) x",
            "SELECT email FROM whole_rows() WHERE id = 1",
            "SELECT w AS e FROM whole_rows() w WHERE id = 1",
            "SELECT (whole_row(1)).email AS e",
            "SELECT whole_row(1) AS e",
            "SELECT to_json(array_of_rows()) AS e",
            "SELECT (who).email AS e FROM archive",
            "SELECT who AS e FROM archive",
            "SELECT all_of_them AS e FROM archive",
            "SELECT (u).email AS e FROM archive, unnest(all_of_them) u",
            "SELECT l.letter FROM letters l WHERE l.letter = left(contact(1), 1)",
            "SELECT shout(email) AS e FROM customers WHERE id = 1",
            "SELECT shout_block(email) AS e FROM customers WHERE id = 1",
        ],
    );
}

#[test]
fn hidden_columns_are_refused_in_row_types() {
    let (mut fixture, _) = fixture("mask_hidden");
    fixture.session.run("SECURITY LABEL FOR nl2sql ON COLUMN customers.newsletter IS 'hidden'");
    for sql in [
        "SELECT newsletter FROM whole_rows()",
        "SELECT (whole_row(1)).newsletter",
        "SELECT (who).newsletter FROM archive",
        "SELECT count(*) FROM whole_rows() w WHERE w.newsletter",
        "SELECT to_json(w) FROM whole_rows() w",
        "SELECT * FROM json_populate_record(NULL::customers, '{}')",
    ] {
        let error = outcome(&mut fixture, sql).expect_err(sql);
        let is_named = ["using public.customers.", "using a hidden column"].iter().any(|text| error.contains(text));
        assert!(error.contains("2F003") && is_named, "{sql}: {error}");
    }
}

/// Masks cover what is made of masked values and nothing else.
#[test]
fn everything_else_is_still_answered() {
    let (mut fixture, _) = fixture("mask_others");
    let failures: Vec<String> = [
        ("SELECT name AS a FROM customers WHERE email LIKE '%@example.com' AND id = 1", 1),
        ("SELECT count(email) AS a FROM customers", 1),
        ("SELECT count(DISTINCT email) AS a FROM customers", 1),
        ("SELECT count(*) AS a FROM customers WHERE email ILIKE '%berlin%' OR city = 'Berlin'", 1),
        ("SELECT count(*) FILTER (WHERE email LIKE '%1%') AS a FROM customers", 1),
        ("SELECT name AS a FROM customers ORDER BY email LIMIT 3", 3),
        ("SELECT count(*) AS a FROM customers GROUP BY email LIKE '%1%'", 2),
        ("SELECT city AS a FROM customers GROUP BY city ORDER BY max(email) LIMIT 2", 2),
        ("SELECT c.name AS a, o.total AS b FROM customers c JOIN orders o ON o.customer_id = c.id \
          WHERE c.email = lower('ADA.ADLER1@EXAMPLE.COM') OR c.id = 1 ORDER BY o.id LIMIT 1", 1),
        ("SELECT a.id AS a, b.id AS b FROM customers a JOIN customers b ON a.email = b.email WHERE a.id = 1", 1),
        ("SELECT name AS a FROM customers WHERE email > (SELECT min(email) FROM customers) ORDER BY id LIMIT 2", 2),
        ("SELECT name AS a FROM customers c WHERE email > (SELECT min(email) FROM customers d WHERE d.city = c.city) \
          ORDER BY id LIMIT 2", 2),
        ("SELECT name AS a FROM customers c WHERE email IN (SELECT address FROM subscribers)", 3),
        ("WITH x AS (SELECT * FROM customers WHERE email LIKE 'a%') SELECT count(*) AS a FROM x", 1),
        ("SELECT city AS a, count(*) AS b FROM customers WHERE email IS NOT NULL GROUP BY city ORDER BY 2 DESC LIMIT 1", 1),
        ("SELECT shout(name) AS a FROM customers WHERE id = 1", 1),
        ("SELECT shout_block(name) AS a FROM customers WHERE id = 1", 1),
        ("SELECT id AS a FROM addresses WHERE email LIKE '%1%' ORDER BY id LIMIT 1", 1),
        ("SELECT (who).name AS a FROM archive", 1),
        ("SELECT id AS a FROM archive", 1),
        ("SELECT code AS a FROM letters WHERE letter = 'x'", 1),
    ]
    .into_iter()
    .filter_map(|(sql, expected)| match outcome(&mut fixture, sql) {
        Err(error) => Some(format!("{sql}\n    {error}")),
        Ok(rows) if rows.len() != expected => Some(format!("{sql}\n    {} rows", rows.len())),
        Ok(rows) => {
            let masked = rows.iter().find(|row| row.as_object().unwrap().values().any(|value| value == "***"));
            masked.map(|row| format!("{sql}\n    {row}"))
        }
    })
    .collect();
    assert!(failures.is_empty(), "{} deviate:\n{}", failures.len(), failures.join("\n"));
}
