//! Which numbers of a schema are money that comes in, pieces that are sold, and the value of a row, by names, types and
//! comments alone.

use crate::choice::costs;
use crate::grammar::parser::Parser;
use crate::query::tree::{Aggregate, ColumnId, ColumnRef, Expression};
use schema::RelationKind;

/// Words for money that comes in. A question may use any of them for a column whose name or comment has another.
pub const FLOWS: [&str; 6] = ["revenue", "sales", "turnover", "income", "earnings", "takings"];
/// Words for the money that somebody pays: the same flow, seen from the other side.
pub const SPENDING: [&str; 3] = ["spend", "spending", "spent"];
/// Last words of the names of amounts of money.
const AMOUNTS: [&str; 10] =
    ["amount", "total", "subtotal", "sum", "value", "revenue", "turnover", "gross", "paid", "charge"];
const PRICES: [&str; 3] = ["price", "cost", "rate"];
const QUANTITIES: [&str; 5] = ["quantity", "qty", "units", "pieces", "unit"];

/// A number to be added up: the relation whose rows are added up, the sum over it as source 0, and what it costs to
/// take it for what was said.
pub type Flow = (usize, Expression, u32);

impl Parser<'_> {
    /// The sums that a word for money coming in may mean. First the columns that are called so, by name or comment.
    /// The lines that such a row consists of add up to it, and so do payments for it: they are meant where the question
    /// is about what only they refer to. Where no column is called so, lines with a quantity and a price make the
    /// money.
    pub fn money_flows(&self, word: &str) -> Vec<Flow> {
        let called: Vec<ColumnId> = self.all_columns().filter(|id| self.is_called_flow(*id, word)).collect();
        let mut found: Vec<Flow> = called.iter().map(|id| (id.relation, sum(*id), 0)).collect();
        if found.is_empty() {
            for (relation, _) in self.schema.relations().filter(|(relation, _)| self.is_table(*relation)) {
                let lines = self.piece_counts(relation).next().is_some();
                found.extend(
                    self.line_sum(relation).filter(|_| lines).map(|sum| (relation, sum, costs::DERIVED_MEASURE)),
                );
            }
            return found;
        }
        let headers: Vec<usize> = called.iter().map(|id| id.relation).collect();
        for (relation, _) in self.schema.relations().filter(|(relation, _)| self.is_table(*relation)) {
            let detail = self.schema.keys_of(relation).any(|(_, edge)| headers.contains(&edge.to) && !edge.nullable);
            if detail && !headers.contains(&relation) {
                found.extend(self.line_sum(relation).map(|sum| (relation, sum, costs::MEASURE_OF_LINES)));
            }
        }
        found
    }

    fn all_columns(&self) -> impl Iterator<Item = ColumnId> {
        let tables = self.schema.relations().filter(|(relation, _)| self.is_table(*relation));
        tables.flat_map(|(relation, _)| self.schema.columns(relation).map(|(id, _)| id))
    }

    pub fn is_table(&self, relation: usize) -> bool {
        !matches!(self.schema.relation(relation).kind, RelationKind::View | RelationKind::MaterializedView)
    }

    /// Whether a column is called a flow of money. A recurring revenue is a level and no flow.
    fn is_called_flow(&self, column: ColumnId, word: &str) -> bool {
        if !self.can_aggregate(Aggregate::Sum, column) {
            return false;
        }
        let same = |other: &str| other == word || FLOWS.contains(&other) && is_income(word);
        let comment = self.schema.column(column).comment.as_deref().unwrap_or_default().to_lowercase();
        let mut remarks = comment.split(|c: char| !c.is_alphanumeric());
        self.schema.words(column).iter().any(|one| same(one)) || !comment.contains("recurring") && remarks.any(same)
    }

    /// The money of the rows of a relation added up: an amount, or else quantity times price.
    fn line_sum(&self, relation: usize) -> Option<Expression> {
        let amounts: Vec<ColumnId> = self.columns_ending(relation, &AMOUNTS).collect();
        if let [amount] = amounts.as_slice() {
            return Some(sum(*amount));
        }
        let (quantity, price) = (self.piece_counts(relation).next()?, self.columns_ending(relation, &PRICES).next()?);
        amounts.is_empty().then(|| product(quantity, price))
    }

    /// The columns that count the pieces of a row which belongs to something: the quantity of an order's line.
    pub fn piece_counts(&self, relation: usize) -> impl Iterator<Item = ColumnId> {
        let belongs = self.schema.keys_of(relation).next().is_some();
        self.columns_ending(relation, &QUANTITIES).filter(move |_| belongs)
    }

    /// All numbers of pieces sold.
    pub fn units_sold(&self) -> Vec<Flow> {
        let tables = self.schema.relations().filter(|(relation, _)| self.is_table(*relation));
        let quantities = tables.flat_map(|(relation, _)| self.piece_counts(relation));
        quantities.map(|id| (id.relation, sum(id), costs::DERIVED_MEASURE)).collect()
    }

    fn columns_ending(&self, relation: usize, words: &'static [&'static str]) -> impl Iterator<Item = ColumnId> {
        let columns = self.schema.columns(relation).map(|(id, _)| id);
        columns.filter(|id| {
            self.schema.is_number(*id) && !self.schema.is_key(*id) && words.contains(&self.schema.last_word(*id))
        })
    }

    /// The column that says what a row is worth: the one that is called a flow of money, or the only amount.
    pub fn worth_of_row(&self, relation: usize) -> Option<ColumnId> {
        let columns = || self.schema.columns(relation).map(|(id, _)| id);
        let called: Vec<ColumnId> = columns().filter(|id| self.is_called_flow(*id, "revenue")).collect();
        if let [one] = called.as_slice() {
            return Some(*one);
        }
        let amounts: Vec<ColumnId> = self.columns_ending(relation, &AMOUNTS).collect();
        let prices: Vec<ColumnId> = self.columns_ending(relation, &PRICES).collect();
        match (amounts.as_slice(), prices.as_slice()) {
            ([one], _) | ([], [one]) => Some(*one),
            _ => None,
        }
    }

    /// What is in store, added up at its price, for each relation that has both.
    pub fn stock_values(&self) -> Vec<Flow> {
        const STOCKS: &[&str] = &["stock", "inventory", "hand", "onhand"];
        let mut found = Vec::new();
        for (relation, _) in self.schema.relations().filter(|(relation, _)| self.is_table(*relation)) {
            let stock = self.columns_ending(relation, STOCKS).next();
            let price = self.columns_ending(relation, &PRICES).next();
            found.extend(
                stock.zip(price).map(|(stock, price)| (relation, product(price, stock), costs::DERIVED_MEASURE)),
            );
        }
        found
    }
}

/// Whether a word names money that comes in or that customers spend.
pub fn is_income(word: &str) -> bool {
    FLOWS.contains(&word) || SPENDING.contains(&word)
}

fn sum(column: ColumnId) -> Expression {
    Expression::Aggregate(Aggregate::Sum, ColumnRef { source: 0, column })
}

fn product(one: ColumnId, two: ColumnId) -> Expression {
    Expression::SumOfProducts(ColumnRef { source: 0, column: one }, ColumnRef { source: 0, column: two })
}
