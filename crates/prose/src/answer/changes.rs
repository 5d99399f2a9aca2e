//! How much more or less a number is than another, in the word that suits what is measured.

use super::columns::Column;
use super::figures::Style;
use super::numbers;
use super::single_row::is_plural;

/// How much more or less a number is than another: `12 % more`.
pub(super) fn change(new: f64, old: f64, style: Style) -> String {
    let more = if new > old { "more" } else { "less" };
    if new == old { "the same".to_owned() } else { format!("{} {more}", amount_of_change(new, old, style)) }
}

/// The same in the word that suits what is measured: fewer orders, a lower average, less revenue.
pub(super) fn change_of(column: &Column, new: f64, old: f64) -> String {
    let change = change(new, old, column.figures.style);
    let what = column.timed.as_ref().map_or(column.noun.as_str(), |timed| timed.what.as_str());
    let (more, less) = match what {
        what if column.counted.is_some() || what.starts_with("number of ") || is_plural(what) => ("more", "fewer"),
        _ if !column.adds_up => ("higher", "lower"),
        _ => ("more", "less"),
    };
    match (change.strip_suffix("more"), change.strip_suffix("less")) {
        (Some(much), _) => format!("{much}{more}"),
        (_, Some(much)) => format!("{much}{less}"),
        _ => change,
    }
}

/// How much that is: in percent where both are plain numbers that allow it.
pub(super) fn amount_of_change(new: f64, old: f64, style: Style) -> String {
    match style {
        Style::Plain if old > 0.0 && new >= 0.0 => numbers::percent((new - old).abs() / old),
        _ => difference(new, old, style),
    }
}

/// The distance of two numbers; of two percentages in points.
fn difference(new: f64, old: f64, style: Style) -> String {
    match style {
        Style::Plain => numbers::plain((new - old).abs()),
        Style::Fraction => format!("{} points", numbers::percent((new - old).abs()).trim_end_matches(" %")),
        Style::Percent => format!("{} points", numbers::plain((new - old).abs())),
    }
}
