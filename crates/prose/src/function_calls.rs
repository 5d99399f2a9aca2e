//! Describes function calls: common functions in words, all others as they are written.

use crate::entry_names::format_name;
use crate::outline::Expr;
use crate::{Describer, english_list};

impl<'o> Describer<'o> {
    pub(crate) fn call(&self, name: &str, args: &'o [Expr]) -> String {
        let arg = |at: usize| args.get(at).map(|arg| self.operand(arg)).unwrap_or_default();
        match (name, args.len()) {
            ("now" | "current_timestamp" | "transaction_timestamp" | "statement_timestamp", 0) => "now".to_owned(),
            ("current_date", 0) => "today".to_owned(),
            ("current_user" | "session_user", 0) => "the user".to_owned(),
            ("extract" | "date_part", 2) => self.date_part(args),
            ("date_trunc", 2) => match args.first() {
                Some(Expr::Constant { text: Some(unit), .. }) => format!("the {} of {}", unit.to_lowercase(), arg(1)),
                _ => self.plain_call(name, args),
            },
            ("timezone", 2) => format!("{} in the time zone {}", arg(1), arg(0)),
            ("timezone", 1) => arg(0),
            ("age", 2) => format!("the time from {} to {}", arg(1), arg(0)),
            ("age", 1) => format!("the time from {} to today", arg(0)),
            ("to_char", 2) => format!("{} written as {}", arg(0), arg(1)),
            ("lower", 1) => format!("{} in lower case", arg(0)),
            ("upper", 1) => format!("{} in upper case", arg(0)),
            ("btrim" | "trim", 1) => format!("{} without spaces around it", arg(0)),
            ("length" | "char_length" | "character_length", 1) => format!("the length of {}", arg(0)),
            ("abs", 1) => format!("the absolute value of {}", arg(0)),
            ("round", 1) => format!("{} rounded to a whole number", arg(0)),
            ("round", 2) => match args.get(1) {
                Some(Expr::Constant { text: Some(digits), .. }) if digits == "1" => {
                    format!("{} rounded to 1 decimal", arg(0))
                }
                _ => format!("{} rounded to {} decimals", arg(0), arg(1)),
            },
            ("ceil" | "ceiling", 1) => format!("{} rounded up", arg(0)),
            ("floor", 1) => format!("{} rounded down", arg(0)),
            ("coalesce", 2..) => {
                let rest: Vec<String> = (1..args.len()).map(arg).collect();
                format!("{}, or {} where it has no value", arg(0), english_list(&rest, "or"))
            }
            ("nullif", 2) => format!("{} unless it is {}", arg(0), arg(1)),
            ("greatest" | "least", _) => format!("the {name} of {}", english_list(&self.values(args), "and")),
            ("concat", 2..) => self.values(args).join(" followed by "),
            _ => self.measured(name, args).unwrap_or_else(|| self.plain_call(name, args)),
        }
    }

    pub(crate) fn plain_call(&self, name: &str, args: &'o [Expr]) -> String {
        format!("{}({})", format_name(name), self.values(args).join(", "))
    }

    fn date_part(&self, args: &'o [Expr]) -> String {
        let [Expr::Constant { text: Some(part), .. }, of] = args else { return self.plain_call("extract", args) };
        let of = self.operand(of);
        let part = part.to_lowercase();
        let what = match part.as_str() {
            "year" | "quarter" | "hour" | "minute" | "second" | "week" | "century" | "decade" => part.as_str(),
            "month" => "number of the month",
            "day" => "day of the month",
            "dow" | "isodow" => "number of the weekday",
            "doy" => "day of the year",
            "isoyear" => "year of the week",
            "epoch" => "number of seconds",
            _ => return self.plain_call("extract", args),
        };
        format!("the {what} of {of}")
    }
}

/// Whether the phrase for a function ends with words about what is done to its argument, as in `name in lower case`.
/// Such a phrase needs parentheses inside another one.
pub(crate) fn ends_with_a_modifier(name: &str) -> bool {
    const NAMES: [&str; 19] = [
        "btrim",
        "ceil",
        "ceiling",
        "coalesce",
        "concat",
        "floor",
        "lower",
        "nullif",
        "round",
        "st_asewkt",
        "st_asgeojson",
        "st_astext",
        "st_buffer",
        "st_setsrid",
        "st_transform",
        "timezone",
        "to_char",
        "trim",
        "upper",
    ];
    NAMES.contains(&name)
}
