//! The range of values that an axis covers, called its domain.

/// Whether the axis should include zero: yes, unless the values lie close together and far from it.
pub fn includes_zero(values: impl Iterator<Item = f64>) -> bool {
    let (least, most) = extent(values);
    least <= 0.0 && most >= 0.0 || (most - least).abs() > 0.2 * least.abs().min(most.abs())
}

/// The least and the greatest value of the axis. It includes zero if [`includes_zero`] says so, and is never empty.
pub fn domain(values: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let (least, most) = extent(values.clone());
    let (least, most) = if includes_zero(values) { (least.min(0.0), most.max(0.0)) } else { (least, most) };
    match least.partial_cmp(&most) {
        Some(std::cmp::Ordering::Less) => (least, most),
        Some(_) if least.is_finite() => (least - 1.0, most + 1.0),
        _ => (0.0, 1.0),
    }
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
        assert_eq!(domain([100.0, 110.0].into_iter()), (100.0, 110.0));
        assert_eq!(domain([-110.0, -100.0].into_iter()), (-110.0, -100.0));
        assert_eq!(domain([-5.0, -1.0].into_iter()), (-5.0, 0.0));
        assert_eq!(domain([7.0].into_iter()), (6.0, 8.0));
        assert_eq!(domain([].into_iter()), (0.0, 1.0));
    }

    #[test]
    fn the_largest_doubles_have_a_place() {
        assert_eq!(fraction((f64::MIN, f64::MAX), 0.0), 0.5);
        assert_eq!(fraction((0.0, 4.0), 1.0), 0.25);
    }
}
