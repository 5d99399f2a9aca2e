//! Every way in which a model of a chain can fail, alone and together with others: the right model answers, in time, and the history
//! has each call with what became of it and its tokens.

use std::time::{Duration, Instant};

use nl2sql_e2e::double::{Double, Provider, Reply};
use nl2sql_e2e::fixture::{Fixture, dead_port, server};
use nl2sql_e2e::session::{Session, quote};

const QUESTION: &str = "flibbertigibbet quotient";
/// With three models that hang, in a debug build beside other tests. Whoever is waited for without a limit takes minutes.
const IN_TIME: Duration = Duration::from_secs(20);

/// What is wrong with a model.
#[derive(Clone)]
enum Wrong {
    Replies(Vec<Reply>),
    /// Nobody listens at its endpoint.
    Unreachable,
    /// The asker may not use it, and the chain says that it may be left out.
    NotGranted,
    /// It failed three times before.
    Resting,
}

struct Fault {
    name: &'static str,
    wrong: Wrong,
    /// Its calls, as the history has them: SQLSTATE, if any, and whether tokens were counted.
    calls: &'static [(&'static str, bool)],
}

fn faults() -> Vec<Fault> {
    let replying = |name, reply: Reply, calls| Fault { name, wrong: Wrong::Replies(vec![reply]), calls };
    let drafting = |name, sql: &str| Fault {
        name,
        wrong: Wrong::Replies(vec![Reply::sql(sql)]),
        calls: &[("", true), ("", true)],
    };
    vec![
        Fault { name: "unreachable", wrong: Wrong::Unreachable, calls: &[("HV00N", false)] },
        Fault { name: "not granted", wrong: Wrong::NotGranted, calls: &[] },
        Fault { name: "resting", wrong: Wrong::Resting, calls: &[] },
        replying("closing", Reply::close(), &[("HV00N", false)]),
        replying("hanging", Reply::hang(), &[("HV00L", false)]),
        replying("dripping", Reply::sql("SELECT 1").drip(50), &[("HV00L", false)]),
        replying("overloaded", Reply::status(429).retry_after(0), &[("53000", false)]),
        replying("overloaded for long", Reply::status(429).retry_after(3600), &[("53000", false)]),
        replying("broken inside", Reply::status(500), &[("HV00L", false)]),
        replying("with another key", Reply::status(401), &[("28000", false)]),
        replying("no json", Reply::invalid_json(), &[("HV00M", false)]),
        replying("empty", Reply::empty(), &[("HV00M", true)]),
        replying("cut off", Reply::sql("SELECT 1").cut_off(), &[("HV00M", false)]),
        replying("at its limit", Reply::unfinished("SELECT 1 AS o"), &[("HV00M", true)]),
        replying("chatting", Reply::text("What a lovely day."), &[("HV00M", true)]),
        replying("asking back", Reply::clarify("Which one?"), &[("P0001", true)]),
        drafting("wrong about names", "SELECT nope FROM customers"),
        drafting("wrong about values", "SELECT 1 / (id - id) FROM customers"),
        drafting("writing", "DELETE FROM customers"),
        drafting("calling what it may not", "SELECT pg_read_file('/etc/passwd')"),
    ]
}

/// Three models of three providers, and somebody who asks them.
struct Office {
    fixture: Fixture,
    models: Vec<(&'static str, Provider, Double)>,
    role: String,
    asker: Session,
    cases: u32,
}

impl Office {
    fn open(name: &str) -> Office {
        let mut fixture = Fixture::shop(name);
        let of = |name, provider| (name, provider, Double::start());
        let models =
            vec![of("small", Provider::OpenAi), of("large", Provider::Anthropic), of("last", Provider::Ollama)];
        let role = fixture.database.role("analyst");
        for (name, provider, double) in &models {
            fixture.session.run(&server(name, *provider, &double.url(*provider)));
            fixture.session.run(&format!("CREATE USER MAPPING FOR PUBLIC SERVER {name} OPTIONS (api_key 'sk')"));
        }
        fixture.session.run(&format!(
            "GRANT SELECT ON customers TO {role}; ALTER ROLE {role} SET nl2sql.history = 'full';
             GRANT USAGE ON FOREIGN SERVER small, large, last TO {role}"
        ));
        let asker = fixture.asker(&role);
        let mut office = Office { fixture, models, role, asker, cases: 0 };
        office.asker.run("SET nl2sql.max_attempts = 2; SET nl2sql.model_timeout = '300ms'");
        office
    }

