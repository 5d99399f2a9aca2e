//! Code that reads a masked column in a way that its text does not tell, beside code that reads it openly: in one statement with
//! that, it brings out no more than alone.

use nl2sql_e2e::fixture::Fixture;
use nl2sql_e2e::session::{Session, database_error, quote};

const SCHEMA: &str = "
    CREATE TABLE one (id integer); INSERT INTO one VALUES (1);
    CREATE FUNCTION how_many() RETURNS bigint LANGUAGE plpgsql STABLE
        AS 'BEGIN RETURN (SELECT count(*) FROM public.customers); END';
    CREATE FUNCTION by_row(one) RETURNS text LANGUAGE plpgsql STABLE
        AS 'BEGIN RETURN (SELECT c.email FROM public.customers c WHERE c.id = $1.id); END';
    CREATE FUNCTION by_attribute() RETURNS text LANGUAGE plpgsql STABLE
        AS 'BEGIN RETURN (SELECT x.by_row FROM public.one x); END';
    CREATE FUNCTION by_alias() RETURNS SETOF text LANGUAGE sql STABLE
        AS 'SELECT x.email::text FROM (VALUES (1)) loop, public.customers x WHERE x.id = 1';
    CREATE TYPE mail AS (address text);
    CREATE FUNCTION to_mail(integer) RETURNS mail LANGUAGE plpgsql STABLE
        AS 'BEGIN RETURN ROW((SELECT c.email FROM public.customers c WHERE c.id = $1))::public.mail; END';
    CREATE CAST (integer AS mail) WITH FUNCTION to_mail(integer);
    CREATE FUNCTION by_cast(integer) RETURNS text LANGUAGE plpgsql STABLE AS 'BEGIN RETURN ($1::public.mail).address; END';
    CREATE FUNCTION opens() RETURNS integer LANGUAGE plpgsql STABLE
        AS $$ DECLARE c refcursor := 'peek'; BEGIN OPEN c FOR SELECT email FROM public.customers WHERE id = 1; RETURN 1; END $$;
    CREATE FUNCTION peeks() RETURNS text LANGUAGE plpgsql STABLE
        AS $$ DECLARE c refcursor := 'peek'; r text; BEGIN FETCH c INTO r; RETURN r; END $$;
    CREATE TYPE probe AS (n integer);
    CREATE FUNCTION compares(probe, probe) RETURNS integer LANGUAGE plpgsql STABLE
        AS 'BEGIN RETURN (SELECT length(c.email) - $2.n FROM public.customers c WHERE c.id = $1.n); END';
    CREATE FUNCTION compares_hidden(probe, probe) RETURNS integer LANGUAGE plpgsql STABLE
        AS 'BEGIN RETURN length(($1.n::public.mail).address) - $2.n; END';
    CREATE FUNCTION less(probe, probe) RETURNS boolean LANGUAGE plpgsql STABLE AS 'BEGIN RETURN $1.n < $2.n; END';
    CREATE OPERATOR <<< (LEFTARG = probe, RIGHTARG = probe, FUNCTION = less);
    CREATE AGGREGATE last_mail(integer) (SFUNC = next_mail, STYPE = text, INITCOND = '');
    CREATE FUNCTION twice(integer) RETURNS integer LANGUAGE plpgsql STABLE AS 'BEGIN RETURN $1 * 2; END';
    CREATE FUNCTION thrice(integer) RETURNS integer LANGUAGE sql STABLE AS 'SELECT $1 * 3';
    CREATE FUNCTION numbers() RETURNS SETOF integer LANGUAGE plpgsql STABLE AS 'BEGIN RETURN NEXT 1; RETURN NEXT 2; END';
    CREATE FUNCTION mails() RETURNS SETOF text LANGUAGE plpgsql STABLE
        AS 'BEGIN RETURN QUERY SELECT c.email::text FROM public.customers c WHERE c.id <= 2; END'";

/// An operator class of which this function is the support.
fn compared_by(function: &str) -> String {
    format!(
        "CREATE OPERATOR CLASS probes DEFAULT FOR TYPE probe USING btree AS OPERATOR 1 <<<, FUNCTION 1 {function}(probe, probe)"
    )
}

