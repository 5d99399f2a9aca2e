//! What a measure is called in a sentence: `number of new customers`, `average order value`, `revenue`.

use words::singular;

use super::columns::{Column, Role, aggregate, counted_rows, spoken, spoken_relation, top_select};
use super::conditions::{condition, described};
use super::figures::Style;
use super::times;
use super::{Facts, with_the};
use crate::outline::{AggregateCall, Expr};

/// Columns that say how much without saying of what.
const AMOUNTS: &[&str] = &["total", "amount", "value", "sum", "quantity", "size", "cost"];
/// Of these, those that mean the same.
const ALIKE: &[&str] = &["total", "amount", "value", "sum"];
/// Relations whose amounts are no revenue, though one may ask for it by that word.
const OTHER_MONEY: &[&str] = &["payment", "receipt", "refund", "expense", "cost", "invoice", "budget", "donation"];

/// Whether a column's numbers are amounts of which a sum makes sense, such as totals of orders.
pub fn is_amount(column: &Column) -> bool {
    let name = spoken(&column.name);
    let last = name.rsplit(' ').next().unwrap_or_default();
    column.role == Role::Measure && column.figures.style == Style::Plain && (ALIKE.contains(&last) || last == "fee")
}

/// The amount of what is in stock, as the builtin model calls it.
pub const STOCK_VALUE: &str = "stock value";

/// What is in stock, many of them, and the prices it is counted at: `products` and `prices`.
pub fn stock_and_price(facts: &Facts, column: &Column) -> Option<(String, String)> {
    let output = top_select(facts)?.columns.iter().find(|output| output.name == column.name)?;
    let (of, _) = measured(facts, &output.value)?;
    let is_price = |name: &String| ["price", "cost"].iter().any(|end| name.ends_with(end));
    let price = factors(&output.value).into_iter().find(is_price)?;
    Some((plural(&of), plural(&price)))
}

/// Whether a column says how many pieces a row stands for.
pub fn is_quantity(name: &str) -> bool {
    matches!(name, "quantity" | "qty" | "units" | "pieces")
}

/// What a sum is of: `the payments` for `total of payments`, `revenue`.
pub fn whole(noun: &str) -> String {
    match noun.strip_prefix("total of ") {
        Some(rows) => format!("the {rows}"),
        None => with_the(noun),
    }
}

/// Whether a name is that of a price.
pub fn is_price(name: &str) -> bool {
    name.ends_with("price")
}

/// What the rows are that are counted; new ones where the time that is asked for is the one when they came.
pub fn counted(facts: &Facts) -> Option<String> {
    let rows = counted_rows(facts)?;
    let times = times::known(facts);
    let new = times.iter().find(|time| time.event.rows == rows).map(|time| time.event.counted());
    Some(new.unwrap_or(rows))
}

/// The noun that the question has for a measure, or the one that its column asks for.
fn said(facts: &Facts, words: &str, value: &Expr) -> Option<String> {
    let (of, name) = measured(facts, value)?;
    let (before, last) = words.rsplit_once(' ').unwrap_or(("", words));
    let function = aggregate(value)?.name.as_str();
    let of_last = of.rsplit(' ').next()?;
    if function == "sum" && OTHER_MONEY.contains(&of_last) && (AMOUNTS.contains(&last) || last == "revenue") {
        let rest = words.strip_suffix(last)?.trim_start_matches("total").trim();
        return Some(format!("{rest} total of {}", plural(&of)).trim_start().to_owned());
    }
    let is_of_amount = last == name && AMOUNTS.contains(&last) && !before.is_empty() && !before.contains(of_last);
    if !is_of_amount || function == "sum" {
        return None;
    }
    // "Average order value" of a column that is called total.
    let question = facts.question.to_lowercase();
    let asked =
        |other: &&&str| question.contains(&format!("{of} {other}")) || question.contains(&format!("{of}s {other}"));
    let last = ALIKE.iter().filter(|_| ALIKE.contains(&last)).find(asked).map_or(last, |other| *other);
    Some(format!("{before} {of} {last}"))
}

/// The columns whose product an aggregate adds up, as words.
fn factors(value: &Expr) -> Vec<String> {
    let Some([Expr::Operator { args, .. }]) = aggregate(value).map(|call| call.args.as_slice()) else {
        return Vec::new();
    };
    let name = |arg: &Expr| match uncast(arg) {
        Expr::Column { name, .. } => Some(spoken(name)),
        _ => None,
    };
    args.iter().filter_map(name).collect()
}