    /// Makes the first models of the chain fail in these ways; the next one answers.
    fn break_down(&mut self, faults: &[&Fault]) {
        self.cases += 1;
        for at in 0..self.models.len() {
            let (name, provider, double) = &self.models[at];
            let wrong = faults
                .get(at)
                .map_or(Wrong::Replies(vec![Reply::sql("SELECT 42 AS quotient")]), |fault| fault.wrong.clone());
            let endpoint = match wrong {
                Wrong::Unreachable | Wrong::Resting => {
                    format!(
                        "http://127.0.0.1:{}{}",
                        dead_port(),
                        if *provider == Provider::OpenAi { "/v1" } else { "" }
                    )
                }
                _ => double.url(*provider),
            };
            // To its breaker, it is another model.
            let admin = &mut self.fixture.session;
            admin.run(&format!("ALTER SERVER {name} OPTIONS (SET endpoint '{endpoint}', SET model 'm{}')", self.cases));
            let granted = if matches!(wrong, Wrong::NotGranted) { "REVOKE" } else { "GRANT" };
            let to = if granted == "GRANT" { "TO" } else { "FROM" };
            admin.run(&format!("{granted} USAGE ON FOREIGN SERVER {name} {to} {}", self.role));
            if let Wrong::Replies(replies) = wrong {
                double.answer(QUESTION, replies);
            } else if let Wrong::Resting = wrong {
                self.asker.run(&format!("SET nl2sql.model = '{name}'"));
                (0..3).for_each(|_| assert!(self.asker.try_ask(QUESTION).is_err()));
            }
            double.clear();
        }
        self.fixture.session.run("SELECT nl2sql.erase(NULL)");
        self.asker.run("SET nl2sql.model = 'small?, large?, last?'");
    }

    /// The calls of the last question: model, SQLSTATE, whether there are tokens.
    fn calls(&mut self) -> Vec<String> {
        self.fixture.session.texts(
            "SELECT concat_ws(' ', c.model, c.sqlstate, CASE WHEN c.tokens_in > 0 AND c.tokens_out >= 0 THEN 'tokens' END)
             FROM nl2sql.calls c JOIN nl2sql.history h ON h.id = c.question ORDER BY c.ctid",
        )
    }

    fn expected(&self, faults: &[&Fault]) -> Vec<String> {
        let names = self.models.iter().map(|(name, ..)| *name);
        let call = |(name, (sqlstate, counted)): (&str, &(&str, bool))| {
            let words = [name, *sqlstate].into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
            if *counted { format!("{words} tokens") } else { words }
        };
        let failed = names.zip(faults).flat_map(|(name, fault)| fault.calls.iter().map(move |call| (name, call)));
        failed.map(call).collect()
    }

    /// Asks where these models fail, and the one after them answers. On a busy machine a model's time may pass before its reply
    /// is read, which is another failure: then it is tried again.
    fn answered_behind(&mut self, faults: &[&Fault]) {
        let names: Vec<&str> = faults.iter().map(|fault| fault.name).collect();
        let mut tried = self.try_behind(faults);
        for _ in 0..3 {
            tried = tried.or_else(|_| self.try_behind(faults));
        }
        assert_eq!(tried, Ok(()), "{names:?}");
    }

