//! Keys and passwords, which are sent but never shown.

use std::fmt;

/// A key or password. It can be sent, but neither printed nor compared by accident.
#[derive(Clone, PartialEq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a clear text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The clear text, for a request header and nothing else.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// The text with `***` in place of every occurrence of the secret, as it is or in base64: a server may tell the header that it got.
    pub fn mask(&self, text: &str) -> String {
        if self.0.is_empty() {
            return text.to_owned();
        }
        let text = text.replace(&self.0, "***");
        if self.0.len() < SHORTEST_ENCODED {
            return text;
        }
        // By both alphabets, whose letters are as long.
        let plain = text.replace('-', "+").replace('_', "/");
        let ends_encoded =
            |at: usize| plain.get(at..).map_or(0, |rest| rest.len() - rest.trim_start_matches('=').len());
        let mut found: Vec<(usize, usize)> = Vec::new();
        for before in 0..3 {
            let (letters, shared) = encoded_behind(before, self.0.as_bytes());
            for (at, _) in plain.match_indices(&letters) {
                let letter = |at: usize| plain.as_bytes().get(at).is_some_and(|byte| is_letter(*byte));
                // Letters that the secret has together with what stands beside it.
                let begin = at - usize::from(before > 0 && at > 0 && letter(at - 1));
                let end = at + letters.len();
                let end = end + usize::from(shared && letter(end));
                found.push((begin, end + ends_encoded(end)));
            }
        }
        found.sort_unstable();
        let (mut masked, mut done) = (String::with_capacity(text.len()), 0);
        for (begin, end) in found {
            if begin >= done {
                masked.push_str(text.get(done..begin).unwrap_or_default());
                masked.push_str("***");
            }
            done = done.max(end);
        }
        masked.push_str(text.get(done..).unwrap_or_default());
        masked
    }
}

/// What stands for a shorter secret in base64 may stand in any text.
const SHORTEST_ENCODED: usize = 8;

const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn is_letter(byte: u8) -> bool {
    LETTERS.contains(&byte)
}

/// The letters of base64 that a secret has alone where `before` bytes stand before it, counted by threes, whatever stands there and
/// behind it; and whether it has a part of the letter after these.
fn encoded_behind(before: usize, secret: &[u8]) -> (String, bool) {
    let bits = 8 * (before + secret.len());
    let byte = |at: usize| at.checked_sub(before).and_then(|at| secret.get(at)).map_or(0, |byte| usize::from(*byte));
    let letter = |number: usize| {
        // Its six bits lie in two bytes at most.
        let (at, within) = (6 * number / 8, 6 * number % 8);
        let place = ((byte(at) << 8 | byte(at + 1)) >> (10 - within)) & 63;
        LETTERS.get(place).map_or('A', |letter| char::from(*letter))
    };
    let first = (8 * before).div_ceil(6);
    ((first..bits / 6).map(letter).collect(), !bits.is_multiple_of(6))
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_masked_wherever_it_stands() {
        let secret = Secret::new("sk-1");
        assert_eq!(secret.mask("key sk-1 and sk-1"), "key *** and ***");
        assert_eq!(format!("{secret:?}"), "***");
    }

    #[test]
    fn a_secret_in_base64_is_masked_wherever_it_begins() {
        let secret = Secret::new("sk-1~?>canary~");
        let mask = |text: &str| secret.mask(text);
        for encoded in ["c2stMX4/PmNhbmFyeX4=", "c2stMX4_PmNhbmFyeX4=", "c2stMX4_PmNhbmFyeX4"] {
            assert_eq!(mask(&format!("bad key {encoded}, {encoded}.")), "bad key ***, ***.");
        }
        // "u:", "us:", "use:" and "user:" before it; ":x" behind.
        assert_eq!(mask("Basic dTpzay0xfj8+Y2FuYXJ5fg=="), "Basic dT***");
        assert_eq!(mask("Basic dXM6c2stMX4/PmNhbmFyeX4="), "Basic dXM6***");
        assert_eq!(mask("Basic dXNlOnNrLTF+Pz5jYW5hcnl+"), "Basic dXNlO***");
        assert_eq!(mask("Basic dXNlcjpzay0xfj8+Y2FuYXJ5fjp4 é"), "Basic dXNlcj***p4 é");
        assert_eq!(mask("Y2FuYXJ5 é"), "Y2FuYXJ5 é", "a part of it");
        assert_eq!(Secret::new("short").mask("c2hvcnQ="), "c2hvcnQ=");
    }

    #[test]
    fn an_empty_secret_masks_nothing() {
        assert_eq!(Secret::new("").mask("abc"), "abc");
    }
}
