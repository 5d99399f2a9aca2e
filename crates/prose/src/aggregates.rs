//! Aggregates and window functions.

use super::relation_names::word;
use super::{Writer, listed};
use crate::outline::{Aggregate, Bound, Expr, Frame, Window};

impl<'o> Writer<'o> {
    pub(super) fn aggregate(&self, aggregate: &'o Aggregate) -> String {
        if let Some(text) = self.conditional(aggregate) {
            return text;
        }
        let text = self.aggregate_of(aggregate);
        self.filtered(text, aggregate)
    }

    fn filtered(&self, text: String, aggregate: &'o Aggregate) -> String {
        match &aggregate.filter {
            Some(filter) if text == "the number of rows" => format!("{text} where {}", self.condition(filter, false)),
            Some(filter) => format!("{text} over the rows where {}", self.condition(filter, false)),
            None => text,
        }
    }

    fn aggregate_of(&self, aggregate: &'o Aggregate) -> String {
        let args: Vec<String> = aggregate.args.iter().map(|arg| self.operand(arg)).collect();
        let of = listed(&args, "and");
        let different = if aggregate.distinct { "different " } else { "" };
        let all_different = if aggregate.distinct { "the different " } else { "" };
        let order = match aggregate.order.as_slice() {
            [] => String::new(),
            keys => format!(" in order of {}", self.sort_keys(keys, None)),
        };
        match (aggregate.name.as_str(), args.len()) {
            ("count", 0) => "the number of rows".to_owned(),
            ("count", _) => match aggregate.args.first() {
                Some(Expr::Constant { text: Some(_), .. }) if !aggregate.distinct => "the number of rows".to_owned(),
                Some(Expr::Row(entry)) => format!("the number of {different}rows of {}", self.label(*entry)),
                _ => format!("the number of {different}{of} values"),
            },
            ("sum", 1) => format!("the sum of {all_different}{of}"),
            ("avg", 1) => format!("the average of {all_different}{of}"),
            ("min", 1) => format!("the {} {of}", extremes(aggregate.category).0),
            ("max", 1) => format!("the {} {of}", extremes(aggregate.category).1),
            ("array_agg" | "json_agg" | "jsonb_agg", 1) => format!("the list of {all_different}{of}{order}"),
            ("string_agg", 2) => {
                let value = args.first().map(String::as_str).unwrap_or_default();
                let separator = args.get(1).map(String::as_str).unwrap_or_default();
                format!("all {different}{value}{order}, joined by {separator}")
            }
            ("bool_or", 1) => format!("whether any row has {of}"),
            ("bool_and" | "every", 1) => format!("whether every row has {of}"),
            ("stddev" | "stddev_samp" | "stddev_pop", 1) => format!("the standard deviation of {of}"),
            ("variance" | "var_samp" | "var_pop", 1) => format!("the variance of {of}"),
            ("corr", 2) => format!("the correlation of {of}"),
            ("mode", _) => format!("the most frequent {}", self.ordered_values(aggregate)),
            ("percentile_cont" | "percentile_disc", _) => self.percentile(aggregate),
            _ => {
                let direct = self.values(&aggregate.direct);
                let all = direct.iter().chain(&args).cloned().collect::<Vec<_>>().join(", ");
                format!("{}({different}{all}){order}", word(&aggregate.name))
            }
        }
    }

    fn ordered_values(&self, aggregate: &'o Aggregate) -> String {
        let values: Vec<String> = aggregate.order.iter().map(|key| self.operand(&key.value)).collect();
        listed(&values, "and")
    }

    fn percentile(&self, aggregate: &'o Aggregate) -> String {
        let of = self.ordered_values(aggregate);
        let descending = aggregate.order.first().is_some_and(|key| key.descending);
        match aggregate.direct.first() {
            Some(Expr::Constant { text: Some(text), .. }) if text == "0.5" => format!("the median of {of}"),
            Some(fraction) => {
                let from = if descending { ", counted from the highest" } else { "" };
                format!("the {} quantile of {of}{from}", self.value(fraction))
            }
            None => format!("a quantile of {of}"),
        }
    }