    /// What was wrong, in words.
    fn try_behind(&mut self, faults: &[&Fault]) -> Result<(), String> {
        self.break_down(faults);
        let started = Instant::now();
        let answer = self.asker.try_ask(QUESTION).map_err(|error| format!("{error:?}"))?;
        let took = started.elapsed();
        if answer[0]["quotient"] != 42 || took > IN_TIME {
            return Err(format!("{answer:?} after {took:?}"));
        }
        let model = self.models[faults.len()].0;
        let mut expected = self.expected(faults);
        expected.push(format!("{model} tokens"));
        let calls = self.calls();
        if calls != expected {
            return Err(format!("{calls:?} instead of {expected:?}"));
        }
        let history = "SELECT concat_ws(' ', source, model, outcome, calls, tokens_in - (SELECT sum(c.tokens_in) FROM nl2sql.calls c))
            FROM nl2sql.history";
        let (history, wanted) =
            (self.fixture.session.texts(history), format!("model {model} answered {} 0", expected.len()));
        if history != [wanted.as_str()] {
            return Err(format!("{history:?} instead of {wanted}"));
        }
        // Who is behind the one that answers is not asked.
        let behind = self.models.iter().skip(faults.len() + 1).map(|(.., double)| double.chats().len());
        let behind: usize = behind.sum();
        if behind == 0 { Ok(()) } else { Err(format!("{behind} calls of models behind it")) }
    }
}

#[test]
fn alone() {
    let mut office = Office::open("faults_alone");
    for fault in &faults() {
        office.answered_behind(&[fault]);
    }
}

#[test]
fn two_together() {
    let mut office = Office::open("faults_together");
    let faults = faults();
    for (at, first) in faults.iter().enumerate() {
        for further in [0, 3, 7] {
            office.answered_behind(&[first, &faults[(at + further) % faults.len()]]);
        }
    }
}

#[test]
fn all_of_them() {
    let mut office = Office::open("faults_of_all");
    let faults = faults();
    for (at, first) in faults.iter().enumerate() {
        let all = [first, &faults[(at + 5) % faults.len()], &faults[(at + 9) % faults.len()]];
        let names: Vec<&str> = all.iter().map(|fault| fault.name).collect();
        office.break_down(&all);
        let started = Instant::now();
        let error = office.asker.failure(&format!("SELECT nl_ask({})", quote(QUESTION)));
        assert!(started.elapsed() < IN_TIME, "{names:?}");
        // A rolled-back question is not in the history, so the error is all there is: each that was asked is told.
        let told = format!("{} {}", error.message(), error.detail().unwrap_or_default());
        let asked = names.iter().zip(["small", "large", "last"]).filter(|(fault, _)| **fault != "not granted");
        let asked: Vec<_> = asked.collect();
        let last = asked.last().map(|(_, model)| *model);
        let is_asking = names.contains(&"asking back");
        for (fault, model) in asked {
            // The last model's draft is told as a draft, and a question back says who asks.
            let has_asked =
                error.code().code() == "P0001" && is_asking || last == Some(model) && told.contains("Draft 2 of 2");
            assert!(told.contains(model) || has_asked, "{names:?}: {fault} of {model} is not in {told}");
        }
        // And with builtin behind them, the question that it reads is answered whatever they do.
        office.asker.run("SET nl2sql.model = 'small?, large?, last?, builtin'");
        for (.., double) in &office.models {
            double.answer("how many customers are there", Reply::status(401));
        }
        assert_eq!(office.asker.ask("how many customers are there")[0]["count"], 5000, "{names:?}");
    }
}

/// What a refusal says is the reply: another model knows no other database.
#[test]
fn a_refusal_is_not_handed_on() {
    let mut office = Office::open("faults_refusal");
    office.break_down(&[]);
    office.models[0].2.answer(QUESTION, Reply::refuse("There is no weather here."));
    office.asker.ask_error(QUESTION, "P0002");
    assert_eq!(office.models[1].2.chats().len() + office.models[2].2.chats().len(), 0);
}
