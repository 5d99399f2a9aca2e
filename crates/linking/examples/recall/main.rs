//! How often everything a question needs is shown: strict recall of relations and columns by budget.
//!
//!     cargo run --release -p linking --example recall -- DUMP.json DATA GOLD.json [flag ...]
//!
//! DUMP is a catalog in JSON, DATA the directory of the suites, GOLD the relations and columns of their statements. Flags:
//! `home` puts the question's schema into search_path; `ablation` leaves out one component after the other; `misses`
//! prints the questions that were missed at the second budget; `flood=copies` adds three copies of every table that has rows,
//! up to 1,500, in a schema of their own, empty, and `flood=names` 1,500 tables named after a few of them; `noprior` ignores
//! statistics; `step=N` takes every Nth question; `suite=NAME,...` chooses suites; `name=VALUE` sets a figure of the ranking.

#![forbid(unsafe_code)]

mod catalog;
mod questions;
mod rendering;

use catalog::Table;
use linking::{Context, Directory, Interrupted, Level, Options, Ranked, Shares, pack, rank};
use questions::{Needs, Question};
use std::collections::{BTreeMap, BTreeSet};

const BUDGETS: [usize; 4] = [1000, 2200, 4000, 8000];
const SUITES: [&str; 5] = ["defog", "bird", "kaggledbqa", "spider", "spider_realistic"];

fn go_on() -> Result<(), Interrupted> {
    Ok(())
}

struct Run<'a> {
    tables: &'a [Table],
    questions: &'a [Question],
    home: bool,
    misses: bool,
    shares: Shares,
}

/// Of questions: all of them, and those whose relations were shown, whose relations were named at least, and whose
/// columns were shown as well.
#[derive(Default, Clone, Copy)]
struct Count {
    all: usize,
    relations: usize,
    named: usize,
    columns: usize,
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [dump, data, gold, flags @ ..] = arguments.as_slice() else {
        panic!("usage: recall DUMP.json DATA GOLD.json [flag ...]");
    };
    let mut tables = catalog::read(dump);
    let mut relations = catalog::relations(&tables);
    let flood = flags.iter().find_map(|flag| flag.strip_prefix("flood="));
    catalog::flood(&mut tables, &mut relations, flood);
    let before = resident();
    let start = processor_time();
    let mut directory = Directory::build(relations, &mut go_on).expect("never interrupted");
    let (taken, columns) = (processor_time() - start, tables.iter().map(|table| table.columns.len()).sum::<usize>());
    println!(
        "{} relations, {columns} columns: built in {:.1} ms, {:.2} MB by its own account, {:.2} MB more resident",
        directory.len(),
        taken * 1e3,
        megabytes(directory.bytes()),
        megabytes(resident().saturating_sub(before)),
    );
    time_changes(&mut directory, &catalog::relations(&tables));
    let value = |name: &str| flags.iter().find_map(|flag| flag.strip_prefix(name));
    let suites: Vec<&str> = value("suite=").map_or(SUITES.to_vec(), |names| names.split(',').collect());
    let step = value("step=").map_or(1, |step| step.parse().expect("step=NUMBER"));
    let questions = questions::read(data, gold, &suites, step, &tables);
    let has = |name: &str| flags.iter().any(|flag| flag == name);
    let mut options = Options::default();
    let mut shares = Shares::default();
    for (name, value) in flags.iter().filter_map(|flag| flag.split_once('=')) {
        set(&mut options, &mut shares, name, value);
    }
    options.priors &= !has("noprior");
    let run = Run { tables: &tables, questions: &questions, home: has("home"), misses: has("misses"), shares };
    if has("ablation") {
        for (name, options) in ablations(&options) {
            let (counts, time) = run.recall(&mut directory, &options);
            println!("{name:24} {} {time:6.0} µs", cells(counts.get("all").expect("a sum")));
        }
    } else {
        let (counts, time) = run.recall(&mut directory, &options);
        println!(
            "relations / relations and columns / at least named, in percent, at {BUDGETS:?}; {time:.0} µs a question"
        );
        for (suite, counts) in &counts {
            println!("{suite:17} {:5} {}", counts[0].all, cells(counts));
        }
    }
}

