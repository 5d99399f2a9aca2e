//! What a query tree holds, gathered from all its parts: the evidence by which the words of the question are accounted
//! for.

use crate::catalog::schema_view::SchemaView;
use crate::query::tree::{Aggregate, ColumnId, Condition, Expression, Operand, QueryTree, TimeUnit};

/// The parts of a query tree and of all queries within it.
#[derive(Debug, Default)]
pub struct Evidence {
    pub relations: Vec<usize>,
    /// The columns that are shown, grouped, sorted or tested.
    pub columns: Vec<ColumnId>,
    /// The columns that only join relations.
    pub joined_by: Vec<ColumnId>,
    /// The columns that conditions compare with texts, and those texts.
    pub texts: Vec<(ColumnId, String)>,
    /// Numbers and searched texts, and the words of times.
    pub literals: Vec<String>,
    pub aggregates: Vec<Aggregate>,
    pub units: Vec<TimeUnit>,
    pub counts: bool,
    /// It shows one value for each group or row, not one for all rows.
    pub groups: bool,
    /// An aggregate is computed for each row.
    pub per_row: bool,
    pub orders: bool,
    pub limits: bool,
    pub distinct: bool,
    pub negates: bool,
    pub compares: bool,
    pub chooses: bool,
    pub matches_text: bool,
    pub tests_null: bool,
    /// Some related row has to fulfil a condition, whatever others do.
    pub requires_some: bool,
}

impl Evidence {
    /// All that a query tree holds.
    pub fn of(query: &QueryTree, schema: &SchemaView) -> Self {
        let mut evidence = Self::default();
        evidence.query(query, schema);
        evidence
    }

    fn query(&mut self, query: &QueryTree, schema: &SchemaView) {
        for source in &query.sources {
            self.relations.push(source.relation);
            if let Some(edge) = source.parent.and_then(|(_, step)| schema.edge(step)) {
                let named = |(name, _): &(String, String)| schema.column_named(edge.from, name);
                self.joined_by.extend(edge.columns.iter().filter_map(named));
            }
            source.conditions.iter().for_each(|condition| self.condition(condition, schema));
        }
        query.outputs.iter().for_each(|output| self.expression(&output.value, schema));
        query.groups.iter().for_each(|value| self.expression(value, schema));
        query.limit_per.iter().for_each(|value| self.expression(value, schema));
        query.having.iter().for_each(|condition| self.condition(condition, schema));
        query.order.iter().for_each(|(value, _)| self.expression(value, schema));
        query.intersect.iter().for_each(|other| self.query(other, schema));
        self.literals.extend(query.limit.map(|limit| limit.to_string()));
        self.groups |= !query.groups.is_empty();
        self.orders |= !query.order.is_empty();
        self.limits |= query.limit.is_some();
        self.distinct |= query.distinct;
        self.chooses |= !query.intersect.is_empty();
    }

    fn expression(&mut self, value: &Expression, schema: &SchemaView) {
        match value {
            Expression::Column(at) => self.columns.push(at.column),
            Expression::CountRows => self.counts = true,
            Expression::Aggregate(aggregate, at) => {
                self.columns.push(at.column);
                self.aggregate(*aggregate);
            }
            Expression::SubqueryAggregate(_, aggregate, at) => {
                self.per_row = true;
                self.columns.extend(at.map(|at| at.column));
                // A count of rows is not one of different values.
                if at.is_some() { self.aggregate(*aggregate) } else { self.counts = true }
            }
            Expression::DateTrunc(unit, at) => {
                self.columns.push(at.column);
                self.units.push(*unit);
            }
            Expression::ScalarSubquery(query) => self.query(query, schema),
            other => self.calculation(other, schema),
        }
    }

