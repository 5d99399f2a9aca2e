//! What `ts_headline` looks through without a look for cancels. Pure.
//!
//! It looks for each fragment at all places of the query's words again (mark_hl_fragments in wparser_def.c), and from each place on
//! as far as its options say: 70,000 words with a million fragments took minutes.

/// The largest of the options' defaults (MaxWords).
const USUAL: f64 = 35.0;

/// Bytes of a text times the largest number in its options, which counts no more than the text has bytes.
pub fn work(text: f64, options: &[u8]) -> f64 {
    text * largest_number(options).max(USUAL).min(text.max(USUAL))
}

/// What quotes and backslashes stand between is one number, too (deserialize_deflist in tsearchcmds.c).
fn largest_number(options: &[u8]) -> f64 {
    let (mut largest, mut number) = (0.0_f64, 0.0);
    for byte in options {
        match byte {
            b'0'..=b'9' => number = number * 10.0 + f64::from(byte - b'0'),
            b'\\' | b'\'' | b'"' => continue,
            _ => number = 0.0,
        }
        largest = largest.max(number);
    }
    largest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_multiply_what_is_looked_through() {
        assert_eq!(work(1e6, b""), 35e6);
        assert_eq!(work(1e6, b"MaxFragments=10, MaxWords=50"), 50e6);
        assert_eq!(work(1e4, b"MaxFragments=1000000"), 1e8);
        assert_eq!(largest_number(b"MaxFragments='1\\0''00', ShortWord=3"), 1000.0);
        assert_eq!(work(10.0, b"MaxWords=1000"), 350.0);
    }
}
