//! How the numbers of a measure are shown: all of one answer with the same number of decimals, and enough to tell them apart.

use super::numbers;

/// What the numbers of a measure are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    Plain,
    /// A fraction of one, shown as percent.
    Fraction,
    /// Percent already.
    Percent,
}

/// How the numbers of one measure are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Figures {
    pub style: Style,
    digits: Digits,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Digits {
    /// As suits a number by itself.
    Own,
    /// So many after the point.
    Places(usize),
    /// Millions, billions or trillions, by their power of ten, with so many digits after the point.
    Large(i32, usize),
}

impl Figures {
    /// For all of these numbers alike.
    pub fn of(style: Style, numbers: &[Option<f64>]) -> Self {
        let numbers: Vec<f64> = numbers.iter().flatten().copied().collect();
        let digits = match style {
            _ if numbers.len() < 2 => Digits::Own,
            Style::Plain => plain(&numbers),
            Style::Fraction => {
                Digits::Places(percent(&numbers.iter().map(|number| number * 100.0).collect::<Vec<_>>()))
            }
            Style::Percent => Digits::Places(percent(&numbers)),
        };
        Self { style, digits }
    }

    pub fn show(self, number: f64) -> String {
        match (self.style, self.digits) {
            (Style::Plain, Digits::Own) => numbers::plain(number),
            (Style::Plain, Digits::Places(places)) if number.abs() < 999_999.5 => numbers::with_places(number, places),
            (Style::Plain, Digits::Large(power, places)) => numbers::large(number, power, places),
            (Style::Plain, _) => numbers::plain(number),
            (Style::Fraction, Digits::Places(places)) => numbers::percent_with(number * 100.0, places),
            (Style::Percent, Digits::Places(places)) => numbers::percent_with(number, places),
            (Style::Fraction, _) => numbers::percent(number),
            (Style::Percent, _) => numbers::percent(number / 100.0),
        }
    }
}

/// Whole numbers for what is whole or large, else cents; a common unit for millions.
fn plain(numbers: &[f64]) -> Digits {
    let sizes = || numbers.iter().map(|number| number.abs()).filter(|size| *size > 0.0);
    let (least, most) = (sizes().fold(f64::INFINITY, f64::min), sizes().fold(0.0, f64::max));
    if most >= 999_999.5 {
        let power = [12, 9, 6].into_iter().find(|power| least >= 10f64.powi(*power) * 0.9995);
        let Some(power) = power.filter(|_| most < 1e15) else {
            // Beside millions, nobody tells the cents of what is less.
            return if least >= 10_000.0 && most < 1e15 { Digits::Places(0) } else { Digits::Own };
        };
        let is_zero = |places: usize| {
            let last = |number: &f64| format!("{:.2}", number / 10f64.powi(power)).ends_with(&"0".repeat(2 - places));
            numbers.iter().all(last)
        };
        return Digits::Large(power, (0..2).find(|places| is_zero(*places)).unwrap_or(2));
    }
    if numbers.iter().all(|number| number.fract() == 0.0) {
        return Digits::Places(0);
    }
    let whole = Digits::Places(0);
    match (least, most) {
        (least, _) if least >= 10_000.0 && tells_apart(numbers, 0) => whole,
        (_, most) if most < 0.1 => Digits::Own,
        _ => Digits::Places(2),
    }
}

/// None where all are above ten and differ without, else one; two where one does not tell the highest apart.
fn percent(numbers: &[f64]) -> usize {
    if numbers.iter().all(|number| number.abs() >= 9.95 || *number == 0.0) && tells_apart(numbers, 0) {
        return 0;
    }
    if numbers.iter().all(|number| number.abs() < 1.0) && !tells_apart(numbers, 1) { 2 } else { 1 }
}

/// Whether numbers that differ do so when they are rounded.
fn tells_apart(numbers: &[f64], places: usize) -> bool {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    let shown = |number: f64| format!("{number:.places$}");
    sorted.windows(2).all(|pair| pair[0] == pair[1] || shown(pair[0]) != shown(pair[1]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(style: Style, numbers: &[f64]) -> Vec<String> {
        let figures = Figures::of(style, &numbers.iter().copied().map(Some).collect::<Vec<_>>());
        numbers.iter().map(|number| figures.show(*number)).collect()
    }

    #[test]
    fn all_numbers_of_a_measure_have_the_same_decimals() {
        assert_eq!(shown(Style::Fraction, &[0.103, 0.1014, 0.0946]), ["10.3 %", "10.1 %", "9.5 %"]);
        assert_eq!(shown(Style::Fraction, &[0.5, 0.3, 0.2]), ["50 %", "30 %", "20 %"]);
        assert_eq!(shown(Style::Plain, &[5_697_147.0, 5_004_110.0]), ["5.7 million", "5.0 million"]);
        assert_eq!(shown(Style::Plain, &[213_139.98, 211_099.0]), ["213,140", "211,099"]);
        assert_eq!(shown(Style::Plain, &[3.26, 3.2]), ["3.26", "3.20"]);
        assert_eq!(shown(Style::Plain, &[15_000_000.0, 938_000.0]), ["15 million", "938,000"]);
        assert_eq!(shown(Style::Plain, &[2.0, 1_000.0]), ["2", "1,000"]);
        assert_eq!(shown(Style::Plain, &[1_955_101.25, 996_471.76]), ["1.96 million", "996,472"]);
    }
}
