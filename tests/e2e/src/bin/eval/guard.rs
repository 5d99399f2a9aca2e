//! Nothing valid is refused: every gold statement of the suites goes through the guard and `nl_ask`, and what comes out
//! is compared with what the server answers directly. The model is the double, which answers with the statement.

use std::collections::{BTreeMap, HashMap};
use std::time::Instant;

use nl2sql_e2e::cluster::Cluster;
use nl2sql_e2e::double::{Double, Provider, Reply};
use nl2sql_e2e::fixture::server;
use nl2sql_e2e::session::{Session, nl_ask, quote};
use nl2sql_e2e::suite::{READER, Suites};
use postgres::{Error, SimpleQueryMessage};

/// All statements answer one question: only the double's reply changes.
const ASKED: &str = "the gold statement";

#[derive(Clone, PartialEq)]
enum Outcome {
    Passed,
    Refused(String),
    Different(String),
    /// PostgreSQL itself can't run it.
    CannotRun(String),
}

#[derive(Default)]
struct Counts {
    passed: usize,
    refused: usize,
    different: usize,
    cannot_run: usize,
}

/// False if a statement that PostgreSQL runs was refused or gave other rows.
pub fn run() -> bool {
    let suites = Suites::open_or_skip("eval guard");
    let cluster = Cluster::start();
    let started = Instant::now();
    println!("{} databases loaded in {:.0} s", suites.load(&cluster), started.elapsed().as_secs_f64());
    let double = Double::start();
    let started = Instant::now();
    let mut counts: BTreeMap<&str, Counts> = BTreeMap::new();
    let mut distinct = 0;
    for (name, questions) in suites.by_database() {
        let mut session = asker(&suites, &cluster, &double, name);
        let mut judged: HashMap<&str, Outcome> = HashMap::new();
        for question in questions {
            for (number, sql) in question.gold.iter().enumerate() {
                // Spider's variants ask other questions with the same statements.
                let outcome = judged.entry(sql).or_insert_with(|| judge(&mut session, &double, sql)).clone();
                tell(&format!("{}, gold {}", question.id, number + 1), sql, &outcome);
                counts.entry(&question.suite).or_default().add(&outcome);
            }
        }
        distinct += judged.len();
    }
    let all = summary(&counts);
    println!("{distinct} of them are distinct, judged in {:.0} s", started.elapsed().as_secs_f64());
    all.passed > 0 && all.refused == 0 && all.different == 0
}

fn asker(suites: &Suites, cluster: &Cluster, double: &Double, name: &str) -> Session {
    let database = suites.database(cluster, name);
    let mut owner = database.session();
    owner.run(&server("gold", Provider::OpenAi, &double.url(Provider::OpenAi)));
    owner.run(&format!("GRANT USAGE ON FOREIGN SERVER gold TO {READER}"));
    owner.run("CREATE USER MAPPING FOR PUBLIC SERVER gold OPTIONS (api_key 'sk-test')");
    let mut session = database.session_as(READER);
    session.run("SET TimeZone = 'UTC'; SET DateStyle = 'ISO'; SELECT * FROM nl_check('SELECT 1')");
    session.run("SET nl2sql.model = 'gold'; SET nl2sql.max_attempts = 1; SET nl2sql.cache_ttl = 0");
    session
}

fn judge(session: &mut Session, double: &Double, sql: &str) -> Outcome {
    double.answer(ASKED, Reply::sql(sql));
    double.clear();
    // One transaction, so that both sides have one now().
    session.run("BEGIN");
    let outcome = compare(session, sql).unwrap_or_else(|outcome| outcome);
    session.run("ROLLBACK");
    outcome
}

