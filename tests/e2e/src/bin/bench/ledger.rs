//! What writing history costs a question that asks no model outside the server.

use std::time::Duration;

use nl2sql_e2e::cluster::{Cluster, Content};
use nl2sql_e2e::session::Session;

use crate::{compare, heading, median, timed};

const ROUNDS: usize = 400;
const QUESTION: &str = "SELECT nl_ask('revenue per month in 2025')";

/// Medians of the same question with and without history, turn by turn, so that what else the machine does falls on both.
fn measured(session: &mut Session) -> (Duration, Duration) {
    let (mut without, mut with) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS + 20 {
        for (setting, times) in [("off", &mut without), ("full", &mut with)] {
            session.run(&format!("SET nl2sql.history = '{setting}'"));
            let (time, _) = timed(|| session.run(QUESTION));
            if round >= 20 {
                times.push(time);
            }
        }
    }
    (median(without), median(with))
}

pub fn run(cluster: &Cluster) {
    heading("history, a question to builtin");
    let preloaded = Cluster::start_with("shared_preload_libraries = 'nl2sql'\n");
    for (name, cluster) in [("in the asker's transaction", cluster), ("by the background process", &preloaded)] {
        let (without, with) = measured(&mut cluster.database("ledger", Content::Shop).session());
        compare(name, with, "no history", without);
    }
}
