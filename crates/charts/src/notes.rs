//! Notes about what a chart leaves out, of the result or of an axis, so that nobody takes it for the whole.

use crate::axis_domain::includes_zero;
use crate::chart::{FieldType, Mark, XyChart};
use crate::dimension::Dimension;
use crate::field::{Field, FieldRole};

/// Omitted columns are listed by name up to this many.
const MAX_NAMED_COLUMNS: usize = 5;

/// Counts the values of the drawn measures that have no position on an axis.
pub fn note_undrawable_values(measures: &[&Field], charts: &[XyChart], notes: &mut Vec<String>) {
    for field in measures.iter().filter(|field| is_drawn(&field.title, charts)) {
        match field.undrawable() {
            0 => {}
            count => notes.push(format!(
                "{count} {} of \"{}\" not drawn: NaN, infinite or beyond what an axis can hold",
                if count == 1 { "value" } else { "values" },
                field.title
            )),
        }
    }
}

/// Names the columns of the result that are not in the charts.
pub fn note_omitted_columns(fields: &[Field], dimensions: &[Dimension], charts: &[XyChart], notes: &mut Vec<String>) {
    let is_omitted = |field: &&Field| {
        // A column with the same value in all rows already has a note that tells the value.
        let is_noted = notes.iter().any(|note| note.starts_with(&format!("{}: ", field.title)));
        // A key whose name is drawn in its place is not missed.
        let is_replaced =
            field.role == FieldRole::Identifier && !dimensions.iter().any(|dimension| dimension.title == field.title);
        !is_noted && !is_replaced && !is_drawn(&field.title, charts)
    };
    let omitted: Vec<&str> = fields.iter().filter(is_omitted).map(|field| field.title.as_str()).collect();
    match omitted.as_slice() {
        [] => {}
        few if few.len() <= MAX_NAMED_COLUMNS => notes.push(format!("not drawn: {}", few.join(", "))),
        many => {
            let named: Vec<&str> = many.iter().copied().take(MAX_NAMED_COLUMNS).collect();
            notes.push(format!("not drawn: {} and {} more columns", named.join(", "), many.len() - named.len()));
        }
    }
}

/// Names the axes that do not begin at zero: on them, a small difference looks like a large one. Bars always begin at
/// zero.
pub fn note_axes_without_zero(charts: &[XyChart], notes: &mut Vec<String>) {
    for xy in charts.iter().filter(|xy| matches!(xy.mark, Mark::Line | Mark::Point)) {
        let mut note = |title: &str| notes.push(format!("the axis of \"{title}\" does not begin at 0"));
        if xy.x.field_type == FieldType::Quantitative && !includes_zero(xy.points.iter().filter_map(|point| point.x)) {
            note(&xy.x.title);
        }
        if !includes_zero(xy.points.iter().filter_map(|point| point.y)) {
            note(&xy.measure);
        }
    }
}

fn is_drawn(title: &str, charts: &[XyChart]) -> bool {
    charts.iter().any(|xy| {
        xy.measure == title
            || xy.x.title.split(", ").any(|part| part == title)
            || xy.series.as_deref() == Some(title)
            || xy.points.iter().any(|point| point.series.as_deref() == Some(title))
    })
}