/// What it costs to take one changed relation in, with everything that follows from it at the next question.
fn time_changes(directory: &mut Directory, relations: &[linking::Relation]) {
    let (mut upserts, mut refreshes) = (0.0, 0.0);
    let some: Vec<_> = relations.iter().step_by(relations.len().div_ceil(50)).collect();
    for relation in &some {
        let start = processor_time();
        directory.upsert(relation);
        let middle = processor_time();
        directory.refresh(&mut go_on).expect("never interrupted");
        upserts += middle - start;
        refreshes += processor_time() - middle;
    }
    let each = |time: f64| time * 1e6 / some.len() as f64;
    println!("a changed relation: {:.0} µs to take in, {:.0} µs to refresh", each(upserts), each(refreshes));
}

impl Run<'_> {
    fn recall(&self, directory: &mut Directory, options: &Options) -> (BTreeMap<String, [Count; 4]>, f64) {
        let mut counts: BTreeMap<String, [Count; 4]> = BTreeMap::new();
        let mut time = 0.0;
        for question in self.questions {
            let visible: Vec<String> = self.home.then(|| question.schema.clone()).into_iter().collect();
            let context = Context { visible: &visible, ..Context::new(options) };
            let start = processor_time();
            let ranked = rank(&question.text, directory, &context, &mut go_on).expect("never interrupted");
            time += processor_time() - start;
            for (at, budget) in BUDGETS.into_iter().enumerate() {
                let count = self.judge(question, &ranked, budget);
                if self.misses && at == 1 && count.relations == 0 {
                    self.tell(question, &ranked);
                }
                for suite in [question.suite.as_str(), "all"] {
                    let sum = &mut counts.entry(suite.to_owned()).or_default()[at];
                    sum.all += 1;
                    sum.relations += count.relations;
                    sum.named += count.named;
                    sum.columns += count.columns;
                }
            }
        }
        (counts, time * 1e6 / self.questions.len().max(1) as f64)
    }

    fn judge(&self, question: &Question, ranked: &[Ranked], budget: usize) -> Count {
        let home = self.home.then_some(question.schema.as_str());
        let blocks = rendering::Blocks { tables: self.tables, ranked, home };
        let shown = pack(ranked.len(), budget, &blocks, &self.shares, &mut go_on).expect("never interrupted");
        let (mut named, mut relations, mut columns) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for one in &shown {
            let table = blocks.table(one.place);
            named.insert(table.full_name());
            if one.level > Level::Name {
                relations.insert(table.full_name());
                for (at, column) in (0..).zip(&table.columns) {
                    if one.columns.as_ref().is_none_or(|kept| kept.contains(&at)) {
                        columns.insert(format!("{}.{}", table.full_name(), column.name));
                    }
                }
            }
        }
        let any = |within: &dyn Fn(&Needs) -> bool| usize::from(question.gold.iter().any(within));
        Count {
            all: 1,
            relations: any(&|gold| gold.0.is_subset(&relations)),
            named: any(&|gold| gold.0.is_subset(&named)),
            columns: any(&|gold| gold.0.is_subset(&relations) && gold.1.is_subset(&columns)),
        }
    }

    fn tell(&self, question: &Question, ranked: &[Ranked]) {
        let name = |one: &Ranked| format!("{} {:.2}", self.tables[one.oid as usize].full_name(), one.score);
        println!("missed: {} | {} | {:?}", question.schema, question.text, question.gold[0].0);
        for wanted in &question.gold[0].0 {
            let place = ranked.iter().position(|one| self.tables[one.oid as usize].full_name() == *wanted);
            println!("    {wanted} is at {place:?} {:?}", place.map(|place| ranked[place].score));
        }
        for one in ranked.iter().take(1).flat_map(|one| &one.matches).take(8) {
            println!("    {} is {} in {:?} {:?}: {:.2}", one.asked, one.found, one.place, one.column, one.weight);
        }
        println!("    first: {}", ranked.iter().take(5).map(name).collect::<Vec<_>>().join(", "));
    }
}