/// What the column is of that an aggregate is made of, one of them, and its name as words: `order` and `total`.
pub fn measured(facts: &Facts, value: &Expr) -> Option<(String, String)> {
    let call = aggregate(value)?;
    let of = call.args.first().or_else(|| call.order.first().map(|key| &key.value))?;
    let of = match of {
        Expr::Operator { args, .. } => args.first()?,
        of => of,
    };
    let Expr::Column { entry: Some(entry), name } = uncast(of) else { return None };
    let entry = facts.outline.entries.get(*entry)?;
    let words = spoken_relation(&entry.name);
    let (before, last) = words.rsplit_once(' ').unwrap_or(("", &words));
    Some((format!("{before} {}", singular(last)).trim_start().to_owned(), spoken(name)))
}

fn uncast(value: &Expr) -> &Expr {
    match value {
        Expr::Cast { value, .. } => uncast(value),
        other => other,
    }
}

/// What a column is called that is no count of rows. A name that says nothing is told by what the column is made of.
pub fn noun(facts: &Facts, words: &str, value: Option<&Expr>) -> String {
    let says = |begin: &str| facts.question.to_lowercase().split(' ').any(|word| word.starts_with(begin));
    match words {
        "units" if value.is_some() && (says("sold") || says("sell")) => return "units sold".to_owned(),
        "spent" => return "spending".to_owned(),
        _ => {}
    }
    if let Some(said) = value.and_then(|value| said(facts, words, value)) {
        return said;
    }
    let bare = words.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end();
    let says_nothing = ["count", "sum", "avg", "min", "max", "?column?", "value", ""].contains(&bare);
    match value {
        Some(value) if words == "fraction" => of_counts(facts, value, "share").unwrap_or_else(|| "share".to_owned()),
        Some(value) if words == "average" => of_counts(facts, value, "average").unwrap_or_else(|| words.to_owned()),
        // "Count, or 0 where it has no value" is told as what is counted.
        Some(Expr::Call { name, args }) if says_nothing && name == "coalesce" && is_column(args) => words.to_owned(),
        Some(value) if says_nothing => {
            if let Some(AggregateCall { name, distinct: true, args, .. }) = aggregate(value)
                && name == "count"
                && let [Expr::Column { name, .. }] = args.as_slice()
            {
                return format!("number of different {}", plural(&spoken(name)));
            }
            let described = described(facts, value);
            described.strip_prefix("the ").map_or(described.clone(), str::to_owned)
        }
        _ => words.to_owned(),
    }
}

fn is_column(args: &[Expr]) -> bool {
    args.first().is_some_and(|value| matches!(uncast(value), Expr::Column { .. }))
}

/// What the quotient of two counts is: `share of orders where status is 'returned'`, `average number of order items per order`.
fn of_counts(facts: &Facts, value: &Expr, what: &str) -> Option<String> {
    let Expr::Operator { symbol, args } = value else { return None };
    let [part, whole] = args.as_slice() else { return None };
    let rows = counted_rows(facts).or_else(|| measured(facts, part).map(|(of, _)| plural(&of)));
    let (part, rows) = (aggregate(part).filter(|call| call.name == "count" && symbol == "/")?, rows?);
    if what == "share" {
        return Some(format!("share of {}", condition(facts, part.filter.as_ref()?, &rows)?));
    }
    let Expr::Call { args, .. } = whole else { return None };
    let per = aggregate(args.first()?).filter(|call| call.distinct)?;
    let [Expr::Column { name, .. }] = per.args.as_slice() else { return None };
    let per = spoken(name);
    Some(format!("average number of {rows} per {}", per.strip_suffix(" id").unwrap_or(&per)))
}

/// `customers` for `customer id`, `countries` for `country`.
pub fn plural(words: &str) -> String {
    let stem = words.strip_suffix(" id").unwrap_or(words);
    if singular(stem) != stem {
        return stem.to_owned();
    }
    let (others, last) = stem.rsplit_once(' ').map_or(("", stem), |(others, last)| (others, last));
    if let Some(plural) = words::irregular_plural(last) {
        return format!("{others} {plural}").trim_start().to_owned();
    }
    let before = stem.chars().rev().nth(1);
    match stem.strip_suffix('y') {
        Some(stem) if before.is_some_and(|c| !"aeiou".contains(c)) => format!("{stem}ies"),
        _ if stem.ends_with(['s', 'x'])
            || ["ch", "sh", "hero", "echo", "tomato", "potato"].iter().any(|end| stem.ends_with(end)) =>
        {
            format!("{stem}es")
        }
        _ => format!("{stem}s"),
    }
}
