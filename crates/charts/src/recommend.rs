//! Which drawing suits an answer. It depends on the question, the columns and the values, and on nothing else.
//!
//! Time and a number make a line, a category and a number bars, two numbers a scatter plot, parts of a small whole an arc,
//! one row figures. What would need values merged that the query kept apart is shown as it is: as single points, or as a
//! table.

use super::dimension::{self, Dimension};
use super::field::{self, Field, Role};
use super::intent::Wish;
use super::panel::{Axis, Bars, Drawing, Figure, Grid, Heading, Mark, Panel, Plane, Point, Scale};
use super::{Kind, Table, downsample};

/// Columns of a table that are shown.
const GRID_COLUMNS: usize = 12;
const GRID_ROWS: usize = 40;
const FIGURES: usize = 12;
/// Measures of different size that are drawn below each other.
const PANELS: usize = 3;
/// Slices of an arc.
const SLICES: usize = 8;
/// More labelled pairs of numbers than this are a scatter plot.
const PAIRS: usize = 50;

/// Lays out the drawing for an answer; it has at least one panel.
pub fn choose(question: &str, table: &Table) -> Drawing {
    let fields = field::fields(table);
    let mut choice = Choice { table, wish: Wish::of(question), notes: Vec::new() };
    let panels = choice.panels(&fields);
    let mut notes = choice.notes;
    notes.extend(table.remark.clone());
    Drawing { panels, notes, rows: table.rows.len() }
}

struct Choice<'a> {
    table: &'a Table,
    wish: Wish,
    notes: Vec<String>,
}

