//! Whether a model is shown what a question needs: strict recall of relations and columns in the text of `nl_prompt`.
//!
//! The yardstick is one database in which every open database of the suites is a schema, many of them alike, and the same
//! with thousands of further tables; no schema is in `search_path`. What a question needs is what `nl_check` finds in its
//! gold statement. A miss is a question of which one relation (or one column) is not there.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use nl2sql_e2e::cluster::Cluster;
use nl2sql_e2e::session::{Session, quote};
use nl2sql_e2e::suite::{Question, READER, Suites};

use crate::builtin::{python, run_program};
use crate::shown::Shown;

/// Tokens of schema text, at four characters each.
const BUDGETS: [usize; 4] = [1000, 2200, 4000, 8000];
/// Misses are told at this one.
const TOLD: usize = 1;
const SUITES: [&str; 5] = ["defog", "bird", "kaggledbqa", "spider", "spider_realistic"];
/// The databases, with how many tables of noise each has.
const DATABASES: [(&str, usize); 2] = [("merged", 0), ("merged_noise", 9000)];

/// Relations and columns, as `schema.table` and `schema.table.column`.
#[derive(Clone, Default)]
struct Needs {
    relations: BTreeSet<String>,
    columns: BTreeSet<String>,
}

/// Of so many questions: those whose relations were all shown with columns, were named at least, and whose columns were
/// shown as well.
#[derive(Default, Clone, Copy)]
struct Count {
    all: usize,
    relations: usize,
    named: usize,
    columns: usize,
}

type Counts = BTreeMap<String, [Count; 4]>;

