//! Where the data ends: a time that is told from today ("last month") may lie after the last row.
//!
//! The reader knows no rows, so it writes for each date that such a time restricts a statement that tells the last one, if it
//! lies before that time.

use crate::MAX_WORDS;
use crate::catalog::schema_view::SchemaView;
use crate::query::tree::{ColumnRef, Condition, Expression, QueryTree};
use schema::quote_ident;

/// A date whose data may end before the time that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataEnd {
    /// `relation.column`, for a human.
    pub column: String,
    /// A statement with one row at most: the last date, where it lies before the time that was asked for.
    pub sql: String,
}

/// The dates of a query that a time told from today restricts, each once. Masked columns tell nothing.
pub fn of(query: &QueryTree, schema: &SchemaView) -> Vec<DataEnd> {
    let mut found: Vec<DataEnd> = Vec::new();
    let restricted = query.sources.iter().flat_map(|source| &source.conditions);
    let filtered = query.outputs.iter().flat_map(|output| filters(&output.value));
    for condition in restricted.chain(filtered) {
        let Condition::InTimeRange { column: ColumnRef { column, .. }, range } = condition else { continue };
        let Some(from) = range.from.as_ref().filter(|from| from.contains("current_date")) else { continue };
        let (name, data) = (schema.spelled(*column), schema.column(*column));
        if data.masked || found.iter().any(|end| end.column == name) {
            continue;
        }
        let (relation, date) = (schema.relation(column.relation).sql_name(), quote_ident(&data.name));
        let sql = format!("SELECT max({date})::date AS last_date\nFROM {relation}\nHAVING max({date}) < {from}");
        found.push(DataEnd { column: name, sql });
    }
    found
}

/// The date by which the rows came to be, where the question asks for all of them up to now and restricts no time: "our revenue
/// to date".
pub fn up_to_now(question: &str, query: &QueryTree, schema: &SchemaView) -> Option<DataEnd> {
    const UP_TO_NOW: [&str; 6] = ["to date", "so far", "until now", "up to now", "until today", "up to today"];
    let words: Vec<String> = words::split(question, MAX_WORDS).into_iter().map(|word| word.lower).collect();
    let said = |phrase: &&str| {
        words.windows(2).any(|pair| pair.join(" ") == **phrase)
            || words.windows(3).any(|three| three.join(" ") == **phrase)
    };
    let restricted = query.sources.iter().flat_map(|source| &source.conditions);
    let is_timed = restricted.into_iter().any(|one| matches!(one, Condition::InTimeRange { .. }));
    let (relation, true) = (query.relation(0), UP_TO_NOW.iter().any(said) && !is_timed) else {
        return None;
    };
    let [date] = schema.event_dates(relation).try_into().ok()?;
    let (name, data) = (schema.spelled(date), schema.column(date));
    let (of, column) = (schema.relation(relation).sql_name(), quote_ident(&data.name));
    let sql = format!("SELECT max({column})::date AS last_date\nFROM {of}\nHAVING max({column}) < current_date - 1");
    (!data.masked).then_some(DataEnd { column: name, sql })
}

/// The conditions of the aggregates over a part of the rows.
fn filters(value: &Expression) -> Vec<&Condition> {
    match value {
        Expression::Filtered(_, conditions) => conditions.iter().collect(),
        Expression::Quotient(one, two) | Expression::Difference(one, two) | Expression::Growth(one, two) => {
            filters(one).into_iter().chain(filters(two)).collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use crate::lattice::stored_values::NoValues;
    use crate::tests::shop_fixture::shop;
    use schema::Snapshot;

    fn ends(question: &str, snapshot: &Snapshot) -> Vec<(String, String)> {
        let reading = crate::read(question, snapshot, &NoValues, &crate::never).unwrap().unwrap();
        reading.data_ends.into_iter().map(|end| (end.column, end.sql.replace('\n', " "))).collect()
    }

    #[test]
    fn a_time_told_from_today_asks_where_the_data_ends() {
        let found = ends("revenue last month", &shop());
        let [(column, sql)] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!(column, "orders.ordered_at");
        assert!(
            sql.starts_with("SELECT max(ordered_at)::date AS last_date FROM orders HAVING max(ordered_at) < "),
            "{sql}"
        );
        assert!(sql.contains("current_date"), "{sql}");
    }

    #[test]
    fn a_date_of_the_calendar_and_a_masked_one_ask_nothing() {
        assert_eq!(ends("revenue in 2024", &shop()), []);
        assert_eq!(ends("total revenue", &shop()), []);
        let [(column, sql)] = &ends("what is our total revenue to date", &shop())[..] else { panic!("no end") };
        assert!(column == "orders.ordered_at" && sql.ends_with("HAVING max(ordered_at) < current_date - 1"), "{sql}");
        let mut shop = shop();
        shop.relations.edit(|all| {
            let columns = all.iter_mut().flat_map(|relation| &mut relation.columns);
            columns.filter(|column| column.name == "ordered_at").for_each(|column| column.masked = true);
        });
        assert_eq!(ends("revenue last month", &shop), []);
    }
}
