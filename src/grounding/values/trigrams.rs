//! How alike two texts are, as the extension pg_trgm measures it, which need not be installed.

/// The distinct trigrams of the words of a text, sorted; each word counts with two blanks before it and one after.
pub fn trigrams(text: &str) -> Vec<u64> {
    let lower = text.to_lowercase();
    let mut trigrams = Vec::new();
    for word in lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        let mut window = [' ', ' ', ' '];
        for c in word.chars().chain([' ']) {
            window = [window[1], window[2], c];
            trigrams.push(window.iter().fold(0, |packed, c| packed << 21 | u64::from(*c)));
        }
    }
    trigrams.sort_unstable();
    trigrams.dedup();
    trigrams
}

/// The share of common trigrams in all of both, from 0 to 1.
pub fn similarity(one: &[u64], other: &[u64]) -> f32 {
    share(one.iter().filter(|trigram| other.binary_search(trigram).is_ok()).count(), one.len(), other.len())
}

/// The similarity of sets of these sizes that have so much in common.
pub fn share(common: usize, one: usize, other: usize) -> f32 {
    let all = one + other - common;
    if all == 0 { 0.0 } else { common as f32 / all as f32 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The expected figures are those of pg_trgm's similarity().
    #[test]
    fn similarity_is_that_of_pg_trgm() {
        for (one, other, expected) in [
            ("word", "two words", 0.363_636),
            ("Sky Radio", "sky radyo", 0.538_461),
            ("abc", "abc", 1.0),
            ("", "x", 0.0),
        ] {
            let found = similarity(&trigrams(one), &trigrams(other));
            assert!((found - expected).abs() < 0.000_01, "{one} {other}: {found}");
        }
    }
}
