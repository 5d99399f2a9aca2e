//! SQL that later major versions of PostgreSQL brought: what reads is run and told in words, what writes is refused, and masks hold.
//! Each runs where the server knows it; on an older one the parser's error is no verdict of the guard's.

use nl2sql_e2e::fixture::Fixture;
use nl2sql_e2e::server::{lacks, major};
use nl2sql_e2e::session::quote;

/// Documents, with a version of each in text; reviewers' addresses are masked.
const DOCUMENTS: &str = "
    CREATE TABLE documents (id integer PRIMARY KEY, title text, body jsonb, reviewer text);
    INSERT INTO documents VALUES
        (1, 'one', '{\"pages\": 3, \"tags\": [\"a\", \"b\"]}', 'ann@example.org'),
        (2, 'two', '{\"pages\": 5, \"tags\": []}', 'bob@example.org');
    SECURITY LABEL FOR nl2sql ON COLUMN documents.reviewer IS 'masked'";

fn documents(name: &str) -> Fixture {
    let mut fixture = Fixture::empty(name);
    fixture.session.run(DOCUMENTS);
    fixture.session.run("SET nl2sql.model = 'builtin'");
    fixture
}

/// First major version that knows it, the statement, its rows as json, a part of its description.
const READS: &[(u32, &str, &[&str], &str)] = &[
    (16, "SELECT any_value(title) AS v FROM documents WHERE id = 1", &[r#"{"v":"one"}"#], "any_value"),
    (16, "SELECT 1_000 + 0x1F AS v", &[r#"{"v":1031}"#], "1000 + 31"),
    (16, "SELECT JSON_OBJECT('id' VALUE id) AS v FROM documents WHERE id = 1", &[r#"{"v":{"id" : 1}}"#], "json_object"),
    (16, "SELECT JSON_ARRAY(id, title) AS v FROM documents WHERE id = 1", &[r#"{"v":[1, "one"]}"#], "json_array"),
    (16, "SELECT JSON_ARRAYAGG(id ORDER BY id) AS v FROM documents", &[r#"{"v":[1, 2]}"#], "id"),
    (16, "SELECT JSON_OBJECTAGG(title : id) AS v FROM documents WHERE id = 2", &[r#"{"v":{ "two" : 2 }}"#], "title"),
    (16, "SELECT title AS v FROM documents WHERE title IS JSON", &[], "is_json"),
    (17, "SELECT JSON_SCALAR(id) AS v FROM documents WHERE id = 1", &[r#"{"v":1}"#], "json_scalar"),
    (
        17,
        "SELECT JSON_SERIALIZE(body::json) AS v FROM documents WHERE id = 2",
        &[r#"{"v":"{\"tags\": [], \"pages\": 5}"}"#],
        "json_serialize",
    ),
    (
        17,
        "SELECT JSON_VALUE(body, '$.pages' RETURNING integer) AS v FROM documents ORDER BY id",
        &[r#"{"v":3}"#, r#"{"v":5}"#],
        "json_value",
    ),
    (17, "SELECT JSON_QUERY(body, '$.tags') AS v FROM documents WHERE id = 1", &[r#"{"v":["a", "b"]}"#], "json_query"),
    (
        17,
        "SELECT id AS v FROM documents WHERE JSON_EXISTS(body, '$.tags[*] ? (@ == $t)' PASSING 'a' AS t)",
        &[r#"{"v":1}"#],
        "json_exists",
    ),
    (
        17,
        "SELECT t.tag AS v FROM documents d, JSON_TABLE(d.body, '$.tags[*]' COLUMNS (tag text PATH '$')) AS t ORDER BY 1",
        &[r#"{"v":"a"}"#, r#"{"v":"b"}"#],
        "rows made of a document",
    ),
    (18, "SELECT uuid_extract_version(uuidv7()) AS v", &[r#"{"v":7}"#], "uuidv7"),
    (18, "SELECT array_sort(ARRAY[2, 1]) AS v", &[r#"{"v":[1,2]}"#], "array_sort"),
    (18, "SELECT casefold('Straße') AS v", &[r#"{"v":"straße"}"#], "casefold"),
];

#[test]
fn what_reads_is_answered_and_told_in_words() {
    let mut fixture = documents("new_reads");
    let (session, major) = (&mut fixture.session, major());
    for (since, sql, rows, told) in READS {
        if major < *since {
            session.failure(sql);
            continue;
        }
        assert_eq!(session.texts(&format!("SELECT nl_run({})", quote(sql))), *rows, "{sql}");
        let description = session.text(&format!("SELECT nl_explain({})", quote(sql)));
        assert!(description.contains(told), "{sql}: {description}");
    }
}

/// First major version that knows it, and the statement.
const WRITES: &[(u32, &str)] = &[
    (15, "MERGE INTO documents USING (VALUES (1)) AS v (id) ON documents.id = v.id WHEN MATCHED THEN DELETE"),
    (
        17,
        "MERGE INTO documents USING (VALUES (1)) AS v (id) ON documents.id = v.id WHEN MATCHED THEN DELETE RETURNING title",
    ),
    (
        17,
        "WITH gone AS (MERGE INTO documents USING (VALUES (1)) AS v (id) ON documents.id = v.id
              WHEN MATCHED THEN DELETE RETURNING merge_action(), title) SELECT * FROM gone",
    ),
    (
        17,
        "SELECT (WITH gone AS (MERGE INTO documents USING (VALUES (1)) AS v (id) ON documents.id = v.id
              WHEN NOT MATCHED BY SOURCE THEN DELETE RETURNING title) SELECT count(*) FROM gone)",
    ),
    (18, "UPDATE documents SET title = 'x' RETURNING old.title, new.title"),
    (
        18,
        "WITH changed AS (UPDATE documents SET title = 'x' RETURNING old.title AS was, new.title AS is_now)
              SELECT * FROM changed",
    ),
    (18, "WITH made AS (INSERT INTO documents VALUES (3) RETURNING WITH (OLD AS o, NEW AS n) n.id) SELECT * FROM made"),
];

#[test]
fn what_writes_is_refused() {
    let mut fixture = documents("new_writes");
    let (session, major) = (&mut fixture.session, major());
    let rows = "SELECT string_agg(d::text, ' ' ORDER BY id) FROM documents AS d";
    let before = session.text(rows);
    for (since, sql) in WRITES {
        let run = format!("SELECT nl_run({})", quote(sql));
        let error = session.failure(&run);
        // An older parser may not know it.
        assert!(error.code().code() == "25006" || major < *since, "{sql}: {error:?}");
    }
    assert_eq!(session.text(rows), before);
}

/// A mask holds through the forms that no function stands behind.
#[test]
fn masks_hold_in_new_forms() {
    let mut fixture = documents("new_masks");
    let (session, major) = (&mut fixture.session, major());
    for (since, sql) in [
        (16, "SELECT any_value(reviewer) AS v FROM documents"),
        (16, "SELECT JSON_OBJECT('r' VALUE reviewer) AS v FROM documents WHERE id = 1"),
        (16, "SELECT JSON_ARRAYAGG(reviewer) AS v FROM documents"),
        (17, "SELECT JSON_SCALAR(reviewer) AS v FROM documents WHERE id = 1"),
        (17, "SELECT JSON_VALUE(to_jsonb(reviewer), '$') AS v FROM documents WHERE id = 1"),
        (
            17,
            "SELECT JSON_VALUE(body, '$.pages ? ($r starts with \"ann\")' PASSING reviewer AS r) AS v FROM documents WHERE id = 1",
        ),
        (18, "SELECT casefold(reviewer) AS v FROM documents WHERE id = 1"),
    ] {
        if major >= since {
            assert_eq!(session.texts(&format!("SELECT nl_run({})", quote(sql))), [r#"{"v":"***"}"#], "{sql}");
        }
    }
    // How many rows a document makes would tell of it.
    let made = "SELECT t.v FROM documents d, JSON_TABLE(to_jsonb(d.reviewer), '$' COLUMNS (v text PATH '$')) AS t";
    if major >= 17 {
        session.error(&format!("SELECT nl_run({})", quote(made)), "2F003");
    }
}

/// A virtual column is computed when it is read, and stands in the tree as a column until the planner comes to it.
#[test]
fn virtual_columns_are_read_judged_and_masked() {
    if lacks(&["PostgreSQL 18"]) {
        return;
    }
    let mut fixture = documents("virtual_columns");
    let session = &mut fixture.session;
    session.run(
        "ALTER TABLE documents ADD COLUMN pages integer GENERATED ALWAYS AS ((body ->> 'pages')::integer) VIRTUAL,
             ADD COLUMN host text GENERATED ALWAYS AS (split_part(reviewer, '@', 2)) VIRTUAL",
    );
    let mut run = |sql: &str| session.texts(&format!("SELECT nl_run({})", quote(sql)));
    assert_eq!(run("SELECT pages FROM documents WHERE pages > 4"), [r#"{"pages":5}"#]);
    assert_eq!(run("SELECT sum(pages) AS s FROM documents GROUP BY pages > 0"), [r#"{"s":8}"#]);
    assert_eq!(run("SELECT host FROM documents WHERE id = 1"), [r#"{"host":"***"}"#]);
    assert_eq!(run("SELECT upper(d.host) AS h FROM (SELECT * FROM documents WHERE id = 1) AS d"), [r#"{"h":"***"}"#]);
    assert_eq!(run("SELECT count(*) FROM documents WHERE host = title"), [r#"{"count":"***"}"#]);
    let description = session.text("SELECT nl_explain('SELECT sum(pages) FROM documents')");
    assert!(description.contains("pages"), "{description}");
    assert!(session.text("SELECT nl_prompt('pages of documents')").contains("pages"));
    assert_eq!(
        session.ask("sum of pages of documents")[0].as_object().and_then(|row| row.values().next()),
        Some(&8.into())
    );
    // No code of a stranger can be behind one: the server refuses it.
    session.run("CREATE FUNCTION twice(integer) RETURNS integer IMMUTABLE LANGUAGE sql AS 'SELECT $1 * 2'");
    session.failure("ALTER TABLE documents ADD COLUMN t integer GENERATED ALWAYS AS (twice(id)) VIRTUAL");
}

/// Keys over ranges of time are no plain columns: they make no join of equals, and are in nobody's way.
#[test]
fn tables_with_temporal_keys_are_asked_like_others() {
    if lacks(&["PostgreSQL 18"]) {
        return;
    }
    let mut fixture = documents("temporal_keys");
    let session = &mut fixture.session;
    session.run(
        "CREATE TABLE rooms (room int4range, valid daterange, size integer, PRIMARY KEY (room, valid WITHOUT OVERLAPS));
         CREATE TABLE stays (stay integer PRIMARY KEY, room int4range, during daterange,
             FOREIGN KEY (room, PERIOD during) REFERENCES rooms (room, PERIOD valid));
         INSERT INTO rooms VALUES ('[1,2)', '[2025-01-01,2026-01-01)', 20), ('[2,3)', '[2025-01-01,2026-01-01)', 30);
         INSERT INTO stays VALUES (1, '[1,2)', '[2025-03-01,2025-03-05)')",
    );
    assert_eq!(session.ask("how many rooms are there").len(), 1);
    assert_eq!(session.ask("how many stays are there").len(), 1);
    let joined = "SELECT s.stay, r.size FROM stays s JOIN rooms r ON r.room = s.room AND r.valid @> s.during";
    assert_eq!(session.texts(&format!("SELECT nl_run({})", quote(joined))), [r#"{"stay":1,"size":20}"#]);
    let prompt = session.text("SELECT nl_prompt('sizes of rooms of stays')");
    assert!(prompt.contains("rooms") && prompt.contains("stays"), "{prompt}");
    // By equality of both columns a stay would find no room.
    if let Ok(sql) = session.try_texts("SELECT nl_sql('rooms with stays')") {
        assert!(!sql[0].contains("valid = ") && !sql[0].contains("= rooms.valid"), "{sql:?}");
    }
}
