//! Numbers, money and intervals: from the server's text to a position, and to text that people can read.

/// What an axis can hold: its length must be a double too.
const LARGEST: f64 = 1e300;

/// The position of a number. None for what has none: `NaN`, infinities, what an axis can't hold, what is no number.
pub fn position(text: &str) -> Option<f64> {
    let number = if text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'-' | b'+' | b'e' | b'E')) {
        text.parse::<f64>().ok()
    } else {
        money(text)
    };
    number.filter(|number| number.abs() <= LARGEST)
}

/// Whether the text is a number without a place on any axis.
pub fn is_odd(text: &str) -> bool {
    position(text).is_none() && text.parse::<f64>().is_ok()
}

/// `money` in the common locales. None where a separator may be of thousands or of a fraction.
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

/// An interval in seconds, as `intervalstyle = postgres` prints it; years and months are as long as
/// `extract(epoch from …)` takes them.
pub fn seconds(text: &str) -> Option<f64> {
    let mut total = 0.0;
    let mut words = text.split(' ').peekable();
    while let Some(word) = words.next() {
        if word.contains(':') {
            let negative = word.starts_with('-');
            let clock: f64 = word
                .trim_start_matches(['-', '+'])
                .split(':')
                .try_fold(0.0, |sum, part| Some(sum * 60.0 + position(part)?))?;
            total += if negative { -clock } else { clock };
            continue;
        }
        let days = match words.next()?.trim_end_matches('s') {
            "year" => 365.25,
            "mon" => 30.0,
            "day" => 1.0,
            _ => return None,
        };
        total += position(word)? * days * 86_400.0;
    }
    Some(total).filter(|total| total.is_finite() && !text.is_empty())
}

/// Whether the double prints as the same digits.
pub fn is_exact(text: &str, number: f64) -> bool {
    let plain = |text: &str| -> String {
        let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text };
        text.trim_start_matches('+').to_owned()
    };
    text.contains(['e', 'E']) || plain(text) == plain(&number.to_string())
}

/// Short enough to read: thousands apart, two decimals, an exponent where there are too many digits.
pub fn readable(text: &str) -> String {
    let Some(number) = position(text) else { return endless(text).unwrap_or_else(|| text.to_owned()) };
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
        // Three digits that count, wherever they begin.
        let places = (2.0 - size.log10().floor()).clamp(2.0, 8.0) as usize;
        format!("{number:.places$}")
    }
}

/// More digits than a double holds, as an exponent.
fn endless(text: &str) -> Option<String> {
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |digits| ("-", digits));
    let whole = digits.split('.').next()?;
    let plain = whole.len() > 300 && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    plain.then(|| Some(format!("{sign}{}.{}e{}", whole.get(..1)?, whole.get(1..4)?, whole.len() - 1))).flatten()
}

/// As exact as fits a headline.
pub fn headline(text: &str) -> String {
    let is_short = text.len() <= 17 && decimals(text) <= 6 && !text.contains(['e', 'E']);
    if is_short && position(text).is_some() && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'-')) {
        grouped(text)
    } else {
        readable(text)
    }
}

/// A position as an axis shows it.
pub fn readable_position(number: f64) -> String {
    let short = if number.abs() >= 100.0 { number.round() } else { (number * 1e4).round() / 1e4 };
    readable(&if short == 0.0 && number != 0.0 { format!("{number:.2e}") } else { short.to_string() })
}

/// Digits in threes, from the point leftwards.
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

/// As many decimals as the text has.
pub fn decimals(text: &str) -> usize {
    text.split_once('.').map_or(0, |(_, fraction)| fraction.bytes().take_while(u8::is_ascii_digit).count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_read_and_odd_numbers_have_none() {
        assert_eq!(position("-12.50"), Some(-12.5));
        assert_eq!(position("1e-07"), Some(1e-7));
        for text in ["NaN", "Infinity", "-Infinity", "", "abc", "1e400", "1.7e308"] {
            assert_eq!(position(text), None, "{text}");
        }
        assert_eq!(position(&"9".repeat(1000)), None);
        assert!(is_odd("NaN") && is_odd("-Infinity") && is_odd(&"9".repeat(1000)) && !is_odd("x") && !is_odd("1"));
    }

    #[test]
    fn money_is_read_where_it_can_mean_one_thing() {
        for (text, number) in [
            ("$1,234.56", 1234.56),
            ("-$0.50", -0.5),
            ("1.234,56 €", 1234.56),
            ("($3.00)", -3.0),
            ("¥1,234,567", 1_234_567.0),
            ("¥12", 12.0),
        ] {
            assert_eq!(position(text), Some(number), "{text}");
        }
        assert_eq!(position("¥1,234"), None);
        assert_eq!(position("12 people of 14"), None);
    }

    #[test]
    fn intervals_become_seconds() {
        assert_eq!(seconds("01:02:03.5"), Some(3723.5));
        assert_eq!(seconds("1 day 02:00:00"), Some(93_600.0));
        assert_eq!(seconds("-1 days +02:00:00"), Some(-79_200.0));
        assert_eq!(seconds("-00:00:30"), Some(-30.0));
        assert_eq!(seconds("1 year 2 mons"), Some((365.25 + 60.0) * 86_400.0));
        for text in ["", "P1D", "@ 1 day", "1", "infinity"] {
            assert_eq!(seconds(text), None, "{text}");
        }
    }

    #[test]
    fn readable_numbers_keep_what_matters() {
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
            assert_eq!(readable(text), shown, "{text}");
        }
        assert_eq!(readable(&format!("-{}.5", "9".repeat(400))), "-9.999e399");
        assert_eq!(readable_position(1234.56), "1,235");
        assert_eq!(readable_position(0.25), "0.25");
    }

    #[test]
    fn a_double_that_drops_digits_is_noticed() {
        assert!(is_exact("0.10", 0.1) && is_exact("100", 100.0) && is_exact("-5.00", -5.0) && is_exact("1e-07", 1e-7));
        assert!(!is_exact("9007199254740993", 9_007_199_254_740_992.0));
        assert!(!is_exact("0.12345678901234567890", 0.123_456_789_012_345_68));
    }
}
