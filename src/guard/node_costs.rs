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
            let own = entries.get("Job").map_or(0.0, of_job);
            // What a node plans is counted with its task.
            let others = entries.iter().filter(|(name, _)| name.as_str() != "Job");
            own + others.map(|(_, value)| in_all(value)).sum::<f64>()
        }
        _ => 0.0,
    }
}

fn of_job(job: &Value) -> f64 {
    let tasks = job.get("Tasks").and_then(Value::as_array).into_iter().flatten();
    let dearest = tasks.map(|task| task.get("Remote Plan").map_or(0.0, dearest)).fold(0.0, f64::max);
    let count = job.get("Task Count").and_then(Value::as_f64).unwrap_or(1.0);
    let below = job.get("Dependent Jobs").map_or(0.0, in_all);
    count * dearest + below
}

/// The highest cost in a plan: that of its root.
fn dearest(value: &Value) -> f64 {
    let own = value.get("Total Cost").and_then(Value::as_f64).unwrap_or_default();
    let inner: Vec<&Value> = match value {
        Value::Array(values) => values.iter().collect(),
        Value::Object(entries) => entries.values().collect(),
        _ => Vec::new(),
    };
    inner.into_iter().map(dearest).fold(own, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_task_costs_what_the_one_that_is_shown_costs() {
        let task = |cost: &str| {
            format!(
                r#"{{"Node": "a", "Remote Plan": [[{{"Plan": {{"Total Cost": {cost}, "Plans": [{{"Total Cost": 1.0}}]}}}}]]}}"#
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
        assert_eq!(of(&with_subplan), 87.0);
        assert_eq!(of(r#"[{"Plan": {"Total Cost": 5.0}}]"#), 0.0, "no other node");
        assert_eq!(of("no json"), 0.0);
    }
}
