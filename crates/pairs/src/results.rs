//! Whether two results are the same answer.

use std::collections::HashMap;

use serde_json::Value;

/// Whether results, each row an array of json, say the same: with their columns in any order, rows in any order, and numbers to
/// six digits. `ordered_by`: the columns of the first by which it is sorted; these have to come in that order in both. Names of
/// columns do not count.
pub fn same_answer(one: &[Vec<Value>], other: &[Vec<Value>], ordered_by: &[usize]) -> bool {
    let width = |rows: &[Vec<Value>]| rows.first().map_or(0, Vec::len);
    if one.len() != other.len() || width(one) != width(other) {
        return false;
    }
    let mut numbers = Numbers::default();
    let [one, other] = [one, other].map(|rows| Columns::of(rows, width(rows), &mut numbers));
    let in_order = |columns: &Columns| {
        let mut alike = columns.alike.clone();
        alike.sort_unstable();
        alike
    };
    if in_order(&one) != in_order(&other) {
        return false;
    }
    let mut search = Search {
        one: &one,
        other: &other,
        ordered_by,
        places: Vec::new(),
        is_taken: vec![false; other.columns.len()],
        compared: 0,
    };
    search.finds()
}

/// Of so many values that were compared, results that were not found to be the same count as different: columns with the same values
/// could be laid over each other in more ways than anybody waits for.
const MAX_COMPARED: usize = 5_000_000;

/// A number for each different value, and for each different column: values may be long, and are compared many times.
#[derive(Default)]
struct Numbers {
    values: HashMap<String, usize>,
    columns: HashMap<Vec<usize>, usize>,
}

/// A result by its columns, each value as a number that is the same for what counts as the same.
struct Columns {
    columns: Vec<Vec<usize>>,
    /// For each column a number that those with the same values have, in whatever order.
    alike: Vec<usize>,
    rows: usize,
}

impl Columns {
    fn of(rows: &[Vec<Value>], width: usize, numbers: &mut Numbers) -> Self {
        let mut value = |row: &Vec<Value>, at: usize| {
            let (text, next) = (row.get(at).map_or_else(String::new, alike), numbers.values.len());
            *numbers.values.entry(text).or_insert(next)
        };
        let columns: Vec<Vec<usize>> = (0..width).map(|at| rows.iter().map(|row| value(row, at)).collect()).collect();
        let alike = columns.iter().map(|column| {
            let (mut sorted, next) = (column.clone(), numbers.columns.len());
            sorted.sort_unstable();
            *numbers.columns.entry(sorted).or_insert(next)
        });
        let alike = alike.collect();
        Self { columns, alike, rows: rows.len() }
    }

    fn rows_are_same(&self, other: &Self, places: &[usize]) -> bool {
        let straight: Vec<usize> = (0..places.len()).collect();
        let mut counts: HashMap<Vec<Option<usize>>, i64> = HashMap::new();
        for row in 0..self.rows {
            *counts.entry(self.row(row, &straight)).or_default() += 1;
            *counts.entry(other.row(row, places)).or_default() -= 1;
        }
        counts.values().all(|count| *count == 0)
    }

    fn order_is_same(&self, other: &Self, ordered_by: &[usize], places: &[usize]) -> bool {
        ordered_by.iter().all(|column| {
            let there = places.get(*column).and_then(|place| other.columns.get(*place));
            self.columns.get(*column) == there
        })
    }

    fn row(&self, row: usize, places: &[usize]) -> Vec<Option<usize>> {
        places.iter().map(|column| self.columns.get(*column)?.get(row).copied()).collect()
    }
}

/// Looks for each column of one result for a column of the other with the same values, so that the rows are the same too.
struct Search<'a> {
    one: &'a Columns,
    other: &'a Columns,
    ordered_by: &'a [usize],
    /// For the first columns of the one, the columns of the other.
    places: Vec<usize>,
    /// The columns of the other that have been given to one.
    is_taken: Vec<bool>,
    /// How many values have been compared.
    compared: usize,
}

impl Search<'_> {
    fn finds(&mut self) -> bool {
        let at = self.places.len();
        let Some(values) = self.one.alike.get(at) else {
            self.compared += self.one.rows * at;
            return self.one.rows_are_same(self.other, &self.places)
                && self.one.order_is_same(self.other, self.ordered_by, &self.places);
        };
        for (place, candidate) in self.other.alike.iter().enumerate() {
            if self.compared > MAX_COMPARED {
                return false;
            }
            self.compared += 1;
            if self.is_taken[place] || candidate != values {
                continue;
            }
            self.compared += self.one.rows;
            self.is_taken[place] = true;
            self.places.push(place);
            if self.finds() {
                return true;
            }
            self.places.pop();
            self.is_taken[place] = false;
        }
        false
    }
}