    /// What is calculated from aggregates.
    fn calculation(&mut self, value: &Expression, schema: &SchemaView) {
        match value {
            Expression::SumOfProducts(one, two) => {
                self.columns.extend([one.column, two.column]);
                self.aggregate(Aggregate::Sum);
            }
            Expression::Percentile(_, at) | Expression::TermMeasure(at) => self.columns.push(at.column),
            Expression::Filtered(inner, conditions) => {
                self.expression(inner, schema);
                conditions.iter().for_each(|condition| self.condition(condition, schema));
            }
            Expression::Quotient(one, two) | Expression::Difference(one, two) | Expression::Growth(one, two) => {
                self.expression(one, schema);
                self.expression(two, schema);
            }
            Expression::Window(_, inner) => self.expression(inner, schema),
            Expression::SubqueryMeasure(_, inner) => {
                self.per_row = true;
                self.expression(inner, schema);
            }
            other => self.expression(other, schema),
        }
    }

    fn aggregate(&mut self, aggregate: Aggregate) {
        self.aggregates.push(aggregate);
        if aggregate == Aggregate::Count {
            self.counts = true;
            self.distinct = true;
        }
    }

    fn condition(&mut self, condition: &Condition, schema: &SchemaView) {
        match condition {
            Condition::OneOf { column, values, negated } => {
                self.compares |= !negated;
                self.negates |= negated;
                self.choice(column.column, values, schema);
            }
            Condition::Compare { value, operator, operand } => {
                self.expression(value, schema);
                self.comparison(operator);
                self.operand(None, operand, schema);
            }
            Condition::Between { column, low, high } => {
                self.columns.push(column.column);
                self.comparison("<=");
                self.operand(None, low, schema);
                self.operand(None, high, schema);
            }
            Condition::Like { column, text, negated, .. } => {
                self.negates |= negated;
                self.searched_text(column.column, text);
            }
            Condition::InTimeRange { column, range } => {
                self.columns.push(column.column);
                self.compares = true;
                self.words_of_time(&range.text);
            }
            Condition::IsTrue { column, negated } => {
                self.columns.push(column.column);
                self.negates |= negated;
            }
            Condition::IsNull { column, .. } => self.missing_value(column.column),
            Condition::Exists { negated, .. } => {
                self.negates |= negated;
                self.requires_some |= !negated;
            }
            Condition::RowCount { distinct, operator, number, .. } => {
                self.rows_counted(distinct.map(|at| at.column));
                self.comparison(operator);
                self.literals.push(number.to_string());
            }
            Condition::InSubquery { column, query, negated } => {
                self.columns.push(column.column);
                self.negates |= negated;
                self.query(query, schema);
            }
            Condition::IsFirst { date, key } => {
                self.columns.extend([date.column, key.column]);
                self.orders = true;
            }
            Condition::AnyOf(all) => {
                self.chooses = true;
                all.iter().for_each(|one| self.condition(one, schema));
            }
        }
    }

    fn choice(&mut self, column: ColumnId, values: &[Operand], schema: &SchemaView) {
        self.columns.push(column);
        self.chooses |= values.len() > 1;
        values.iter().for_each(|value| self.operand(Some(column), value, schema));
    }

    fn searched_text(&mut self, column: ColumnId, text: &str) {
        self.columns.push(column);
        self.literals.push(text.to_lowercase());
        self.matches_text = true;
    }

    fn words_of_time(&mut self, text: &str) {
        self.literals.extend(words::split(text, usize::MAX).into_iter().map(|word| word.lower));
    }

    fn missing_value(&mut self, column: ColumnId) {
        self.columns.push(column);
        self.tests_null = true;
        self.negates = true;
    }

    /// Rows are counted, or the different values of a column.
    fn rows_counted(&mut self, distinct: Option<ColumnId>) {
        self.columns.extend(distinct);
        self.distinct |= distinct.is_some();
        self.counts = true;
    }

    /// A comparison may be the negation of its opposite: "not more than" is `<=`.
    fn comparison(&mut self, operator: &str) {
        self.compares = true;
        self.negates |= matches!(operator, "<>" | "<=" | ">=" | "=");
        self.chooses |= matches!(operator, "<=" | ">=");
    }

    fn operand(&mut self, column: Option<ColumnId>, operand: &Operand, schema: &SchemaView) {
        match operand {
            Operand::Number(text) => self.literals.push(text.clone()),
            Operand::Text(text) => {
                self.literals.push(text.to_lowercase());
                self.texts.extend(column.map(|column| (column, text.clone())));
            }
            Operand::Expression(value) => self.expression(value, schema),
        }
    }
}