impl Choice<'_> {
    fn panels(&mut self, fields: &[Field]) -> Vec<Panel> {
        if fields.is_empty() {
            return vec![Panel::Message("the answer has no columns".to_owned())];
        }
        if self.table.rows.is_empty() {
            return vec![Panel::Message("the answer has no rows".to_owned())];
        }
        let measures: Vec<&Field> = fields.iter().filter(|field| field.role == Role::Measure).collect();
        if self.table.rows.len() == 1 && !measures.is_empty() && !self.wish.table {
            return vec![self.figures(fields)];
        }
        let drawable: Vec<&Field> =
            measures.iter().copied().filter(|field| field.positions.iter().any(Option::is_some)).collect();
        let planes = if self.wish.table { None } else { self.planes(fields, &drawable) };
        let Some(planes) = planes else { return vec![self.grid()] };
        self.tell_unplaced(&drawable, &planes);
        planes.into_iter().map(|plane| Panel::Plane(downsample::reduce(plane, self.wish, &mut self.notes))).collect()
    }

    /// None where a table says more.
    fn planes(&mut self, fields: &[Field], measures: &[&Field]) -> Option<Vec<Plane>> {
        let (&first, more) = measures.split_first()?;
        let before = self.notes.len();
        let dimensions = dimension::dimensions(fields, &mut self.notes);
        let planes = match (dimensions.as_slice(), more.first()) {
            ([], None) => None,
            ([], Some(second)) if more.len() <= 2 || self.wish.scatter => Some(self.numbers(first, second)),
            ([], Some(_)) => None,
            ([only], _) => Some(self.one(only, measures)),
            ([a, b], _) if a.is_time() != b.is_time() => {
                let (time, series) = if a.is_time() { (a, b) } else { (b, a) };
                Some(self.over_time(time, series, measures))
            }
            ([a, b], _) if !a.is_time() => self.two(a, b, measures),
            (many, _) => self.one_of(many, measures),
        };
        let planes = planes.filter(|planes| !planes.is_empty() && planes.iter().all(Plane::has_places));
        match &planes {
            None => self.notes.truncate(before),
            Some(planes) => self.tell_undrawn(fields, &dimensions, planes),
        }
        planes
    }

    /// Numbers alone.
    fn numbers(&self, x: &Field, y: &Field) -> Vec<Plane> {
        let counted = self.wish.each && !self.wish.scatter && x.distinct() == x.texts.len() && x.texts.len() <= PAIRS;
        if counted && x.positions.iter().all(|at| at.is_some_and(|at| at.fract() == 0.0)) {
            let steps = Dimension::of_labels(x, Scale::Step);
            return vec![plane(Mark::Bar(Bars::Grouped), &steps, None, y)];
        }
        vec![plane(Mark::Point, &Dimension::of_numbers(x), None, y)]
    }

    /// One thing that tells rows apart.
    fn one(&mut self, x: &Dimension, measures: &[&Field]) -> Vec<Plane> {
        let [first, more @ ..] = measures else { return Vec::new() };
        if !x.is_unique() {
            return vec![plane(Mark::Point, x, None, first)];
        }
        let count = x.labels.len();
        if x.is_time() {
            if self.wish.bars && count <= downsample::LABELS {
                return self.side_by_side(Mark::Bar(Bars::Grouped), &x.as_steps(), measures);
            }
            return self.side_by_side(Mark::Line, x, measures);
        }
        if let Some(second) = more.first().filter(|_| self.wish.scatter || count > PAIRS) {
            return vec![plane(Mark::Point, &Dimension::of_numbers(first), None, second)];
        }
        if self.wish.share && (2..=SLICES).contains(&count) {
            // Of several measures, the one that is named a share.
            let named = measures.iter().find(|field| Wish::of(&field.title).share).unwrap_or(first);
            if is_whole(named) {
                return vec![plane(Mark::Arc, x, None, named)];
            }
        }
        self.side_by_side(Mark::Bar(Bars::Grouped), x, measures)
    }

    /// Measures of like size share an axis; others get a panel each.
    fn side_by_side(&mut self, mark: Mark, x: &Dimension, measures: &[&Field]) -> Vec<Plane> {
        if (2..=4).contains(&measures.len()) && are_comparable(measures) {
            let points = measures.iter().flat_map(|field| {
                points(x, None, field).into_iter().map(|point| Point { series: Some(field.title.clone()), ..point })
            });
            let titles: Vec<&str> = measures.iter().map(|field| field.title.as_str()).collect();
            return vec![Plane {
                mark,
                x: x.axis(),
                measure: titles.join(", "),
                series: Some("measure".to_owned()),
                series_are_steps: false,
                is_folded: true,
                points: points.collect(),
            }];
        }
        measures.iter().take(PANELS).map(|field| plane(mark, x, None, field)).collect()
    }

    fn over_time(&mut self, time: &Dimension, series: &Dimension, measures: &[&Field]) -> Vec<Plane> {
        if time.is_unique() && time.labels.len() <= downsample::LABELS {
            // Something else at every time, as in "the best customer of each month".
            return self.side_by_side(Mark::Bar(Bars::Grouped), &time.joined(series), measures);
        }
        let mark = if time.is_unique_with(series) { Mark::Line } else { Mark::Point };
        measures.iter().take(PANELS).map(|field| plane(mark, time, Some(series), field)).collect()
    }

    /// Two categories.
    fn two(&mut self, a: &Dimension, b: &Dimension, measures: &[&Field]) -> Option<Vec<Plane>> {
        if a.is_unique() || b.is_unique() {
            return self.one_of(&[a.clone(), b.clone()], measures);
        }
        if !a.is_unique_with(b) {
            return None;
        }
        let (wide, narrow) = if a.distinct() >= b.distinct() { (a, b) } else { (b, a) };
        let draw = |field: &&Field| {
            let amounts = self.wish.is_summable(&field.title) && field.positions.iter().flatten().all(|at| *at >= 0.0);
            let mark = match narrow.distinct() {
                _ if wide.scale == Scale::Step && narrow.scale == Scale::Step => Mark::Rect,
                0..=6 if self.wish.stack && amounts => Mark::Bar(Bars::Stacked),
                0..=6 if wide.distinct() <= 12 => Mark::Bar(Bars::Grouped),
                0..=10 if amounts => Mark::Bar(Bars::Stacked),
                _ => Mark::Rect,
            };
            match mark {
                Mark::Rect if wide.scale != Scale::Step => plane(mark, narrow, Some(wide), field),
                _ => plane(mark, wide, Some(narrow), field),
            }
        };
        Some(measures.iter().take(PANELS).map(draw).collect())
    }

    /// Several things tell rows apart, but one of them would be enough.
    fn one_of(&mut self, dimensions: &[Dimension], measures: &[&Field]) -> Option<Vec<Plane>> {
        let label = dimensions.iter().find(|dimension| !dimension.is_time() && dimension.is_unique())?;
        Some(self.one(label, measures))
    }

    fn figures(&mut self, fields: &[Field]) -> Panel {
        let shown = self.table.columns.iter().zip(fields).filter(|(_, field)| field.role != Role::Other);
        if fields.len() > FIGURES {
            self.notes.push(format!("{FIGURES} of {} columns are shown", fields.len()));
        }
        let figure = |(column, field): (&super::Column, &Field)| Figure {
            // The value is the server's, so the name is too: without a unit.
            name: column.name.clone(),
            value: field.texts.first().copied().flatten().unwrap_or("NULL").to_owned(),
            is_number: field.role == Role::Measure,
        };
        Panel::Figures(shown.take(FIGURES).map(figure).collect())
    }

    fn grid(&mut self) -> Panel {
        let Table { columns, rows, .. } = self.table;
        if rows.len() > GRID_ROWS {
            self.notes.push(format!("the first {GRID_ROWS} of {} rows are shown", rows.len()));
        }
        if columns.len() > GRID_COLUMNS {
            self.notes.push(format!("the first {GRID_COLUMNS} of {} columns are shown", columns.len()));
        }
        let heading = |column: &super::Column| Heading {
            name: column.name.clone(),
            is_number: matches!(column.kind, Kind::Number | Kind::Duration),
        };
        let width = columns.len().min(GRID_COLUMNS);
        let row = |row: &Vec<super::Value>| (0..width).map(|at| row.get(at).cloned().flatten()).collect();
        Panel::Grid(Grid {
            columns: columns.iter().take(GRID_COLUMNS).map(heading).collect(),
            rows: rows.iter().take(GRID_ROWS).map(row).collect(),
        })
    }

    fn tell_unplaced(&mut self, measures: &[&Field], planes: &[Plane]) {
        for field in measures.iter().filter(|field| is_drawn(&field.title, planes)) {
            match field.unplaced() {
                0 => {}
                count => self.notes.push(format!(
                    "{count} {} of \"{}\" not drawn: NaN, infinite or beyond what an axis can hold",
                    if count == 1 { "value" } else { "values" },
                    field.title
                )),
            }
        }
    }

    /// Columns of the answer that the drawing leaves out.
    fn tell_undrawn(&mut self, fields: &[Field], dimensions: &[Dimension], planes: &[Plane]) {
        let known = |field: &&Field| {
            let spoken_of = self.notes.iter().any(|note| note.starts_with(&format!("{}: ", field.title)));
            let replaced =
                field.role == Role::Key && !dimensions.iter().any(|dimension| dimension.title == field.title);
            !spoken_of && !replaced && !is_drawn(&field.title, planes)
        };
        let left: Vec<&str> = fields.iter().filter(known).map(|field| field.title.as_str()).collect();
        match left.as_slice() {
            [] => {}
            few if few.len() <= 5 => self.notes.push(format!("not drawn: {}", few.join(", "))),
            many => {
                let few: Vec<&str> = many.iter().copied().take(5).collect();
                self.notes.push(format!("not drawn: {} and {} more columns", few.join(", "), many.len() - few.len()));
            }
        }
    }
}

