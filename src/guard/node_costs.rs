//! What the nodes of a cluster estimate for their parts of a plan, from the json that EXPLAIN prints where Citus has planned. Pure.

use serde_json::Value;

/// The costs of all tasks: as many as there are, each as dear as the dearest that is shown. By its own settings Citus shows one of them.
pub fn of(explained: &str) -> f64 {
    serde_json::from_str(explained).map_or(0.0, |explained| in_all(&explained))
}

fn in_all(value: &Value) -> f64 {
    match value {
        Value::Array(values) => values.iter().map(in_all).sum(),
        Value::Object(entries) => {
            let job = entries.get("Job").map_or(0.0, of_job);
            // What runs before the statement itself, whose own cost says nothing of it.
            let before = entries.get("Subplans").map_or(0.0, of_roots);
            // What a node plans is counted with its task.
            let inner = entries.iter().filter(|(name, _)| name.as_str() != "Job");
            job + before + inner.map(|(_, value)| in_all(value)).sum::<f64>()
        }
        _ => 0.0,
    }
}

fn of_job(job: &Value) -> f64 {
    let tasks = job.get("Tasks").and_then(Value::as_array).into_iter().flatten();
    let dearest = tasks.map(|task| task.get("Remote Plan").map_or(0.0, of_roots)).fold(0.0, f64::max);
    let count = job.get("Task Count").and_then(Value::as_f64).unwrap_or(1.0);
    let below = job.get("Dependent Jobs").map_or(0.0, in_all);
    count * dearest + below
}

/// The costs of whole plans, which are those of their roots: what a LIMIT leaves undone may cost more.
fn of_roots(value: &Value) -> f64 {
    match value {
        Value::Array(values) => values.iter().map(of_roots).sum(),
        Value::Object(entries) => match entries.get("Plan") {
            Some(plan) => plan.get("Total Cost").and_then(Value::as_f64).unwrap_or_default(),
            None => entries.values().map(of_roots).sum(),
        },
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_task_costs_what_the_one_that_is_shown_costs() {
        let task = |cost: &str| {
            format!(
                r#"{{"Node": "a", "Remote Plan": [[{{"Plan": {{"Total Cost": {cost}, "Plans": [{{"Total Cost": 99.0}}]}}}}]]}}"#
            )
        };
        let job = |count: u32, cost: &str| {
            format!(r#"{{"Job": {{"Task Count": {count}, "Tasks Shown": "One of 8", "Tasks": [{}]}}}}"#, task(cost))
        };
        let scan =
            format!(r#"{{"Node Type": "Custom Scan", "Total Cost": 0.0, "Distributed Query": {}}}"#, job(8, "10.5"));
        let plan = format!(r#"[{{"Plan": {{"Total Cost": 250.0, "Plans": [{scan}]}}}}]"#);
        assert_eq!(of(&plan), 84.0);
        let sub = format!(r#"{{"PlannedStmt": [{plan}]}}"#);
        let with_subplan = format!(
            r#"[{{"Plan": {{"Distributed Query": {{"Subplans": [{sub}], "Job": {{"Task Count": 1, "Tasks": [{}]}}}}}}}}]"#,
            task("3")
        );
        assert_eq!(of(&with_subplan), 250.0 + 84.0 + 3.0);
        assert_eq!(of(r#"[{"Plan": {"Total Cost": 5.0}}]"#), 0.0, "no other node");
        assert_eq!(of("no json"), 0.0);
    }
}
