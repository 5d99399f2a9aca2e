//! Reads numbers, money and intervals as the server prints them, and formats numbers for people.

/// The largest number that is drawn. The length of an axis must be a double as well, so this is less than the largest
/// double.
const LARGEST: f64 = 1e300;

/// The number as its position on an axis. `None` for `NaN`, infinities, numbers too large for an axis, and text that is
/// no number.
pub fn parse(text: &str) -> Option<f64> {
    let number = if text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'-' | b'+' | b'e' | b'E')) {
        text.parse::<f64>().ok()
    } else {
        money(text)
    };
    number.filter(|number| number.abs() <= LARGEST)
}

/// Whether the text is a number that has no position on any axis: `NaN`, infinite or too large.
pub fn is_unplottable(text: &str) -> bool {
    parse(text).is_none() && text.parse::<f64>().is_ok()
}

/// Reads `money` as the common locales print it. `None` if a separator could stand before thousands or before a
/// fraction.
fn money(text: &str) -> Option<f64> {
    let negative = text.contains('-') || text.starts_with('(');
    let kept: String = text.chars().filter(|c| c.is_ascii_digit() || matches!(c, '.' | ',')).collect();
    if kept.is_empty() || text.chars().any(|c| c.is_control()) || text.chars().count() > kept.len() + 6 {
        return None;
    }
    let points = kept.matches('.').count();
    let (separators, mixed) = (kept.matches(['.', ',']).count(), points > 0 && kept.contains(','));
    let (whole, fraction) = match kept.rfind(['.', ',']) {
        Some(at) if mixed || separators == 1 => (kept.get(..at)?, kept.get(at + 1..)?),
        _ => (kept.as_str(), ""),
    };
    if separators == 1 && fraction.len() == 3 {
        return None;
    }
    let whole: String = whole.chars().filter(char::is_ascii_digit).collect();
    let number: f64 = format!("{whole}.{fraction}").parse().ok()?;
    Some(if negative { -number } else { number })
}

/// The seconds of an interval printed with `intervalstyle = postgres`. Years and months have the lengths that
/// `extract(epoch from …)` gives them.
pub fn parse_interval(text: &str) -> Option<f64> {
    let mut total = 0.0;
    let mut words = text.split(' ').peekable();
    while let Some(word) = words.next() {
        if word.contains(':') {
            let negative = word.starts_with('-');
            let clock: f64 = word
                .trim_start_matches(['-', '+'])
                .split(':')
                .try_fold(0.0, |sum, part| Some(sum * 60.0 + parse(part)?))?;
            total += if negative { -clock } else { clock };
            continue;
        }
        let days = match words.next()?.trim_end_matches('s') {
            "year" => 365.25,
            "mon" => 30.0,
            "day" => 1.0,
            _ => return None,
        };
        total += parse(word)? * days * 86_400.0;
    }
    Some(total).filter(|total| total.is_finite() && !text.is_empty())
}

/// Whether the double holds all the digits of the text.
pub fn is_exact(text: &str, number: f64) -> bool {
    let plain = |text: &str| -> String {
        let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text };
        text.trim_start_matches('+').to_owned()
    };
    text.contains(['e', 'E']) || plain(text) == plain(&number.to_string())
}

/// The number for labels and ticks: thousands separated, at most two decimals, an exponent if there are too many
/// digits.
pub fn format_short(text: &str) -> String {
    let Some(number) = parse(text) else { return format_huge(text).unwrap_or_else(|| text.to_owned()) };
    if !text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'-' | b'e' | b'E' | b'+')) {
        return text.to_owned();
    }
    let size = number.abs();
    let decimals = text.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    if size >= 1e15 || size != 0.0 && size < 1e-4 {
        format!("{number:.3e}")
    } else if !text.contains(['e', 'E']) && decimals <= 2 {
        grouped(text)
    } else if size >= 1.0 || size == 0.0 {
        grouped(&format!("{number:.2}"))
    } else {
        // Three significant digits.
        let places = (2.0 - size.log10().floor()).clamp(2.0, 8.0) as usize;
        format!("{number:.places$}")
    }
}

/// A number with more digits than a double can have, written with an exponent.
fn format_huge(text: &str) -> Option<String> {
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |digits| ("-", digits));
    let whole = digits.split('.').next()?;
    let plain = whole.len() > 300 && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    plain.then(|| Some(format!("{sign}{}.{}e{}", whole.get(..1)?, whole.get(1..4)?, whole.len() - 1))).flatten()
}

/// The number in large type, where there is room for more digits.
pub fn format_kpi(text: &str) -> String {
    let is_short = text.len() <= 17 && decimals(text) <= 6 && !text.contains(['e', 'E']);
    if is_short && parse(text).is_some() && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'-')) {
        grouped(text)
    } else {
        format_short(text)
    }
}

