//! Recommends a chart for the result of a query and renders it, as a Vega-Lite specification or as text for a terminal.
//!
//! [`recommend`] looks at the columns' types, their values and the words of the question, and lays out a [`Chart`]. The
//! two renderers, [`Chart::to_vega_lite`] and [`Chart::to_terminal_lines`], only draw what it lays out, so that both
//! always show the same chart. A value stays the text that the server printed; it is turned into a floating-point
//! number only to find its position on an axis. Nothing here has side effects, and the same input always gives the same
//! output.

#![forbid(unsafe_code)]

mod axis_domain;
mod calendar_names;
mod chart;
mod column_type;
mod dimension;
mod downsample;
mod field;
mod field_role;
#[cfg(test)]
mod fixtures;
mod intent;
mod json_row;
mod kpis_and_tables;
mod notes;
mod number;
mod recommend;
mod result_set;
mod terminal;
#[cfg(test)]
mod tests;
mod text_width;
mod timestamps;
mod vega_lite;

pub use chart::Chart;
pub use recommend::recommend;
pub use result_set::{CellText, ResultSet};

impl Chart {
    /// Whether it draws something that a table or a number does not show.
    pub fn is_drawing(&self) -> bool {
        self.panels.iter().any(|panel| matches!(panel, chart::Panel::Xy(_)))
    }

    /// The chart as a Vega-Lite v5 specification that carries its own data.
    pub fn to_vega_lite(&self) -> serde_json::Value {
        vega_lite::specification(self)
    }

    /// The chart as lines for a terminal: at most 80 columns wide and free of control characters.
    pub fn to_terminal_lines(&self) -> Vec<String> {
        terminal::lines(self)
    }
}
