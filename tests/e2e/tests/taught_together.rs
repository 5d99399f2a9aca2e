//! Verified pairs and terms in the care of several: teachers who take away what others taught, accept what askers say, and import
//! what was exported.

use nl2sql_e2e::fixture::Fixture;
use nl2sql_e2e::session::{Session, quote};
use nl2sql_e2e::teaching::{another_asker, teach};

const PAID: &str = "SELECT sum(amount) AS paid FROM payments WHERE method = 'card'";

/// Two teachers of one role, each with a session; neither may read payments.
fn teachers(fixture: &mut Fixture) -> [(String, Session); 2] {
    let group = fixture.database.role("teachers");
    let database = fixture.database.name.clone();
    fixture.session.run(&format!("ALTER DATABASE {database} SET nl2sql.teachers = '{group}'"));
    ["anna", "bert"].map(|name| {
        let (role, _) = another_asker(fixture, name);
        fixture.session.run(&format!("GRANT {group} TO {role}"));
        let session = fixture.asker(&role);
        (role, session)
    })
}

/// Shared pairs belong to all teachers, and each of them is known by name where they take one of another's away.
#[test]
fn a_teacher_takes_a_pair_of_another_away_and_it_is_written_down() {
    let mut fixture = Fixture::shop("taught_curated");
    let [(anna, mut one), (bert, mut other)] = teachers(&mut fixture);
    let count = "SELECT count(*) AS souls FROM customers";
    let shared = one.text(&teach("souls we serve", count, ", audience => 'public'"));
    let private = one.text(&teach("souls of mine", count, ""));
    let database = fixture.database.name.clone();
    fixture.session.run(&format!("ALTER DATABASE {database} SET nl2sql.history = 'full'"));
    let mut other_again = fixture.asker(&bert);
    other.error(&format!("SELECT nl2sql.unteach({private})"), "42704");
    other_again.run(&format!("SELECT nl2sql.unteach({shared})"));
    assert_eq!(other_again.notices(), [format!("pair {shared} was taught by role \"{anna}\"")]);
    let written = "SELECT concat_ws('; ', role_name, function, question, sql, outcome) FROM nl2sql.history";
    assert_eq!(fixture.session.text(written), format!("{bert}; nl2sql.unteach; souls we serve; {count}; answered"));
    one.run("SELECT nl2sql.define('turnover', 'revenue', audience => 'public')");
    other_again.run("SELECT nl2sql.undefine('turnover')");
    assert_eq!(other_again.notices(), [format!("term \"turnover\" was defined by role \"{anna}\"")]);
    let written = "SELECT question FROM nl2sql.history WHERE function = 'nl2sql.undefine'";
    assert_eq!(fixture.session.text(written), "turnover: revenue");
    // One's own is nobody else's business.
    one.run(&format!("SELECT nl2sql.unteach({private})"));
    assert!(one.notices().is_empty());
    assert_eq!(fixture.session.text("SELECT count(*) FROM nl2sql.history"), "2");
    // Superusers take anything away.
    let private = one.text(&teach("souls of mine", count, ""));
    fixture.session.run(&format!("SELECT nl2sql.unteach({private})"));
    assert_eq!(one.text("SELECT count(*) FROM nl2sql.verified"), "0");
}

#[test]
fn what_an_asker_said_is_judged_as_whoever_accepts_it() {
    let mut fixture = Fixture::shop("taught_accepted");
    let [(_, mut teacher), (_, mut other)] = teachers(&mut fixture);
    let (_, mut analyst) = fixture.analyst("GRANT SELECT ON payments TO {role}");
    analyst.run(&format!("SELECT nl_feedback('money by card', false, {}, 'as the bank says')", quote(PAID)));
    let row = "SELECT concat_ws('; ', kind, question, sql, note, problem) FROM nl2sql.review()";
    assert_eq!(
        teacher.text(row),
        format!(
            "feedback; money by card; {PAID}; as the bank says; said to be wrong; its SQL is refused: permission denied for table payments"
        )
    );
    let id = teacher.text("SELECT id FROM nl2sql.review()");
    teacher.error(&format!("SELECT nl2sql.accept({id})"), "42501");
    assert_eq!(teacher.text("SELECT count(*) FROM nl2sql.review()"), "1");
    // With words of one's own, for those whom one says.
    teacher.run(&format!(
        "SELECT nl2sql.accept({id}, 'SELECT count(*) AS n FROM customers', 'counted', audience => 'public')"
    ));
    let told = other.text("SELECT nl_sql('money by card')");
    assert!(told.contains("-- note: counted\nSELECT count(*) AS n FROM customers"), "{told}");
    assert_eq!(teacher.text("SELECT count(*) FROM nl2sql.review()"), "0");
}

