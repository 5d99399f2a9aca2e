//! Describes window functions.

use crate::outline::{AggregateCall, Expr, FrameBound, WindowCall, WindowFrame};
use crate::{Describer, english_list};

impl<'o> Describer<'o> {
    /// A call with its OVER clause in parentheses.
    pub(crate) fn window(&self, window: &'o WindowCall) -> String {
        let running = window.aggregate && !window.order.is_empty() && window.frame.is_none();
        let mut details = Vec::new();
        if !window.partition.is_empty() {
            details.push(format!("for each {}", english_list(&self.values(&window.partition), "and")));
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

    fn window_call(&self, call: &'o AggregateCall) -> String {
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
        self.with_filter(text, call)
    }

    fn frame(&self, frame: &'o WindowFrame) -> String {
        let unit = if frame.unit == "range" { "" } else { frame.unit };
        let bound = |bound: &'o FrameBound| match bound {
            FrameBound::UnboundedPreceding => "the first row".to_owned(),
            FrameBound::UnboundedFollowing => "the last row".to_owned(),
            FrameBound::CurrentRow => "the row itself".to_owned(),
            FrameBound::Preceding(by) => format!("{} {unit}", self.value(by)).trim().to_owned() + " before",
            FrameBound::Following(by) => format!("{} {unit}", self.value(by)).trim().to_owned() + " after",
        };
        format!("from {} to {}", bound(&frame.start), bound(&frame.end))
    }
}
