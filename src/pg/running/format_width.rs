//! How wide a result the format of the server's `format()` asks for (varlena.c, text_format).

/// The widths in a format, together; endless where another argument tells one.
pub fn of(format: &[u8]) -> f64 {
    let parts = format.split(|byte| *byte == b'%').skip(1);
    parts.map(|part| width_of(&String::from_utf8_lossy(&part[..part.len().min(40)]))).sum()
}

/// The width in what follows a percent sign: `[position$][-][width]type`.
fn width_of(part: &str) -> f64 {
    let part = part.split_once('$').map_or(part, |(_, after)| after).trim_start_matches('-');
    if part.starts_with('*') {
        return f64::INFINITY;
    }
    let digits = part.bytes().take_while(u8::is_ascii_digit).count();
    part[..digits].parse().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::width_of;

    #[test]
    fn a_format_tells_its_width() {
        for (part, width) in
            [("s rest", 0.0), ("20s", 20.0), ("-20s", 20.0), ("1$20s", 20.0), ("1$-900000000s", 9e8), ("", 0.0)]
        {
            assert!((width_of(part) - width).abs() < 0.5, "{part}");
        }
        assert!(width_of("*s").is_infinite() && width_of("1$*2$s").is_infinite());
    }
}