fn cells(counts: &[Count; 4]) -> String {
    let percent = |part: usize, all: usize| 100.0 * part as f64 / all.max(1) as f64;
    let cell = |count: &Count| {
        let parts =
            [count.relations, count.columns, count.named].map(|part| format!("{:5.1}", percent(part, count.all)));
        parts.join(" /")
    };
    counts.iter().map(cell).collect::<Vec<_>>().join("   ")
}

/// Every way to leave one component out.
fn ablations(full: &Options) -> Vec<(&'static str, Options)> {
    type Change = fn(&mut Options);
    let changes: [(&str, Change); 20] = [
        ("all", |_| {}),
        ("no rarity", |options| options.rarity = false),
        ("no light words", |options| options.light_words = false),
        ("no short forms", |options| options.short_forms = false),
        ("no synonyms", |options| options.synonyms = false),
        ("no glued words", |options| options.glued = false),
        ("no beginnings", |options| options.beginnings = false),
        ("no skeletons", |options| options.skeletons = false),
        ("no typing errors", |options| options.typing_errors = false),
        ("no values", |options| options.values = false),
        ("no comments", |options| options.comments = false),
        ("comments as in prose", |options| {
            options.weights.comment = options.weights.comment_rest;
            options.weights.column_comment = options.weights.column_comment_rest;
        }),
        ("no schema names", |options| options.schema_names = false),
        ("no shared beginnings", |options| options.shared_beginnings = false),
        ("no look-alikes", |options| options.look_alikes = false),
        ("no priors", |options| options.priors = false),
        ("no schema edge", |options| options.schema_edge = 0.0),
        ("no bridge", |options| options.bridge = 0.0),
        ("no steps", |options| options.steps = 0),
        ("no structure", |options| {
            options.steps = 0;
            options.schema_edge = 0.0;
            options.bridge = 0.0;
        }),
    ];
    let changed = |(name, change): (&'static str, Change)| {
        let mut options = full.clone();
        change(&mut options);
        (name, options)
    };
    changes.into_iter().map(changed).collect()
}

fn set(options: &mut Options, shares: &mut Shares, name: &str, value: &str) {
    let figure = || value.parse::<f32>().unwrap_or_else(|_| panic!("{name}={value}"));
    let count = || value.parse::<usize>().unwrap_or_else(|_| panic!("{name}={value}"));
    match name {
        "decay" => options.decay = figure(),
        "steps" => options.steps = count(),
        "schema_edge" => options.schema_edge = figure(),
        "own" => options.own = figure(),
        "bridge" => options.bridge = figure(),
        "crowding" => options.crowding = figure(),
        "column" => options.weights.column = figure(),
        "schema" => options.weights.schema = figure(),
        "comment" => options.weights.comment = figure(),
        "column_comment" => options.weights.column_comment = figure(),
        "value" => options.weights.value = figure(),
        "full" => shares.full = count(),
        "lines" => shares.lines = count(),
        "wide" => shares.wide = u16::try_from(count()).expect("few columns"),
        "step" | "suite" | "flood" => {}
        _ => panic!("no figure is called {name}"),
    }
}

fn megabytes(bytes: usize) -> f64 {
    bytes as f64 / 1_048_576.0
}

/// Seconds that this process has had a processor for: other work on the machine does not count.
fn processor_time() -> f64 {
    let text = std::fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    text.split(' ').next().and_then(|time| time.parse::<f64>().ok()).unwrap_or_default() / 1e9
}

/// Resident bytes of this process.
fn resident() -> usize {
    let text = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    text.split(' ').nth(1).and_then(|pages| pages.parse::<usize>().ok()).unwrap_or_default() * 4096
}