/// Asks every `step`th question. Keeps the loaded server in the directory, and writes `linking.txt` and `linking_misses.txt`
/// there. False where no gold statement could be read.
pub fn run(directory: &Path, step: usize) -> bool {
    let suites = Suites::open_or_skip("eval linking");
    fs::create_dir_all(directory).unwrap_or_else(|error| panic!("{}: {error}", directory.display()));
    let cluster = Cluster::kept(&directory.join("cluster"));
    let questions: Vec<&Question> =
        suites.questions.iter().filter(|one| SUITES.contains(&one.suite.as_str())).collect();
    let questions: Vec<&Question> = questions.into_iter().step_by(step).collect();
    let (mut report, mut misses, mut known) = (String::new(), String::new(), HashMap::new());
    for (name, noise) in DATABASES {
        load(&suites, &cluster, directory, name, noise);
        let mut session = suites.database(&cluster, name).session_as(READER);
        let relations: String = session
            .texts(
                "SELECT count(*) FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'f') \
            AND relnamespace::regnamespace::text !~ '^(pg_|information_schema|nl2sql)'",
            )
            .concat();
        if known.is_empty() {
            known = gold_needs(&mut session, &questions);
        }
        let started = Instant::now();
        let counts = recall(&mut session, &questions, &known, &mut misses, name);
        let _ = writeln!(
            report,
            "{name}: {relations} relations, {} questions in {:.0} s",
            counts.get("all").map_or(0, |counts| counts[0].all),
            started.elapsed().as_secs_f64()
        );
        table(&mut report, &counts);
    }
    print!("{report}");
    for (file, text) in [("linking.txt", &report), ("linking_misses.txt", &misses)] {
        let file = directory.join(file);
        fs::write(&file, text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    }
    println!("each miss at {} tokens: {}", BUDGETS[TOLD], directory.join("linking_misses.txt").display());
    known.values().any(Option::is_some)
}

/// Makes the database where it is not there yet, and the extension anew.
fn load(suites: &Suites, cluster: &Cluster, directory: &Path, name: &str, noise: usize) {
    let mut admin = suites.database(cluster, "postgres").session();
    if admin.texts(&format!("SELECT 1 FROM pg_database WHERE datname = '{name}_is_loaded'")).is_empty() {
        let started = Instant::now();
        let dsn = format!("host=127.0.0.1 port={} user=postgres dbname=postgres", cluster.port());
        let mut merge = Command::new(python(directory));
        // The suite monday has no tables of others: its dates count from the day of loading.
        merge.arg(suites.file("merge.py")).args([&dsn, "--into", name, "--part", "open", "--exclude", "monday"]);
        run_program(merge.arg("--noise").arg(noise.to_string()).env("PYTHONDONTWRITEBYTECODE", "1"));
        // The server is stopped without one.
        admin.run("CHECKPOINT");
        admin.run(&format!("CREATE DATABASE {name}_is_loaded TEMPLATE template0"));
        println!("{name} loaded in {:.0} s", started.elapsed().as_secs_f64());
    }
    suites.prepare(cluster, name);
}

/// What each distinct gold statement reads, by schema and statement; `None` where the guard refuses it.
fn gold_needs(session: &mut Session, questions: &[&Question]) -> HashMap<(String, String), Option<Needs>> {
    let mut known = HashMap::new();
    let check = "SELECT allowed, relations, columns FROM public.nl_check($1)";
    for question in questions {
        session.run(&format!("SET search_path = {}", quote_ident(&question.database)));
        for sql in &question.gold {
            known.entry((question.database.clone(), sql.clone())).or_insert_with(|| {
                let row = session.client.query_one(check, &[sql]).expect("a verdict");
                let (relations, columns): (Vec<String>, Vec<String>) = (row.get(1), row.get(2));
                let needs =
                    Needs { relations: relations.into_iter().collect(), columns: columns.into_iter().collect() };
                (row.get(0) && !needs.relations.is_empty()).then_some(needs)
            });
        }
    }
    known
}

fn quote_ident(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn recall(
    session: &mut Session,
    questions: &[&Question],
    known: &HashMap<(String, String), Option<Needs>>,
    misses: &mut String,
    name: &str,
) -> Counts {
    session.run("SET search_path = ''; SET statement_timeout = '10min'");
    let mut counts = Counts::new();
    for question in questions {
        let key = |sql: &String| (question.database.clone(), sql.clone());
        let gold: Vec<&Needs> = question.gold.iter().filter_map(|sql| known.get(&key(sql))?.as_ref()).collect();
        if gold.is_empty() {
            continue;
        }
        let frame = prompt(session, &question.text, 500).frame;
        for (at, budget) in BUDGETS.into_iter().enumerate() {
            let shown = prompt(session, &question.text, budget + frame);
            let named = shown.names();
            let any = |within: &dyn Fn(&Needs) -> bool| usize::from(gold.iter().any(|needs| within(needs)));
            let has_relations = any(&|needs| needs.relations.is_subset(&shown.relations));
            let has_columns =
                any(&|needs| needs.relations.is_subset(&shown.relations) && needs.columns.is_subset(&shown.columns));
            for suite in [question.suite.as_str(), "all"] {
                let count = &mut counts.entry(suite.to_owned()).or_default()[at];
                count.all += 1;
                count.relations += has_relations;
                count.columns += has_columns;
                count.named += any(&|needs| needs.relations.is_subset(&named));
            }
            if at == TOLD && has_columns == 0 {
                tell(misses, session, question, gold[0], &shown, &format!("{name}, {budget}"));
            }
        }
    }
    counts
}

fn prompt(session: &mut Session, question: &str, budget: usize) -> Shown {
    session.run(&format!("SET nl2sql.prompt_budget = {budget}"));
    Shown::read(&session.texts(&format!("SELECT public.nl_prompt({})", quote(question))).concat())
}

fn tell(text: &mut String, session: &mut Session, question: &Question, needs: &Needs, shown: &Shown, of: &str) {
    let _ = writeln!(text, "{of}: {} {}\n  asked  {}", question.id, question.database, question.text);
    let missing: Vec<&String> = needs.relations.difference(&shown.relations).collect();
    if missing.is_empty() {
        let columns: Vec<&str> = needs.columns.difference(&shown.columns).map(String::as_str).collect();
        let _ = writeln!(text, "  lacks the columns {}", columns.join(", "));
    }
    for relation in missing {
        let found = session.texts(&format!(
            "SELECT format('at %s with %s, shown as %s: %s', position, round(score::numeric, 2), level, why)
             FROM public.nl_schema({}) WHERE relation = {}",
            quote(&question.text),
            quote(relation)
        ));
        let _ = writeln!(
            text,
            "  lacks  {relation} {}",
            if found.is_empty() { "not ranked".to_owned() } else { found.concat() }
        );
    }
    let first = session.texts(&format!(
        "SELECT format('%s %s %s', relation, round(score::numeric, 2), why) FROM public.nl_schema({}) LIMIT 3",
        quote(&question.text)
    ));
    let _ = writeln!(text, "  first  {}\n", first.join("\n         "));
}

fn table(report: &mut String, counts: &Counts) {
    let _ = write!(report, "{:<18}{:>6}", "% at tokens", "");
    for budget in BUDGETS {
        let _ = write!(report, " | {budget:>21}");
    }
    let _ = write!(report, "\n{:<18}{:>6}", "suite", "asked");
    for _ in BUDGETS {
        let _ = write!(report, " | relat. +colum. named ");
    }
    report.push('\n');
    for (suite, counts) in counts {
        let _ = write!(report, "{suite:<18}{:>6}", counts[0].all);
        for count in counts {
            #[expect(clippy::cast_precision_loss, reason = "a few hundred questions")]
            let percent = |part: usize| 100.0 * part as f64 / count.all.max(1) as f64;
            let (relations, columns, named) = (percent(count.relations), percent(count.columns), percent(count.named));
            let _ = write!(report, " | {relations:>6.1} {columns:>7.1} {named:>6.1}");
        }
        report.push('\n');
    }
}
