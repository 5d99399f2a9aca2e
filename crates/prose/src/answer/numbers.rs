//! Numbers as people write them in a sentence.

/// The number that a text is. `None` for `NaN`, infinities, and text that is no number.
pub fn parse(text: &str) -> Option<f64> {
    let is_plain = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'-' | b'+' | b'e' | b'E'));
    text.parse::<f64>().ok().filter(|number| is_plain && number.is_finite())
}

/// A number: thousands are separated, beyond a million there are three significant digits, and a fraction has at most two
/// digits, or three significant ones where it is small.
pub fn plain(number: f64) -> String {
    let size = number.abs();
    let large = [(1e12, "trillion"), (1e9, "billion"), (1e6, "million")];
    // What is rounded up to a million is one.
    let scale = large.into_iter().find(|(scale, _)| size >= scale * 0.9995 && size >= 999_999.5);
    match scale {
        _ if size >= 1e15 => format!("{number:.2e}"),
        Some((scale, word)) => format!("{} {word}", significant(number / scale, 3)),
        None => exact(number),
    }
}

/// The same to the last unit, whatever its size, but for long fractions.
pub fn exact(number: f64) -> String {
    let size = number.abs();
    if size >= 1e15 {
        return format!("{number:.2e}");
    }
    if number.fract() == 0.0 {
        return grouped(&format!("{number:.0}"));
    }
    if size >= 0.1 { grouped(&with_cents(number)) } else { significant(number, 3) }
}

/// Two digits after the point, or none where both are zero.
fn with_cents(number: f64) -> String {
    let text = format!("{number:.2}");
    text.strip_suffix(".00").map_or(text.clone(), str::to_owned)
}

/// So many significant digits, without zeros at the end of a fraction.
fn significant(number: f64, digits: i32) -> String {
    let magnitude = if number == 0.0 { 0 } else { number.abs().log10().floor() as i32 };
    let places = usize::try_from((digits - 1 - magnitude).clamp(0, 12)).unwrap_or(0);
    let text = format!("{number:.places$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    grouped(text)
}

/// With so many digits after the point.
pub fn with_places(number: f64, places: usize) -> String {
    let text = grouped(&format!("{number:.places$}"));
    if text.trim_start_matches('-').chars().all(|c| matches!(c, '0' | '.')) { text.replacen('-', "", 1) } else { text }
}

/// Millions and more, by their power of ten, with so many digits after the point.
pub fn large(number: f64, power: i32, places: usize) -> String {
    let word = match power {
        12 => "trillion",
        9 => "billion",
        _ => "million",
    };
    format!("{} {word}", with_places(number / 10f64.powi(power), places))
}

/// Percent with so many digits after the point.
pub fn percent_with(percent: f64, places: usize) -> String {
    format!("{} %", with_places(percent, places))
}

/// A fraction of one as percent: whole above ten, else with one digit after the point.
pub fn percent(fraction: f64) -> String {
    let percent = fraction * 100.0;
    let places = usize::from(percent.abs() < 9.95);
    let text = format!("{percent:.places$}");
    let text = text.strip_suffix(".0").unwrap_or(&text);
    let text = if text == "-0" { "0" } else { text };
    let shown = if text == "0" && fraction != 0.0 { "less than 0.1" } else { text };
    format!("{} %", grouped(shown))
}

/// Separates thousands by commas.
fn grouped(text: &str) -> String {
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |digits| ("-", digits));
    let (whole, fraction) = digits.find('.').map_or((digits, ""), |at| digits.split_at(at));
    if whole.len() < 4 || !whole.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.to_owned();
    }
    let mut grouped = String::from(sign);
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped + fraction
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_no_more_exact_than_a_sentence_needs() {
        for (number, shown) in [
            (0.0, "0"),
            (503.0, "503"),
            (20_000.0, "20,000"),
            (495.117_5, "495.12"),
            (96_346.52, "96,346.52"),
            (12.5, "12.50"),
            (24_631_877.2, "24.6 million"),
            (999_999.7, "1 million"),
            (1_000_000.0, "1 million"),
            (-1_234_567_890.0, "-1.23 billion"),
            (0.012_345_6, "0.0123"),
            (1e20, "1.00e20"),
        ] {
            assert_eq!(plain(number), shown, "{number}");
        }
        assert_eq!(exact(24_631_877.2), "24,631,877.20");
        assert_eq!(
            [0.5, 0.126, 0.034, 12.0, 0.0, -0.0001].map(percent),
            ["50 %", "13 %", "3.4 %", "1,200 %", "0 %", "less than 0.1 %"]
        );
        assert_eq!([parse("1e3"), parse("NaN"), parse("***"), parse("")], [Some(1000.0), None, None, None]);
    }
}
