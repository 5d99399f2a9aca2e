//! What a question says about the drawing itself, and about what may be summed.

use super::field::words;

/// What the words of a question ask for.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wish {
    pub share: bool,
    pub stack: bool,
    pub scatter: bool,
    pub bars: bool,
    pub table: bool,
    /// Something is asked for each value of something else.
    pub each: bool,
    total: bool,
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
const EACH: &[&str] = &["by", "per", "each", "every", "distribution", "histogram", "across"];
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
    "percent",
    "percentage",
    "pct",
    "share",
    "proportion",
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

impl Wish {
    pub fn of(question: &str) -> Self {
        let words = words(question);
        let any = |list: &[&str]| has(&words, list);
        let pairs = |first: &[&str], second: &[&str]| {
            words
                .windows(2)
                .any(|pair| matches!(pair, [a, b] if first.contains(&a.as_str()) && second.contains(&b.as_str())))
        };
        Self {
            share: any(SHARE),
            stack: any(&["stacked", "split", "composition", "breakdown"]),
            scatter: any(SCATTER),
            bars: pairs(&["bar", "bars", "column"], &["chart", "charts", "graph", "plot"]) || any(&["bars"]),
            table: pairs(&["a", "as", "in"], &["table", "tables"]) && !any(&["chart", "plot"]),
            each: any(EACH),
            total: any(TOTAL),
            unsummable: any(UNSUMMABLE),
        }
    }

    /// Whether values of a measure may be added up, as far as its name and the question tell. When in doubt, no.
    pub fn is_summable(self, measure: &str) -> bool {
        let words = words(measure);
        !has(&words, UNSUMMABLE) && (has(&words, TOTAL) || self.total && !self.unsummable)
    }
}

fn has(words: &[String], list: &[&str]) -> bool {
    words.iter().any(|word| list.contains(&word.as_str()))
}

#[cfg(test)]
mod tests {
    use super::Wish;

    #[test]
    fn the_words_decide() {
        assert!(Wish::of("Share of revenue by region?").share && !Wish::of("revenue by region").share);
        assert!(Wish::of("list them as a table").table && !Wish::of("orders per table").table);
        assert!(Wish::of("a bar chart of sales").bars && !Wish::of("sales per bar").bars);
        assert!(Wish::of("price vs. quantity").scatter);
    }

    #[test]
    fn only_what_is_known_to_add_up_is_summed() {
        assert!(Wish::of("").is_summable("order_count") && Wish::of("").is_summable("total"));
        assert!(Wish::of("how many customers per city").is_summable("customers"));
        assert!(!Wish::of("average order total per city").is_summable("x"));
        assert!(!Wish::of("").is_summable("avg_revenue") && !Wish::of("").is_summable("count_distinct"));
        assert!(!Wish::of("credit limits").is_summable("credit_limit"));
    }
}
