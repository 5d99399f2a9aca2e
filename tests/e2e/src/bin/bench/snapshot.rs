//! What a prompt costs with many tables: reading the catalogs, choosing what fits the question, writing it out.

use nl2sql_e2e::cluster::{Cluster, Content};

use crate::{heading, median, milliseconds, timed};

const RUNS: usize = 20;
const FRESH: usize = 5;
const PROMPT: &str = "SELECT nl_prompt('x')";

pub fn run(cluster: &Cluster) {
    heading(&format!("nl_prompt('x') by number of tables (8 columns each, a foreign key); median of {RUNS}"));
    println!("{:<10} {:>22} {:>22} {:>14}", "tables", "first of a session", "later ones", "prompt");
    for tables in [10, 100, 1000] {
        let database = cluster.database("snapshot", Content::Empty);
        let mut session = database.session();
        session.run(&schema(tables));
        // The first call of a backend also fills PostgreSQL's own caches, so it is measured by itself.
        let first = (0..FRESH).map(|_| {
            let mut fresh = database.session();
            timed(|| fresh.text(PROMPT)).0
        });
        let first = median(first.collect());
        let bytes = session.text(PROMPT).len();
        let later = median((0..RUNS).map(|_| timed(|| session.text(PROMPT)).0).collect());
        println!("{tables:<10} {:>22} {:>22} {bytes:>8} bytes", milliseconds(first), milliseconds(later));
    }
}

/// Every table refers to the one before it.
fn schema(tables: usize) -> String {
    let table = |number: usize| {
        let reference = if number > 1 { format!("REFERENCES table_{}", number - 1) } else { String::new() };
        format!(
            "CREATE TABLE table_{number} (id int PRIMARY KEY, parent_id int {reference}, name text NOT NULL, city text,
             amount numeric(12,2), made_on date, changed_at timestamptz, note text);
             COMMENT ON TABLE table_{number} IS 'things of kind {number}';"
        )
    };
    (1..=tables).map(table).collect::<String>() + "ANALYZE"
}