/// The label of an axis tick.
pub fn format_tick(number: f64) -> String {
    let short = if number.abs() >= 100.0 { number.round() } else { (number * 1e4).round() / 1e4 };
    format_short(&if short == 0.0 && number != 0.0 { format!("{number:.2e}") } else { short.to_string() })
}

/// The label of a tick on an axis from `from` to `to` that leaves out zero: with so many decimals that the ticks differ.
pub fn format_tick_between((from, to): (f64, f64), number: f64) -> String {
    let places = (1.0 - (to / 2.0 - from / 2.0).log10().floor()).clamp(0.0, 12.0) as usize;
    if number.abs() >= 1e15 { format_tick(number) } else { grouped(&format!("{number:.places$}")) }
}

/// Separates thousands by commas.
fn grouped(text: &str) -> String {
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |digits| ("-", digits));
    let (whole, fraction) = digits.find('.').map_or((digits, ""), |at| digits.split_at(at));
    let mut grouped = String::from(sign);
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped + fraction
}

/// The number of decimals in the text.
pub fn decimals(text: &str) -> usize {
    text.split_once('.').map_or(0, |(_, fraction)| fraction.bytes().take_while(u8::is_ascii_digit).count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_and_those_no_axis_holds_are_refused() {
        assert_eq!(parse("-12.50"), Some(-12.5));
        assert_eq!(parse("1e-07"), Some(1e-7));
        for text in ["NaN", "Infinity", "-Infinity", "", "abc", "1e400", "1.7e308"] {
            assert_eq!(parse(text), None, "{text}");
        }
        assert_eq!(parse(&"9".repeat(1000)), None);
        assert!(
            is_unplottable("NaN")
                && is_unplottable("-Infinity")
                && is_unplottable(&"9".repeat(1000))
                && !is_unplottable("x")
                && !is_unplottable("1")
        );
    }

    #[test]
    fn money_is_read_if_it_can_mean_only_one_thing() {
        for (text, number) in [
            ("$1,234.56", 1234.56),
            ("-$0.50", -0.5),
            ("1.234,56 €", 1234.56),
            ("($3.00)", -3.0),
            ("¥1,234,567", 1_234_567.0),
            ("¥12", 12.0),
        ] {
            assert_eq!(parse(text), Some(number), "{text}");
        }
        assert_eq!(parse("¥1,234"), None);
        assert_eq!(parse("12 people of 14"), None);
    }

    #[test]
    fn intervals_become_seconds() {
        assert_eq!(parse_interval("01:02:03.5"), Some(3723.5));
        assert_eq!(parse_interval("1 day 02:00:00"), Some(93_600.0));
        assert_eq!(parse_interval("-1 days +02:00:00"), Some(-79_200.0));
        assert_eq!(parse_interval("-00:00:30"), Some(-30.0));
        assert_eq!(parse_interval("1 year 2 mons"), Some((365.25 + 60.0) * 86_400.0));
        for text in ["", "P1D", "@ 1 day", "1", "infinity"] {
            assert_eq!(parse_interval(text), None, "{text}");
        }
    }

    #[test]
    fn formatted_numbers_keep_significant_digits() {
        for (text, shown) in [
            ("1234567", "1,234,567"),
            ("-1234.5", "-1,234.5"),
            ("12.50", "12.50"),
            ("49.9000000000000000", "49.90"),
            ("0.0123456", "0.0123"),
            ("0", "0"),
            ("0.00000", "0.00"),
            ("12345678901234567890", "1.235e19"),
            ("0.0000001", "1.000e-7"),
            ("1e+20", "1.000e20"),
            ("NaN", "NaN"),
            ("$1,234.56", "$1,234.56"),
        ] {
            assert_eq!(format_short(text), shown, "{text}");
        }
        assert_eq!(format_short(&format!("-{}.5", "9".repeat(400))), "-9.999e399");
        assert_eq!(format_tick(1234.56), "1,235");
        assert_eq!(format_tick(0.25), "0.25");
        assert_eq!(
            [100.2, 100.55, 100.9].map(|tick| format_tick_between((100.2, 100.9), tick)),
            ["100.20", "100.55", "100.90"]
        );
        assert_eq!(format_tick_between((9986.0, 10014.0), 9986.0), "9,986");
    }

    #[test]
    fn lost_digits_are_noticed() {
        assert!(is_exact("0.10", 0.1) && is_exact("100", 100.0) && is_exact("-5.00", -5.0) && is_exact("1e-07", 1e-7));
        assert!(!is_exact("9007199254740993", 9_007_199_254_740_992.0));
        assert!(!is_exact("0.12345678901234567890", 0.123_456_789_012_345_68));
    }
}
