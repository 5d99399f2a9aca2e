//! How much memory the body of a response takes as json.

/// What takes fifty times its length in memory: objects, and values of lists and objects. A reply has one text, and a few counts
/// beside it.
const MOST_OBJECTS: usize = 50_000;
const MOST_VALUES: usize = 500_000;

/// Whether a body takes little more memory as json than as text, whatever it says. The signs in the text of a reply count as well, of
/// which it has thousands at most.
pub fn is_small(body: &[u8]) -> bool {
    let count = |signs: &[u8]| body.iter().filter(|byte| signs.contains(byte)).count();
    count(b"{") <= MOST_OBJECTS && count(b",[") <= MOST_VALUES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_of_a_million_values_is_not_small() {
        let list = |item: &str, count: usize| format!("[{}0]", format!("{item},").repeat(count));
        assert!(is_small(list("{\"a\":0}", 20_000).as_bytes()));
        assert!(!is_small(list("{\"a\":0}", 100_000).as_bytes()));
        assert!(!is_small(list("[]", 600_000).as_bytes()));
        let text = format!("{{\"content\": \"{}\"}}", "a, b (c) ".repeat(100_000));
        assert!(is_small(text.as_bytes()));
    }
}