/// The same text for values that are the same: numbers to six digits, days whether they have a time of midnight or not.
fn alike(value: &Value) -> String {
    match value {
        Value::Number(number) => match number.as_f64() {
            Some(0.0) => "0".to_owned(),
            Some(number) => format!("{number:.5e}"),
            None => number.to_string(),
        },
        Value::String(text) => {
            let day = text.split_once("T00:00:00").filter(|(day, zone)| day.len() == 10 && zone.len() <= 6);
            format!("\"{}", day.map_or(text.as_str(), |(day, _)| day))
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<Vec<Value>> {
        serde_json::from_str(text).expect("rows")
    }

    fn same(one: &str, other: &str, ordered_by: &[usize]) -> bool {
        same_answer(&rows(one), &rows(other), ordered_by)
    }

    #[test]
    fn columns_and_rows_may_come_in_any_order() {
        assert!(same(r#"[["a",1],["b",2]]"#, r#"[[2,"b"],[1,"a"]]"#, &[]));
        assert!(same(r#"[[1,2],[2,1]]"#, r#"[[2,1],[1,2]]"#, &[]));
        assert!(!same(r#"[[1,1],[2,2]]"#, r#"[[1,2],[2,1]]"#, &[]), "the values are the same, the rows are not");
        assert!(!same("[[1],[1],[2]]", "[[1],[2],[2]]", &[]));
        assert!(!same("[[1]]", "[[1],[1]]", &[]));
        assert!(!same("[[1]]", "[[1,1]]", &[]));
        assert!(same("[]", "[]", &[]));
    }

    #[test]
    fn an_order_counts_where_there_is_one() {
        assert!(!same(r#"[["a",2],["b",1]]"#, r#"[["b",1],["a",2]]"#, &[1]));
        assert!(same(r#"[["a",1],["b",1]]"#, r#"[["b",1],["a",1]]"#, &[1]), "equal ones have no order");
    }

    #[test]
    fn numbers_are_compared_to_six_digits_and_days_without_midnight() {
        assert!(same("[[1234567.1]]", "[[1234567.9]]", &[]));
        assert!(!same("[[1234567]]", "[[1234577]]", &[]));
        assert!(same("[[0]]", "[[-0.0]]", &[]));
        assert!(same(r#"[["2025-01-01"]]"#, r#"[["2025-01-01T00:00:00+00:00"]]"#, &[]));
        assert!(!same(r#"[["1"]]"#, "[[1]]", &[]));
        assert!(!same("[[null]]", r#"[["null"]]"#, &[]));
    }

    #[test]
    fn many_equal_columns_end() {
        let row = format!("[{}]", ["[1,1,1,1,1,1,1,1,1,1,1,1]"; 3].join(","));
        assert!(same(&row, &row, &[]));
    }

    #[test]
    fn many_columns_that_are_nearly_alike_end() {
        let last = |value: i32| format!("[[{}{value}]]", "1,".repeat(20));
        assert!(!same(&last(2), &last(3), &[]), "no column has the last value");
        // Each column has the values of the other's, and no two rows are the same.
        let twisted = |columns: usize| {
            let row = |first: i32, second: i32| format!("[{}{second}]", format!("{first},").repeat(columns));
            format!("[{},{}]", row(1, 2), row(2, 1))
        };
        let straight = format!("[[{}1],[{}2]]", "1,".repeat(30), "2,".repeat(30));
        assert!(!same(&twisted(30), &straight, &[]));
    }

    /// Each of many ways to lay columns over others read all of their values anew.
    #[test]
    fn long_values_and_long_columns_are_compared_by_numbers() {
        let long = "x".repeat(100_000);
        let columns = |values: &[(usize, usize)]| -> Vec<Vec<Value>> {
            let row = |of: &dyn Fn(&(usize, usize)) -> usize| {
                values.iter().map(|one| Value::String(format!("{long}{}", of(one)))).collect::<Vec<_>>()
            };
            vec![row(&|one| one.0), row(&|one| one.1)]
        };
        let (twisted, mut straight) = ([[(0, 1), (1, 0)].repeat(5)].concat(), vec![(0, 1); 10]);
        straight[0] = (1, 0);
        assert!(!same_answer(&columns(&twisted), &columns(&straight), &[]));
    }
}
