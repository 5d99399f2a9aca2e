//! What can be asked about a relation, as words: its noun, what of it can be added up or averaged, grouped by, dated.
//!
//! Questions are made of these words ([`crate::help::question_templates`]). Nothing here promises that they will be understood:
//! whoever makes a question of them has it read before it is shown.

use crate::catalog::schema_view::SchemaView;
use crate::interrupts::Interrupted;
use crate::query::tree::ColumnId;
use schema::{Relation, RelationKind};

/// A relation with the words for its parts, each list with the plainest first.
#[derive(Debug, Clone)]
pub struct Facets {
    pub relation: usize,
    /// The plural: "order items".
    pub noun: String,
    /// Numbers that are no keys.
    pub measures: Vec<Measure>,
    /// Columns with few different values, and those of a relation that each row belongs to.
    pub groups: Vec<ColumnId>,
    /// The dates of the events that the rows record.
    pub dates: Vec<ColumnId>,
    pub flags: Vec<ColumnId>,
    /// The relations that each row belongs to.
    pub owners: Vec<usize>,
}

/// A number column, and whether its values are added up (an amount) or averaged (a price).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measure {
    pub column: ColumnId,
    pub is_summed: bool,
}

/// No more of each kind are used.
const MAX_PARTS: usize = 6;
/// A text with longer typical values is no category.
const MAX_LABEL: usize = 40;

impl Facets {
    pub fn new(schema: &SchemaView, relation: usize) -> Self {
        let columns = || schema.columns(relation).map(|(id, _)| id);
        let measure = |id: ColumnId| Measure { column: id, is_summed: is_summed(schema.last_word(id)) };
        let is_measure = |id: &ColumnId| schema.is_number(*id) && !schema.is_key(*id) && !schema.is_year(*id);
        let mut measures: Vec<Measure> = columns().filter(is_measure).map(measure).collect();
        measures.sort_by_key(|measure| {
            SUMMED.iter().position(|word| *word == schema.last_word(measure.column)).unwrap_or(SUMMED.len())
        });
        measures.truncate(MAX_PARTS);
        let mut owners: Vec<usize> = schema.keys_of(relation).map(|(_, edge)| edge.to).collect();
        owners.sort_unstable();
        owners.dedup();
        Self {
            relation,
            noun: plural(&schema.relation(relation).name),
            measures,
            groups: columns().filter(|id| is_category(schema, *id)).take(MAX_PARTS).collect(),
            dates: schema.event_dates(relation).into_iter().take(MAX_PARTS).collect(),
            flags: columns().filter(|id| schema.is_flag(*id)).take(MAX_PARTS).collect(),
            owners,
        }
    }
}

/// The relations, the ones that most questions will be about first: many rows, many references in and out, amounts and
/// dates. Views come late, and so do relations outside of the search path.
pub fn main_relations(schema: &SchemaView) -> Result<Vec<usize>, Interrupted> {
    let mut ranked: Vec<(f64, usize)> = Vec::new();
    for (number, relation) in schema.relations() {
        ranked.push((weight(schema, number, relation), number));
    }
    ranked.sort_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(&other.1)));
    schema.watch().whole(ranked.into_iter().map(|(_, number)| number).collect())
}

fn weight(schema: &SchemaView, number: usize, relation: &Relation) -> f64 {
    /// More references make a relation no more important.
    const MAX_REFERENCES: usize = 6;
    let count = |references: usize| [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0][references.min(MAX_REFERENCES)];
    let references = count(schema.keys_of(number).count()) + 1.5 * count(schema.keys_to(number).count());
    let rows = relation.rows.filter(|rows| *rows > 0.0).map_or(0.0, |rows| (1.0 + rows).log10());
    let has = |yes: bool, weight: f64| if yes { weight } else { 0.0 };
    let is_view = matches!(relation.kind, RelationKind::View | RelationKind::MaterializedView);
    let columns = || schema.columns(number).map(|(id, _)| id);
    let has_measure = columns().any(|id| schema.is_number(id) && !schema.is_key(id) && is_summed(schema.last_word(id)));
    let has_name = !schema.display_columns(number).is_empty();
    references + rows + has(!schema.event_dates(number).is_empty(), 2.0) + has(has_measure, 2.0) + has(has_name, 1.0)
        - has(is_view, 4.0)
        - has(!relation.visible, 2.0)
}

/// The last words of columns whose values are added up, what people ask for most first.
const SUMMED: [&str; 22] = [
    "revenue", "sales", "turnover", "total", "amount", "profit", "income", "sum", "quantity", "qty", "units", "volume",
    "cost", "costs", "spend", "budget", "count", "hours", "minutes", "fee", "fees", "shipping",
];

/// Whether values of a column with this last word are added up: an amount is, a price or a rating is averaged.
fn is_summed(word: &str) -> bool {
    SUMMED.contains(&word)
}

/// A column by whose values people group: labels, flags aside, or a text of which some values are common.
fn is_category(schema: &SchemaView, id: ColumnId) -> bool {
    let column = schema.column(id);
    // Sentences are no labels.
    let is_label = |value: &String| value.chars().count() <= MAX_LABEL && value.split_whitespace().count() <= 3;
    let short = |values: &[String]| values.iter().all(is_label);
    // Looks at all columns, so it is asked last.
    let is_name = || schema.display_columns(id.relation).contains(&id);
    match column.category {
        'E' => true,
        'S' => !column.common_values.is_empty() && short(&column.common_values) && !schema.is_key(id) && !is_name(),
        _ => false,
    }
}

/// An identifier as words with the last one in the plural: `order_item` is "order items".
pub fn plural(name: &str) -> String {
    let mut parts = words::identifier_words(name);
    if let Some(last) = parts.last_mut().filter(|last| words::singular(last) == **last) {
        let before = last.chars().rev().nth(1);
        let changed = match last.chars().last() {
            Some('y') if !before.is_some_and(|letter| "aeiou".contains(letter)) => {
                format!("{}ies", last.trim_end_matches('y'))
            }
            Some('s' | 'x' | 'z') => format!("{last}es"),
            Some('h') if before.is_some_and(|letter| "cs".contains(letter)) => format!("{last}es"),
            _ => format!("{last}s"),
        };
        *last = changed;
    }
    parts.join(" ")
}

/// The words of a column's name.
pub fn phrase(schema: &SchemaView, id: ColumnId) -> String {
    schema.words(id).join(" ")
}

/// The noun of a relation in the singular: "order item".
pub fn singular(name: &str) -> String {
    let mut parts = words::identifier_words(name);
    if let Some(last) = parts.last_mut() {
        *last = words::singular(last);
    }
    parts.join(" ")
}
