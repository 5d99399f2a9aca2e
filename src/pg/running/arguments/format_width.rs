//! How wide a result the format of the server's `format()` asks for (varlena.c, text_format).

/// The widths in a format, together; endless where another argument tells one.
pub fn of(format: &[u8]) -> f64 {
    let (mut width, mut rest) = (0.0, format);
    while let Some(at) = rest.iter().position(|byte| *byte == b'%') {
        rest = &rest[at + 1..];
        match rest.strip_prefix(b"%") {
            Some(after) => rest = after,
            None => width += width_of(rest),
        }
    }
    width
}

/// The width in what follows a percent sign: `[position$][-][width]type`, as text_format_parse_format reads it.
fn width_of(specifier: &[u8]) -> f64 {
    let (_, after) = number(specifier);
    let mut rest = after.strip_prefix(b"$").unwrap_or(specifier);
    while let Some(after) = rest.strip_prefix(b"-") {
        rest = after;
    }
    if rest.starts_with(b"*") { f64::INFINITY } else { number(rest).0 }
}

/// The number that a text begins with, 0 where there is none, and what comes after it.
fn number(text: &[u8]) -> (f64, &[u8]) {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, rest) = text.split_at(digits);
    (digits.iter().fold(0.0, |number, digit| number * 10.0 + f64::from(digit - b'0')), rest)
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn a_format_tells_its_width() {
        for (part, width) in
            [("s rest", 0.0), ("20s", 20.0), ("-20s", 20.0), ("1$20s", 20.0), ("1$-900000000s", 9e8), ("", 0.0)]
        {
            assert!((of(format!("%{part}").as_bytes()) - width).abs() < 0.5, "{part}");
        }
        assert!(of(b"%*s").is_infinite() && of(b"%1$*2$s").is_infinite());
        // What follows is no part of it, and zeros before it are many characters and no width.
        assert!((of(b"%900000000s costs 1$") - 9e8).abs() < 0.5);
        assert!((of(format!("%-{}900000000s", "0".repeat(100)).as_bytes()) - 9e8).abs() < 0.5);
        assert!((of(b"100 %% of %5s and %7s") - 12.0).abs() < 0.5);
    }
}
