//! What ten thousand verified pairs and as many terms cost a question: one that none of them answers, and one that a pair does.

use std::time::Duration;

use nl2sql_e2e::cluster::{Cluster, Content};
use nl2sql_e2e::session::Session;

use crate::{compare, heading, median, timed};

const PAIRS: usize = 10_000;
const ASKS: usize = 200;
/// Questions have three words that tell them apart, each of so many.
const NOUNS: usize = 40;

pub fn run(cluster: &Cluster) {
    heading(&format!("a question beside {PAIRS} verified pairs and as many terms, median of {ASKS}; goal: 2 ms more"));
    let database = cluster.database("taught", Content::Shop);
    let mut session = database.session();
    let before = asked(&mut session, "revenue per month in 2025");
    session.run("SET statement_timeout = 0");
    session.run(
        "CREATE FUNCTION pg_temp.word(start text, number int) RETURNS text LANGUAGE sql AS
         $$ SELECT start || translate(number::text, '0123456789', 'bcdfghjklm') $$",
    );
    session.run(&format!(
        "DO $$ BEGIN FOR i IN 1..{PAIRS} LOOP
             PERFORM nl2sql.teach(format('how do %s do in %s of %s', pg_temp.word('store', i % {NOUNS}),
                                         pg_temp.word('town', i / {NOUNS} % {NOUNS}), pg_temp.word('land', i / {})),
                                  'SELECT ' || i || ' AS n');
             PERFORM nl2sql.define(pg_temp.word('zork', i) || ' quux', 'revenue');
         END LOOP; END $$",
        NOUNS * NOUNS,
    ));
    session.run("ANALYZE nl2sql.verified; ANALYZE nl2sql.glossary");
    let after = asked(&mut session, "revenue per month in 2025");
    compare("a question that nobody taught", after, "before anything was taught", before);
    let mut session = database.session();
    compare("one that a pair answers", asked(&mut session, "how do storek do in townb of landb"), "", before);
    compare("one that says a term", asked(&mut session, "zorkkk quux per month in 2025"), "", before);
}

fn asked(session: &mut Session, question: &str) -> Duration {
    let sql = format!("SELECT nl_sql('{question}')");
    session.text(&sql);
    median((0..ASKS).map(|_| timed(|| session.text(&sql)).0).collect())
}
