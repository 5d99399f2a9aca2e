//! What ten thousand verified pairs and as many terms cost a question: one that none of them answers, one that a pair does, and a
//! prompt that shows the nearest.

use std::time::Duration;

use nl2sql_e2e::cluster::{Cluster, Content};
use nl2sql_e2e::session::Session;

use crate::{compare, heading, median, timed};

const PAIRS: usize = 10_000;
const ASKS: usize = 200;

pub fn run(cluster: &Cluster) {
    heading(&format!("a question beside {PAIRS} verified pairs and as many terms, median of {ASKS}; goal: 2 ms more"));
    let database = cluster.database("taught", Content::Shop);
    let mut session = database.session();
    let before = asked(&mut session, "revenue per month in 2025");
    let prompt_before = prompted(&mut session, "how do we do in town and land");
    session.run("SET statement_timeout = 0");
    session.run(
        // Questions have three words that tell them apart, each one of forty or fewer.
        "CREATE FUNCTION pg_temp.word(start text, number int) RETURNS text LANGUAGE sql AS
         $$ SELECT translate(left(md5(start || number), 9), '0123456789', 'ghjklmnpqr') $$;
         CREATE FUNCTION pg_temp.question(i int) RETURNS text LANGUAGE sql AS
         $$ SELECT format('how do %s do in %s of %s', pg_temp.word('store', i % 40), pg_temp.word('town', i / 40 % 40),
                          pg_temp.word('land', i / 1600)) $$",
    );
    session.run(&format!(
        "DO $$ BEGIN FOR i IN 1..{PAIRS} LOOP
             PERFORM nl2sql.teach(pg_temp.question(i), 'SELECT ' || i || ' AS n');
             PERFORM nl2sql.define(pg_temp.word('zork', i) || ' quux', 'revenue');
         END LOOP; END $$"
    ));
    let taught = session.text("SELECT pg_temp.question(77)");
    let term = session.text("SELECT pg_temp.word('zork', 77) || ' quux per month in 2025'");
    session.run("ANALYZE nl2sql.verified; ANALYZE nl2sql.glossary");
    let after = asked(&mut session, "revenue per month in 2025");
    compare("a question that nobody taught", after, "before anything was taught", before);
    let mut session = database.session();
    compare("one that a pair answers", asked(&mut session, &taught), "", before);
    compare("one that says a term", asked(&mut session, &term), "", before);
    // "How do STORE do in TOWN of LAND": each word is in hundreds of others.
    let near = session.text(
        "SELECT format('how does %s fare beside %s', split_part(question, ' ', 3), split_part(question, ' ', 6))
         FROM nl2sql.verified WHERE sql = 'SELECT 77 AS n'",
    );
    compare(
        "a prompt with the nearest pairs",
        prompted(&mut session, &near),
        "before anything was taught",
        prompt_before,
    );
}

/// A prompt for a model, with the pairs that are nearest to a question.
fn prompted(session: &mut Session, question: &str) -> Duration {
    let sql = format!("SELECT nl_prompt('{question}')");
    session.text(&sql);
    median((0..ASKS).map(|_| timed(|| session.text(&sql)).0).collect())
}

fn asked(session: &mut Session, question: &str) -> Duration {
    let sql = format!("SELECT nl_sql('{question}')");
    session.text(&sql);
    median((0..ASKS).map(|_| timed(|| session.text(&sql)).0).collect())
}
