//! The range of values that an axis covers, called its domain.

use crate::number::{format_tick, format_tick_between};

/// The axis leaves out zero only if the values differ by less than this part of the one nearest to zero: with zero on
/// the axis, all would look the same.
const LEAST_DIFFERENCE: f64 = 0.1;

/// Whether the axis includes zero, so that lengths and heights can be compared. If it does not, the chart has a note.
/// Values that are all the same are drawn at their distance from zero.
pub fn includes_zero(values: impl Iterator<Item = f64>) -> bool {
    let (least, most) = extent(values);
    // Halved, as the difference of two very large doubles would be infinite.
    let (range, level) = (most / 2.0 - least / 2.0, least.abs().min(most.abs()) / 2.0);
    least <= 0.0 && most >= 0.0 || least >= most || range >= LEAST_DIFFERENCE * level
}

/// The least and the greatest value of the axis. It includes zero if [`includes_zero`] says so, and is never empty.
pub fn domain(values: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let (least, most) = extent(values.clone());
    let (least, most) = if includes_zero(values) { (least.min(0.0), most.max(0.0)) } else { (least, most) };
    if least < most && least.is_finite() { (least, most) } else { (0.0, 1.0) }
}

/// The label of a tick on the axis of a domain.
pub fn tick(domain: (f64, f64), value: f64) -> String {
    if domain.0 <= 0.0 && domain.1 >= 0.0 { format_tick(value) } else { format_tick_between(domain, value) }
}

/// The least and the greatest value. Without any values, that is plus and minus infinity, in this order.
pub fn extent(values: impl Iterator<Item = f64>) -> (f64, f64) {
    values.fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), value| (least.min(value), most.max(value)))
}

/// The position of a value in a domain, from 0 at its start to 1 at its end. All is halved first, since the difference
/// of two very large doubles would be infinite.
pub fn fraction((from, to): (f64, f64), value: f64) -> f64 {
    let part = (value / 2.0 - from / 2.0) / (to / 2.0 - from / 2.0);
    if part.is_finite() { part.clamp(0.0, 1.0) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_is_left_out_only_if_the_values_are_far_from_it() {
        assert_eq!(domain([1.0, 10.0].into_iter()), (0.0, 10.0));
        assert_eq!(domain([100.0, 110.0].into_iter()), (0.0, 110.0));
        assert_eq!(domain([100.0, 109.0].into_iter()), (100.0, 109.0));
        assert_eq!(domain([-109.0, -100.0].into_iter()), (-109.0, -100.0));
        assert_eq!(domain([-5.0, -1.0].into_iter()), (-5.0, 0.0));
        assert_eq!(domain([7.0].into_iter()), (0.0, 7.0));
        assert_eq!(domain([0.0].into_iter()), (0.0, 1.0));
        assert_eq!(domain([].into_iter()), (0.0, 1.0));
    }

    #[test]
    fn the_largest_doubles_have_a_place() {
        assert_eq!(fraction((f64::MIN, f64::MAX), 0.0), 0.5);
        assert_eq!(fraction((0.0, 4.0), 1.0), 0.25);
    }
}