    /// `sum(CASE WHEN … THEN 1 ELSE 0 END)` and its kind: an aggregate over some of the rows.
    fn conditional(&self, aggregate: &'o Aggregate) -> Option<String> {
        let [Expr::Case { arms, otherwise, value: None }] = aggregate.args.as_slice() else { return None };
        let [(when, then)] = arms.as_slice() else { return None };
        if aggregate.filter.is_some() {
            return None;
        }
        let is = |value: Option<&Expr>, wanted: &str| matches!(value, Some(Expr::Constant { text: Some(text), .. }) if text == wanted);
        let otherwise = otherwise.as_deref();
        let rows = || format!("the number of rows where {}", self.condition(when, false));
        if aggregate.distinct {
            let of = (aggregate.name == "count" && otherwise.is_none()).then(|| self.operand(then))?;
            return Some(format!(
                "the number of different {of} values over the rows where {}",
                self.condition(when, false)
            ));
        }
        match aggregate.name.as_str() {
            "sum" if is(Some(then), "1") && (otherwise.is_none() || is(otherwise, "0")) => Some(rows()),
            "count" if otherwise.is_none() && matches!(then, Expr::Constant { text: Some(_), .. }) => Some(rows()),
            "count" if otherwise.is_none() => {
                let when = self.condition(when, false);
                Some(format!("the number of {} values over the rows where {when}", self.operand(then)))
            }
            "sum" if otherwise.is_none() || is(otherwise, "0") => {
                let when = self.condition(when, false);
                Some(format!("the sum of {} over the rows where {when}", self.operand(then)))
            }
            "avg" if otherwise.is_none() => {
                let when = self.condition(when, false);
                Some(format!("the average of {} over the rows where {when}", self.operand(then)))
            }
            _ => None,
        }
    }

    pub(super) fn window(&self, window: &'o Window) -> String {
        let running = window.aggregate && !window.order.is_empty() && window.frame.is_none();
        let mut details = Vec::new();
        if !window.partition.is_empty() {
            details.push(format!("for each {}", listed(&self.values(&window.partition), "and")));
        }
        if !window.order.is_empty() {
            details.push(format!("in order of {}", self.sort_keys(&window.order, None)));
        }
        if running {
            details.push("up to each row".to_owned());
        }
        details.extend(window.frame.as_ref().map(|frame| self.frame(frame)));
        if details.is_empty() {
            details.push("over all rows".to_owned());
        }
        let what = if window.aggregate { self.aggregate(&window.call) } else { self.window_call(&window.call) };
        format!("{what} ({})", details.join(", "))
    }

    fn window_call(&self, call: &'o Aggregate) -> String {
        let arg = |at: usize| call.args.get(at).map(|arg| self.operand(arg)).unwrap_or_default();
        let apart = |before: &str| match call.args.get(1) {
            None => format!("{} of the row {before}", arg(0)),
            Some(Expr::Constant { text: Some(text), .. }) if text == "1" => format!("{} of the row {before}", arg(0)),
            Some(_) => format!("{} of {} rows {before}", arg(0), arg(1)),
        };
        let text = match call.name.as_str() {
            "row_number" => "the number of the row".to_owned(),
            "rank" => "the rank".to_owned(),
            "dense_rank" => "the rank without gaps".to_owned(),
            "percent_rank" => "the rank from 0 to 1".to_owned(),
            "cume_dist" => "the share of rows up to this one".to_owned(),
            "ntile" => format!("which of {} equal parts the row is in", arg(0)),
            "lag" => apart("before"),
            "lead" => apart("after"),
            "first_value" => format!("the first {}", arg(0)),
            "last_value" => format!("the last {}", arg(0)),
            "nth_value" => format!("{} of row {}", arg(0), arg(1)),
            name => self.plain_call(name, &call.args),
        };
        self.filtered(text, call)
    }

    fn frame(&self, frame: &'o Frame) -> String {
        let unit = if frame.unit == "range" { "" } else { frame.unit };
        let bound = |bound: &'o Bound| match bound {
            Bound::First => "the first row".to_owned(),
            Bound::Last => "the last row".to_owned(),
            Bound::Current => "the row itself".to_owned(),
            Bound::Before(by) => format!("{} {unit}", self.value(by)).trim().to_owned() + " before",
            Bound::After(by) => format!("{} {unit}", self.value(by)).trim().to_owned() + " after",
        };
        format!("from {} to {}", bound(&frame.start), bound(&frame.end))
    }
}

fn extremes(category: char) -> (&'static str, &'static str) {
    match category {
        'D' => ("earliest", "latest"),
        'T' => ("shortest", "longest"),
        'S' => ("alphabetically first", "alphabetically last"),
        _ => ("lowest", "highest"),
    }
}