fn compare(session: &mut Session, sql: &str) -> Result<Outcome, Outcome> {
    let sql = sql.trim().trim_end_matches(|c: char| c == ';' || c.is_whitespace());
    let count = count(session, sql).map_err(|error| Outcome::CannotRun(reason(&error)))?;
    // A whole row keeps columns of one name apart; the line break ends a comment of the statement.
    let json = session.try_texts(&format!("SELECT row_to_json(q) FROM (\n{sql}\n) AS q"));
    let mut direct = json.map_err(|error| Outcome::Different(format!("not comparable: {}", reason(&error))))?;
    let refused = |error| Outcome::Refused(reason(&error));
    let judged = session.try_texts(&format!("SELECT nl_sql({})", quote(ASKED))).map_err(refused)?;
    if judged != [sql] {
        return Ok(Outcome::Different(format!("the statement was changed: {judged:?}")));
    }
    let mut asked = session.try_texts(&nl_ask(ASKED)).map_err(refused)?;
    if direct.len() != count {
        return Ok(Outcome::Different(format!("{count} rows by itself, {} as a subquery", direct.len())));
    }
    if !orders(sql) {
        direct.sort();
        asked.sort();
    }
    if asked == direct {
        return Ok(Outcome::Passed);
    }
    let first = asked.iter().zip(&direct).find(|(asked, direct)| asked != direct);
    Ok(Outcome::Different(format!("{} rows instead of {}; first: {first:?}", asked.len(), direct.len())))
}

fn count(session: &mut Session, sql: &str) -> Result<usize, Error> {
    let messages = session.client.simple_query(sql)?;
    Ok(messages.iter().filter(|message| matches!(message, SimpleQueryMessage::Row(_))).count())
}

fn reason(error: &Error) -> String {
    match error.as_db_error() {
        Some(said) => format!("{} {} {}", said.code().code(), said.message(), said.detail().unwrap_or_default()),
        None => error.to_string(),
    }
}

/// The statement itself has an ORDER BY, outside of all parentheses and quotes.
fn orders(sql: &str) -> bool {
    let (mut depth, mut quote, mut outside) = (0, None, String::new());
    for c in sql.chars() {
        match (quote, c) {
            (Some(end), c) if c == end => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '(') => depth += 1,
            (None, ')') => depth -= 1,
            (None, c) if depth == 0 => outside.extend(c.to_lowercase()),
            (None, _) => {}
        }
    }
    outside.split_whitespace().collect::<Vec<_>>().windows(2).any(|words| words == ["order", "by"])
}

fn tell(of: &str, sql: &str, outcome: &Outcome) {
    let (verdict, why) = match outcome {
        Outcome::Passed => return,
        Outcome::Refused(why) => ("refused", why),
        Outcome::Different(why) => ("different", why),
        Outcome::CannotRun(why) => ("PostgreSQL itself can't run it", why),
    };
    println!("{of}: {verdict}: {why}\n    {sql}");
}

impl Counts {
    fn add(&mut self, outcome: &Outcome) {
        *match outcome {
            Outcome::Passed => &mut self.passed,
            Outcome::Refused(_) => &mut self.refused,
            Outcome::Different(_) => &mut self.different,
            Outcome::CannotRun(_) => &mut self.cannot_run,
        } += 1;
    }

    fn line(&self, name: &str) {
        let Counts { passed, refused, different, cannot_run } = self;
        println!("{name:<20}{passed:>10}{refused:>10}{different:>10}{cannot_run:>12}");
    }
}

fn summary(counts: &BTreeMap<&str, Counts>) -> Counts {
    println!("{:<20}{:>10}{:>10}{:>10}{:>12}", "gold statements", "passed", "refused", "different", "can't run");
    let mut all = Counts::default();
    for (suite, counts) in counts {
        counts.line(suite);
        all.passed += counts.passed;
        all.refused += counts.refused;
        all.different += counts.different;
        all.cannot_run += counts.cannot_run;
    }
    all.line("all");
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_statements_own_order_counts() {
        assert!(orders("SELECT a FROM t\nORDER  BY a DESC"));
        assert!(orders("SELECT 'it''s (' FROM t order by 1"));
        assert!(!orders("SELECT a FROM (SELECT a FROM t ORDER BY a) AS q"));
        assert!(!orders("SELECT rank() OVER (ORDER BY a), 'order by' FROM t"));
    }
}
