//! Renders a chart as lines of text for a terminal.

mod bars;
mod braille;
mod line_plot;
mod sparklines;
mod strip_plot;
mod text_table;

use crate::chart::{Chart, FieldType, Kpi, Mark, Panel, XyChart};
use crate::number;
use crate::text_width::{align_left, clean, truncate, width, wrap};

/// No line is wider than this many columns of a terminal.
pub const WIDTH: usize = 80;
/// Long names of bars, series and labels are cut to this many columns.
const MAX_LABEL: usize = 24;

/// The panels below each other, then the notes in parentheses.
pub fn lines(chart: &Chart) -> Vec<String> {
    let mut lines = Vec::new();
    for (at, panel) in chart.panels.iter().enumerate() {
        if at > 0 {
            lines.push(String::new());
        }
        lines.extend(match panel {
            Panel::Message(text) => vec![format!("({text})")],
            Panel::Kpis(kpis) => kpi_lines(kpis),
            Panel::Xy(xy) => xy_lines(xy),
            Panel::Table(table) => text_table::lines(table),
        });
    }
    for note in &chart.notes {
        lines.extend(wrap(&format!("({})", clean(note)), WIDTH, 3));
    }
    lines
}

fn xy_lines(xy: &XyChart) -> Vec<String> {
    let title = match (&xy.series, xy.mark) {
        // The series of a folded chart are the measures themselves, which the title names already.
        (Some(series), _) if !xy.is_folded => format!("{} by {} and {series}", xy.measure, xy.x.title),
        (_, Mark::Point) if xy.x.field_type == FieldType::Quantitative => format!("{} over {}", xy.measure, xy.x.title),
        _ => format!("{} by {}", xy.measure, xy.x.title),
    };
    let mut lines = vec![truncate(&clean(&title), WIDTH)];
    lines.extend(match xy.mark {
        Mark::Bar(_) => bars::bars(xy),
        Mark::Arc => bars::shares(xy),
        Mark::Line if xy.series.is_some() => sparklines::lines(xy),
        Mark::Line => line_plot::lines(xy, true),
        Mark::Point if matches!(xy.x.field_type, FieldType::Nominal | FieldType::Ordinal) => strip_plot::lines(xy),
        Mark::Point => line_plot::lines(xy, false),
        Mark::Rect => text_table::lines(&text_table::cross_table(xy)),
    });
    lines
}

fn kpi_lines(kpis: &[Kpi]) -> Vec<String> {
    let value = |kpi: &Kpi| if kpi.is_number { number::format_kpi(&kpi.value) } else { clean(&kpi.value) };
    let widest = kpis.iter().map(|kpi| width(&clean(&kpi.name))).max().unwrap_or(0).min(WIDTH / 2);
    let line = |kpi: &Kpi| truncate(&format!("{}  {}", align_left(&clean(&kpi.name), widest), value(kpi)), WIDTH);
    kpis.iter().map(line).collect()
}
