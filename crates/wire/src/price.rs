//! What a reply cost, at the prices of its model.

use crate::Usage;

/// No usage costs more. Sums of costs up to this hold the smallest ones to some digits, and none is infinite: whoever sets the price
/// of their own server would else undo what others' calls have added to a sum that all share.
const MOST_COST: f64 = 1e9;

/// Prices for a million tokens each, in any currency.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Price {
    pub input: f64,
    pub output: f64,
    /// For input that the provider reads from its cache. `None` is the price of other input.
    pub cached_input: Option<f64>,
    /// For input that the provider writes to its cache. `None` is the price of other input.
    pub cache_write: Option<f64>,
}

impl Price {
    /// What this usage costs, in the currency of the prices. `None` if the provider did not report the tokens of both
    /// prompt and reply: the cost of one of them would be taken for the whole.
    pub fn cost(&self, usage: &Usage) -> Option<f64> {
        let (input, output) = (usage.input?, usage.output?);
        let cached = usage.cached_input.unwrap_or(0).min(input);
        let written = usage.cache_write.unwrap_or(0).min(input - cached);
        let uncached = input - cached - written;
        let per_million = uncached as f64 * self.input
            + cached as f64 * self.cached_input.unwrap_or(self.input)
            + written as f64 * self.cache_write.unwrap_or(self.input)
            + output as f64 * self.output;
        Some((per_million / 1e6).min(MOST_COST))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_cost(price: &Price, usage: &Usage, expected: f64) {
        let cost = price.cost(usage).unwrap();
        assert!((cost - expected).abs() < 1e-9, "{cost} is not {expected}");
    }

    #[test]
    fn cached_tokens_have_prices_of_their_own() {
        // Ratios as in Anthropic's guide "Prompt caching": writing costs 1.25 times the input price, reading a tenth of
        // it.
        let price = Price { input: 3.0, output: 15.0, cached_input: Some(0.3), cache_write: Some(3.75) };
        let usage = Usage {
            input: Some(1_200_000),
            cached_input: Some(1_000_000),
            cache_write: Some(100_000),
            output: Some(10_000),
        };
        assert_cost(&price, &usage, 0.3 + 0.375 + 0.3 + 0.15);
        let plain = Price { cached_input: None, cache_write: None, ..price };
        assert_cost(&plain, &usage, 3.6 + 0.15);
    }

    #[test]
    fn tokens_are_priced_by_the_million() {
        let price = Price { input: 0.25, output: 2.0, cached_input: None, cache_write: None };
        let usage = Usage { input: Some(2006), output: Some(300), ..Usage::default() };
        assert_cost(&price, &usage, 0.001_101_5);
        assert_cost(&price, &Usage { input: Some(0), output: Some(0), ..Usage::default() }, 0.0);
    }

    #[test]
    fn costs_stay_where_sums_of_them_are_exact() {
        let price = Price { input: f64::MAX, output: f64::MAX, cached_input: None, cache_write: None };
        let cost = price.cost(&Usage { input: Some(u64::MAX), output: Some(7), ..Usage::default() });
        assert_eq!(cost, Some(MOST_COST));
        let sum = (0.000_1 + MOST_COST) - MOST_COST;
        assert!((sum - 0.000_1).abs() < 1e-7, "{sum}");
    }

    #[test]
    fn half_a_usage_has_no_cost() {
        let price = Price { input: 1.0, output: 1.0, cached_input: None, cache_write: None };
        for usage in [
            Usage::default(),
            Usage { input: Some(1), ..Usage::default() },
            Usage { output: Some(1), ..Usage::default() },
        ] {
            assert_eq!(price.cost(&usage), None);
        }
    }

    #[test]
    fn more_cached_tokens_than_there_are_cost_no_less() {
        let price = Price { input: 1.0, output: 1.0, cached_input: Some(0.5), cache_write: Some(2.0) };
        let usage = Usage {
            input: Some(1_000_000),
            cached_input: Some(u64::MAX),
            cache_write: Some(u64::MAX),
            output: Some(0),
        };
        assert_cost(&price, &usage, 0.5);
    }
}