fn asker(name: &str) -> (Fixture, Session) {
    let mut fixture = Fixture::shop(name);
    // An aggregate's function has to be there first.
    fixture.session.run(
        "CREATE FUNCTION next_mail(text, integer) RETURNS text LANGUAGE plpgsql STABLE
             AS 'BEGIN RETURN (SELECT c.email FROM public.customers c WHERE c.id = $2); END'",
    );
    fixture.session.run(SCHEMA);
    fixture.session.run("SECURITY LABEL FOR nl2sql ON COLUMN customers.email IS 'masked'");
    let asker = fixture.asker("postgres");
    (fixture, asker)
}

/// What openly reads the labelled table; NULL stands for nothing.
const BESIDE: [&str; 6] = [
    "NULL",
    "how_many()",
    "opens()",
    "(SELECT count(*) FROM customers)",
    "(SELECT min(m) FROM mails() m)",
    "(SELECT last_mail(n) FROM numbers() n)",
];

/// The statement is refused, or its column x is masked.
fn comes_out(asker: &mut Session, sql: &str) -> Option<String> {
    match asker.try_texts(&format!("SELECT nl_run({})", quote(sql))) {
        // 22000 tells that it failed, and nothing of why.
        Err(error) if ["2F003", "22000"].contains(&database_error(&error).code().code()) => None,
        Err(error) => Some(format!("{sql}: {:?}", database_error(&error))),
        Ok(rows) => {
            let bare = rows.iter().find(|row| !row.contains(r#""x":"***""#))?;
            Some(format!("{sql}: {bare}"))
        }
    }
}

#[test]
fn what_is_read_unseen_stays_masked_beside_what_is_read_openly() {
    let (_fixture, mut asker) = asker("masked_together");
    let unseen = [
        "by_attribute()",
        "by_cast(1)",
        "(SELECT a FROM by_alias() a)",
        "by_alias()",
        "peeks()",
        "(SELECT max(by_cast(n)) FROM numbers() n)",
    ];
    let mut out = Vec::new();
    for x in unseen {
        for beside in BESIDE {
            if x == "peeks()" && beside != "opens()" {
                continue;
            }
            out.extend(comes_out(&mut asker, &format!("SELECT {beside} AS beside, {x} AS x")));
            out.extend(comes_out(
                &mut asker,
                &format!("SELECT {beside} AS beside, s.x FROM (SELECT {x} AS x OFFSET 0) s"),
            ));
        }
    }
    assert!(out.is_empty(), "{}", out.join("\n"));
}

/// What the server compares by itself with code of users is no call that the statement makes.
#[test]
fn support_of_operator_classes_reads_nothing_labelled() {
    let (mut fixture, mut asker) = asker("masked_support");
    for function in ["compares", "compares_hidden"] {
        fixture.session.run(&compared_by(function));
        let mut out = Vec::new();
        for beside in BESIDE.into_iter().chain(["compares(ROW(1)::probe, ROW(2)::probe)"]) {
            for x in ["ARRAY[ROW(1)::probe] < ARRAY[ROW(9)::probe]", "GREATEST(ROW(1)::probe, ROW(9)::probe)"] {
                out.extend(comes_out(&mut asker, &format!("SELECT {beside} AS beside, {x} AS x")));
            }
        }
        assert!(out.is_empty(), "{}", out.join("\n"));
        fixture.session.run("DROP OPERATOR FAMILY probes USING btree");
    }
}

/// What reads nothing labelled is answered as before.
#[test]
fn other_code_is_answered_beside_what_is_masked() {
    let (_fixture, mut asker) = asker("masked_beside");
    for (sql, expected) in [
        ("SELECT how_many() AS a, twice(21) AS x, thrice(14) AS y", r#"{"a":"***","x":42,"y":42}"#),
        ("SELECT n AS x, thrice(n) AS y, how_many() AS a FROM numbers() n WHERE n = 2", r#"{"x":2,"y":6,"a":"***"}"#),
        ("SELECT (SELECT min(m) FROM mails() m) AS a, 1 AS x", r#"{"a":"***","x":1}"#),
        ("SELECT last_mail(n) AS a, max(twice(n)) AS x FROM numbers() n", r#"{"a":"***","x":4}"#),
        ("SELECT (1::mail).address AS a, twice(2) AS x", r#"{"a":"***","x":4}"#),
        ("SELECT by_row(o) AS a, o.id AS x FROM one o", r#"{"a":"***","x":1}"#),
    ] {
        assert_eq!(asker.texts(&format!("SELECT nl_run({})", quote(sql))), [expected], "{sql}");
    }
}
