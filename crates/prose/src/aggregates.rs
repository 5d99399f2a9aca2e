//! Describes aggregates.

use crate::entry_names::format_name;
use crate::outline::{AggregateCall, Expr};
use crate::{Describer, english_list};

impl<'o> Describer<'o> {
    pub(crate) fn aggregate(&self, aggregate: &'o AggregateCall) -> String {
        if let Some(text) = self.aggregate_over_case(aggregate) {
            return text;
        }
        let text = self.unfiltered_aggregate(aggregate);
        self.with_filter(text, aggregate)
    }

    /// The text with the condition of FILTER added.
    pub(crate) fn with_filter(&self, text: String, aggregate: &'o AggregateCall) -> String {
        match &aggregate.filter {
            Some(filter) if text == "the number of rows" => format!("{text} where {}", self.condition(filter, false)),
            Some(filter) => format!("{text} over the rows where {}", self.condition(filter, false)),
            None => text,
        }
    }

    fn unfiltered_aggregate(&self, aggregate: &'o AggregateCall) -> String {
        let args: Vec<String> = aggregate.args.iter().map(|arg| self.operand(arg)).collect();
        let of = english_list(&args, "and");
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
                Some(Expr::Row(entry)) => format!("the number of {different}rows of {}", self.display_name(*entry)),
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
                let direct = self.values(&aggregate.direct_args);
                let all = direct.iter().chain(&args).cloned().collect::<Vec<_>>().join(", ");
                format!("{}({different}{all}){order}", format_name(&aggregate.name))
            }
        }
    }

    fn ordered_values(&self, aggregate: &'o AggregateCall) -> String {
        let values: Vec<String> = aggregate.order.iter().map(|key| self.operand(&key.value)).collect();
        english_list(&values, "and")
    }

    fn percentile(&self, aggregate: &'o AggregateCall) -> String {
        let of = self.ordered_values(aggregate);
        let descending = aggregate.order.first().is_some_and(|key| key.descending);
        match aggregate.direct_args.first() {
            Some(Expr::Constant { text: Some(text), .. }) if text == "0.5" => format!("the median of {of}"),
            Some(fraction) => {
                let from = if descending { ", counted from the highest" } else { "" };
                format!("the {} quantile of {of}{from}", self.value(fraction))
            }
            None => format!("a quantile of {of}"),
        }
    }

    /// An aggregate whose argument is a CASE that chooses rows, such as `sum(CASE WHEN … THEN 1 ELSE 0 END)`. It is
    /// described as an aggregate over those rows.
    fn aggregate_over_case(&self, aggregate: &'o AggregateCall) -> Option<String> {
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
}

/// The adjectives for the least and the greatest value of a type category.
fn extremes(category: char) -> (&'static str, &'static str) {
    match category {
        'D' => ("earliest", "latest"),
        'T' => ("shortest", "longest"),
        'S' => ("alphabetically first", "alphabetically last"),
        _ => ("lowest", "highest"),
    }
}
