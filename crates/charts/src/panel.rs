//! A drawing laid out, before anybody renders it.

use super::timestamps::Grain;

/// Everything that is drawn for one answer.
#[derive(Debug, Clone, Default)]
pub struct Drawing {
    /// Below each other; at least one.
    pub panels: Vec<Panel>,
    /// What was left out, summed up or sampled; the caller's remark.
    pub notes: Vec<String>,
    /// Rows of the answer.
    pub rows: usize,
}

#[derive(Debug, Clone)]
pub enum Panel {
    /// There is nothing to draw, and why.
    Message(String),
    /// Names and values of one row.
    Figures(Vec<Figure>),
    Plane(Plane),
    Grid(Grid),
}

#[derive(Debug, Clone)]
pub struct Figure {
    pub name: String,
    /// As the server printed it.
    pub value: String,
    pub is_number: bool,
}

/// A result as it is, in part.
#[derive(Debug, Clone)]
pub struct Grid {
    pub columns: Vec<Heading>,
    pub rows: Vec<Vec<Option<String>>>,
}

#[derive(Debug, Clone)]
pub struct Heading {
    pub name: String,
    pub is_number: bool,
}

/// Points on two axes.
#[derive(Debug, Clone)]
pub struct Plane {
    pub mark: Mark,
    pub x: Axis,
    /// The measure's title.
    pub measure: String,
    /// The title of what splits the points into series.
    pub series: Option<String>,
    pub series_are_steps: bool,
    /// The series are measures of their own, not values of a column.
    pub is_folded: bool,
    /// In the query's order.
    pub points: Vec<Point>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    Bar(Bars),
    Line,
    Point,
    Arc,
    /// A heatmap: x by series, coloured by the measure.
    Rect,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bars {
    /// Side by side where there are series.
    Grouped,
    /// Parts of a whole.
    Stacked,
}

#[derive(Debug, Clone)]
pub struct Axis {
    pub title: String,
    pub scale: Scale,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Scale {
    Number,
    Time(Grain),
    /// Labels in the query's order.
    Label,
    /// Labels of which everybody knows the order.
    Step,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    pub label: String,
    /// On a scale of numbers or time.
    pub x: Option<f64>,
    pub y: Option<f64>,
    /// The measure as the server printed it; None is NULL.
    pub text: Option<String>,
    pub series: Option<String>,
}

impl Plane {
    /// Whether any point has a place on both axes.
    pub fn has_places(&self) -> bool {
        let labelled = matches!(self.x.scale, Scale::Label | Scale::Step);
        self.points.iter().any(|point| point.y.is_some() && (labelled || point.x.is_some()))
    }

    /// The series in the order of their first points, numbered steps in their own.
    pub fn series_names(&self) -> Vec<&str> {
        let names = unique(self.points.iter().filter_map(|point| point.series.as_deref()));
        if self.series_are_steps { in_steps(names) } else { names }
    }

    /// The labels in the order of their first points. Where they are spread over series, that is no order of the query's:
    /// numbered steps come in their own.
    pub fn labels(&self) -> Vec<&str> {
        let labels = unique(self.points.iter().map(|point| point.label.as_str()));
        if self.x.scale == Scale::Step && self.series.is_some() { in_steps(labels) } else { labels }
    }
}

fn in_steps(mut names: Vec<&str>) -> Vec<&str> {
    names.sort_by(|a, b| step(a).total_cmp(&step(b)));
    names
}

/// Other labels stay where they are, after the numbers.
fn step(name: &str) -> f64 {
    name.parse().unwrap_or(f64::INFINITY)
}

/// Each value once, where it first occurs.
pub fn unique<'a>(values: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut seen = std::collections::HashSet::new();
    values.filter(|value| seen.insert(*value)).collect()
}
