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

    /// The text with `***` in place of every occurrence of the secret.
    pub fn mask(&self, text: &str) -> String {
        if self.0.is_empty() { text.to_owned() } else { text.replace(&self.0, "***") }
    }
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
    fn an_empty_secret_masks_nothing() {
        assert_eq!(Secret::new("").mask("abc"), "abc");
    }
}