fn is_drawn(title: &str, planes: &[Plane]) -> bool {
    planes.iter().any(|plane| {
        plane.measure == title
            || plane.x.title.split(", ").any(|part| part == title)
            || plane.series.as_deref() == Some(title)
            || plane.points.iter().any(|point| point.series.as_deref() == Some(title))
    })
}

/// Whether slices of it make sense: nothing below zero, nothing missing, something above.
fn is_whole(field: &Field) -> bool {
    field.positions.iter().all(|at| at.is_some_and(|at| at >= 0.0))
        && field.positions.iter().flatten().sum::<f64>() > 0.0
}

fn are_comparable(measures: &[&Field]) -> bool {
    let sizes =
        measures.iter().map(|field| field.positions.iter().flatten().fold(0.0_f64, |size, at| size.max(at.abs())));
    let (least, most) = sizes.fold((f64::INFINITY, 0.0_f64), |(least, most), size| (least.min(size), most.max(size)));
    least > 0.0 && most / least <= 20.0
}

fn plane(mark: Mark, x: &Dimension, series: Option<&Dimension>, measure: &Field) -> Plane {
    Plane {
        mark,
        x: x.axis(),
        measure: measure.title.clone(),
        series: series.map(|series| series.title.clone()),
        is_folded: false,
        series_are_steps: series.is_some_and(|series| series.scale == Scale::Step),
        points: points(x, series, measure),
    }
}

fn points(x: &Dimension, series: Option<&Dimension>, measure: &Field) -> Vec<Point> {
    let point = |(at, label): (usize, &String)| Point {
        label: label.clone(),
        x: x.positions.get(at).copied().flatten(),
        y: measure.positions.get(at).copied().flatten(),
        text: measure.texts.get(at).copied().flatten().map(str::to_owned),
        series: series.and_then(|series| series.labels.get(at).cloned()),
    };
    x.labels.iter().enumerate().map(point).collect()
}

impl Dimension {
    fn axis(&self) -> Axis {
        Axis { title: self.title.clone(), scale: self.scale }
    }
}