/// A document of what is shared is of use to those who may not share, as far as they may run it.
#[test]
fn an_analyst_imports_what_is_theirs_to_take() {
    let mut fixture = Fixture::shop("taught_import");
    let public = ", audience => 'public'";
    fixture.session.run(&teach("souls we serve", "SELECT count(*) AS n FROM customers", public));
    fixture.session.run(&teach("money by card", PAID, public));
    fixture.session.run(&teach("just for us", "SELECT 1 AS one FROM orders LIMIT 1", ""));
    fixture.session.run(
        "SELECT nl2sql.define('tall customer', 'number over 100', 'customers', 'id > 100', 'public');
         SELECT nl2sql.define('large order', 'over 4000 euros', 'orders', 'total > 4000', 'public');
         SELECT nl2sql.define('turnover', 'revenue', audience => 'public')",
    );
    let document = fixture.session.text("SELECT nl2sql.export()");
    let import = format!("SELECT nl2sql.import({})", quote(&document));
    let (_, mut analyst) = fixture.analyst("GRANT SELECT ON customers TO {role}");
    // Where it is shared already, it stays so.
    assert_eq!(analyst.text(&import), "3");
    assert_eq!(
        analyst.notices(),
        [
            "term 2 of the document was left out: the expression of term \"large order\" is refused: permission denied for table orders",
            "pair 2 of the document was left out: permission denied for table payments",
            "pair 3 of the document was left out: permission denied for table orders",
        ]
    );
    assert_eq!(analyst.text("SELECT count(*) FROM nl2sql.verified"), "0");
    // Elsewhere it is theirs.
    fixture
        .session
        .run("SELECT nl2sql.unteach(id) FROM nl2sql.verified; SELECT nl2sql.undefine(term) FROM nl2sql.glossary");
    fixture.session.run("SELECT nl2sql.define('turnover', 'number of orders', audience => 'public')");
    assert_eq!(analyst.text(&import), "2");
    let notices = analyst.notices();
    assert_eq!(
        notices.iter().filter(|text| text.ends_with("was taken for your own questions alone")).count(),
        2,
        "{notices:?}"
    );
    let left = "term 3 of the document was left out: another one is shared with you";
    assert!(notices.iter().any(|text| text == left), "{notices:?}");
    assert_eq!(analyst.ask("souls we serve").len(), 1);
    assert_eq!(analyst.text("SELECT string_agg(term, ', ') FROM nl2sql.glossary"), "tall customer");
    // What is wrong, and not only theirs, is an error, and nothing is taken.
    let wrong = import.replace("SELECT count(*) AS n FROM customers", "SELECT count(*) AS n FROM customrs");
    analyst.run("SELECT nl2sql.unteach(id) FROM nl2sql.verified; SELECT nl2sql.undefine(term) FROM nl2sql.glossary");
    analyst.error(&wrong, "42P01");
    assert_eq!(analyst.text("SELECT count(*) FROM nl2sql.glossary"), "0");
}

/// What could not be imported is not exported, and no more of it is read than that takes.
#[test]
fn a_document_is_no_longer_than_can_be_imported() {
    let mut fixture = Fixture::shop("taught_long");
    fixture.session.run(&teach("souls we serve", "SELECT count(*) AS n FROM customers", ""));
    fixture.session.run(
        "INSERT INTO nl2sql.verified
         SELECT -i, v.teacher, v.audience, format('souls we serve in %s', CASE WHEN i % 2 = 0 THEN 'Even' ELSE 'odd' END),
                v.sql || repeat(' ', 19000), v.note, v.taught_at, v.columns,
                sha256(i::text::bytea), v.pattern, v.words, v.rare_words, v.reads, v.catalog
         FROM nl2sql.verified v, generate_series(1, 900) i",
    );
    fixture.session.run("SELECT nl2sql.define('even customer', 'number that two divides', 'customers', 'id % 2 = 0')");
    fixture.session.run("SELECT nl2sql.define('tall customer', 'number over 100', 'customers', 'id > 100')");
    let error = fixture.session.error("SELECT nl2sql.export()", "54000");
    assert_eq!(error.detail(), Some("nl2sql.import() reads at most 16000000 bytes."));
    assert!(error.hint().is_some_and(|hint| hint.contains("nl2sql.export('orders')")), "{error:?}");
    fixture.session.run("CREATE TEMP TABLE kept AS SELECT nl2sql.export('EVEN') AS document");
    let told = "SELECT format('%s %s', jsonb_array_length(document -> 'pairs'), document -> 'terms' -> 0 ->> 'term') FROM kept";
    assert_eq!(fixture.session.text(told), "450 even customer");
    assert_eq!(fixture.session.text("SELECT jsonb_array_length(document -> 'terms') FROM kept"), "1");
}
