//! The words of a question that say how its answer should be drawn, and whether its numbers may be added up.

use crate::field::lowercase_words;

/// What the words of a question ask for.
#[derive(Debug, Clone, Copy, Default)]
pub struct Intent {
    /// The parts of a whole.
    pub share: bool,
    /// Stacked bars.
    pub stack: bool,
    /// How two numbers relate.
    pub scatter: bool,
    /// Bars, even over time.
    pub bars: bool,
    /// A table instead of a chart.
    pub table: bool,
    /// A number for each value of something else.
    pub per_value: bool,
    /// A total, such as a count or a sum of money.
    total: bool,
    /// A number that makes no sense when added up, such as an average.
    unsummable: bool,
}

const SHARE: &[&str] = &[
    "share",
    "shares",
    "percentage",
    "percentages",
    "percent",
    "proportion",
    "proportions",
    "breakdown",
    "composition",
    "pie",
];
const SCATTER: &[&str] =
    &["versus", "vs", "against", "correlation", "correlate", "correlated", "scatter", "relationship"];
const PER_VALUE: &[&str] = &["by", "per", "each", "every", "distribution", "histogram", "across"];
const TOTAL: &[&str] = &[
    "count", "counts", "sum", "sums", "total", "totals", "revenue", "sales", "amount", "amounts", "quantity", "qty",
    "number", "num", "n", "cost", "costs", "orders", "units", "spend", "spent", "spending", "turnover", "volume",
    "hits", "visits", "many",
];
const UNSUMMABLE: &[&str] = &[
    "avg",
    "average",
    "averages",
    "mean",
    "median",
    "min",
    "max",
    "minimum",
    "maximum",
    "lowest",
    "highest",
    "rate",
    "rates",
    "ratio",
    "ratios",
    "percent",
    "percentage",
    "percentages",
    "pct",
    "share",
    "shares",
    "fraction",
    "fractions",
    "proportion",
    "proportions",
    "price",
    "prices",
    "score",
    "scores",
    "rank",
    "rating",
    "cumulative",
    "running",
    "stddev",
    "variance",
    "age",
    "growth",
    "margin",
    "balance",
    "distinct",
    "unique",
    "percentile",
    "different",
    "seconds",
    "minutes",
    "hours",
    "days",
];

impl Intent {
    /// Reads the intent from a question, or from the name of a column.
    pub fn of(question: &str) -> Self {
        let words = lowercase_words(question);
        let any = |list: &[&str]| contains_any(&words, list);
        let has_pair = |first: &[&str], second: &[&str]| {
            words
                .windows(2)
                .any(|pair| matches!(pair, [a, b] if first.contains(&a.as_str()) && second.contains(&b.as_str())))
        };
        Self {
            share: any(SHARE),
            stack: any(&["stacked", "split", "composition", "breakdown"]),
            scatter: any(SCATTER),
            bars: has_pair(&["bar", "bars", "column"], &["chart", "charts", "graph", "plot"]) || any(&["bars"]),
            table: has_pair(&["a", "as", "in"], &["table", "tables"]) && !any(&["chart", "plot"]),
            per_value: any(PER_VALUE),
            total: any(TOTAL),
            unsummable: any(UNSUMMABLE),
        }
    }

    /// Whether a measure is by its name a rate, a mean, a price or another number that makes no sense when added up.
    pub fn is_rate(measure: &str) -> bool {
        contains_any(&lowercase_words(measure), UNSUMMABLE)
    }

    /// Whether the values of a measure may be added up, judging by its name and by the question. If neither says that
    /// they are totals, they are not: a wrong sum is worse than none.
    pub fn is_summable(self, measure: &str) -> bool {
        let words = lowercase_words(measure);
        !contains_any(&words, UNSUMMABLE) && (contains_any(&words, TOTAL) || self.total && !self.unsummable)
    }
}

fn contains_any(words: &[String], list: &[&str]) -> bool {
    words.iter().any(|word| list.contains(&word.as_str()))
}

#[cfg(test)]
mod tests {
    use super::Intent;

    #[test]
    fn words_of_the_question_set_the_intent() {
        assert!(Intent::of("Share of revenue by region?").share && !Intent::of("revenue by region").share);
        assert!(Intent::of("list them as a table").table && !Intent::of("orders per table").table);
        assert!(Intent::of("a bar chart of sales").bars && !Intent::of("sales per bar").bars);
        assert!(Intent::of("price vs. quantity").scatter);
    }

    #[test]
    fn only_totals_are_summable() {
        assert!(Intent::of("").is_summable("order_count") && Intent::of("").is_summable("total"));
        assert!(Intent::of("how many customers per city").is_summable("customers"));
        assert!(!Intent::of("average order total per city").is_summable("x"));
        assert!(!Intent::of("").is_summable("avg_revenue") && !Intent::of("").is_summable("count_distinct"));
        assert!(!Intent::of("credit limits").is_summable("credit_limit"));
    }
}
