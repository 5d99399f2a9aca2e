//! What docs/operate.md has for monitoring: the exporter's queries run with the rights that it names, and the panels show what there is.

use nl2sql_e2e::cluster::{Cluster, Content};
use nl2sql_e2e::session::Session;
use nl2sql_e2e::waiting::wait_for;
use postgres::SimpleQueryMessage;
use serde_json::Value;

const DOCUMENT: &str = include_str!("../../../docs/operate.md");

/// The blocks of the document between these marks.
fn blocks(language: &str) -> Vec<&'static str> {
    let monitoring = DOCUMENT.split_once("## Monitoring").expect("a chapter on monitoring").1;
    let parts = monitoring.split("```").skip(1).step_by(2);
    parts.filter_map(|part| part.strip_prefix(language)?.strip_prefix('\n')).collect()
}

/// The columns of the only row, with their values.
fn row(session: &mut Session, sql: &str) -> Vec<(String, Option<String>)> {
    let messages = session.client.simple_query(sql).unwrap_or_else(|error| panic!("{sql}\n{error:?}"));
    let rows: Vec<_> = messages
        .iter()
        .filter_map(|message| match message {
            SimpleQueryMessage::Row(row) => Some(row),
            _ => None,
        })
        .collect();
    assert_eq!(rows.len(), 1, "{sql}");
    let columns = rows[0].columns().iter().enumerate();
    columns.map(|(at, column)| (column.name().to_owned(), rows[0].get(at).map(str::to_owned))).collect()
}

/// Words that name metrics of ours.
fn metrics(text: &str) -> Vec<&str> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    words.filter(|word| word.starts_with("nl2sql_")).collect()
}

#[test]
fn exporters_and_panels_show_what_there_is() {
    let cluster = Cluster::start_with("shared_preload_libraries = 'nl2sql'\nnl2sql.history = 'full'\n");
    let database = cluster.database("monitored", Content::Shop);
    let mut admin = database.session();
    let role = database.role("exporter");
    admin.run(&format!("GRANT pg_read_all_stats TO {role}"));
    let mut exporter = database.session_as(&role);
    let queries: Vec<&str> = blocks("").into_iter().flat_map(|block| block.split(';')).map(str::trim).collect();
    let queries: Vec<&str> = queries.into_iter().filter(|query| query.starts_with("SELECT")).collect();
    assert_eq!(queries.len(), 2);
    let mut produced = Vec::new();
    for is_used in [false, true] {
        if is_used {
            for question in ["how many customers are there", "orders per month in 2025"] {
                admin.ask(question);
            }
            // They are written a moment later.
            wait_for(&mut admin, "SELECT count(*) FROM nl2sql.history", "2");
        }
        for query in &queries {
            for (name, value) in row(&mut exporter, query) {
                // A sample is a number, from the first scrape on.
                let value = value.unwrap_or_else(|| panic!("{name} is NULL"));
                let value: f64 = value.parse().unwrap_or_else(|_| panic!("{name} is {value}"));
                if name == "nl2sql_questions_total" {
                    assert_eq!(value, if is_used { 2.0 } else { 0.0 });
                }
                produced.push(name);
            }
        }
    }
    assert!(produced.len() > 20 && produced.iter().all(|name| name.starts_with("nl2sql_")), "{produced:?}");
    let monitoring = DOCUMENT.split_once("## Monitoring").expect("a chapter").1;
    for named in metrics(monitoring) {
        assert!(produced.iter().any(|name| name == named), "{named} is no metric");
    }
    let panels = blocks("json");
    assert!(!panels.is_empty());
    for panel in panels {
        let panel: Value = serde_json::from_str(panel).expect("a panel is json");
        assert!(panel["type"] == "timeseries" && panel["targets"].as_array().is_some_and(|all| !all.is_empty()));
        for target in panel["targets"].as_array().expect("just looked") {
            match (target["rawSql"].as_str(), target["expr"].as_str()) {
                (Some(sql), None) => {
                    // As Grafana writes it for a data source of PostgreSQL.
                    let sql = sql.replace("$__timeFilter(day)", "day BETWEEN now() - interval '7 days' AND now()");
                    let columns = row(&mut exporter, &format!("SELECT * FROM ({sql}) AS panel LIMIT 1"));
                    assert_eq!(
                        columns.iter().map(|(name, _)| name.as_str()).take(2).collect::<Vec<_>>(),
                        ["time", "metric"]
                    );
                }
                (None, Some(expression)) => assert!(!metrics(expression).is_empty(), "{expression}"),
                _ => panic!("a target asks one thing: {target}"),
            }
        }
    }
}
