//! How many columns of a terminal a text takes, and how it is made to take so many. What could move the cursor, change
//! colours or turn the direction of writing never passes.

use unicode_width::UnicodeWidthStr;

/// Columns of a terminal.
pub fn of(text: &str) -> usize {
    text.width()
}

/// On one line, harmless to a terminal.
pub fn clean(text: &str) -> String {
    let harmless = |c: char| match c {
        '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}' => ' ',
        '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' => '\u{fffd}',
        c if c.is_control() => '\u{fffd}',
        c => c,
    };
    text.chars().map(harmless).collect()
}

/// At most so many columns, with … where something is missing.
pub fn truncate(text: &str, columns: usize) -> String {
    if of(text) <= columns {
        return text.to_owned();
    }
    // Of a long text only the beginning is measured; no character is left half.
    let mut fits = String::new();
    let mut end = 0;
    for c in text.chars().take(columns.saturating_mul(8)) {
        fits.push(c);
        if of(&fits) < columns {
            end = fits.len();
        }
    }
    fits.truncate(end);
    // A joiner at the end would swallow the mark.
    fits.truncate(fits.trim_end_matches(['\u{200d}', ' ']).len());
    if columns > 0 {
        fits.push('…');
    }
    fits
}

/// Exactly so many columns, the text on the left.
pub fn left(text: &str, columns: usize) -> String {
    let text = truncate(text, columns);
    let missing = columns.saturating_sub(of(&text));
    text + &" ".repeat(missing)
}

/// Exactly so many columns, the text on the right.
pub fn right(text: &str, columns: usize) -> String {
    let text = truncate(text, columns);
    " ".repeat(columns.saturating_sub(of(&text))) + &text
}

/// At most `most` lines of at most so many columns, broken between words.
pub fn wrap(text: &str, columns: usize, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        match lines.last_mut() {
            Some(line) if of(line) + 1 + of(word) <= columns => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    if lines.len() > most {
        let rest = lines.split_off(most.saturating_sub(1)).join(" ");
        lines.push(rest);
    }
    lines.iter().map(|line| truncate(line, columns)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_by_what_they_show() {
        assert_eq!(truncate("abcdef", 6), "abcdef");
        assert_eq!(truncate("abcdefg", 6), "abcde…");
        assert_eq!(truncate("東京都庁前", 6), "東京…");
        assert_eq!(truncate("東京都庁前", 5), "東京…");
        assert_eq!(truncate("👩‍👩‍👧‍👦👩‍👩‍👧‍👦", 3), "👩‍👩‍👧‍👦…");
        assert_eq!(truncate("e\u{301}e\u{301}e\u{301}", 2), "e\u{301}…");
        assert_eq!(truncate("abc", 0), "");
        assert_eq!((left("東", 4), right("東", 4)), ("東  ".to_owned(), "  東".to_owned()));
    }

    #[test]
    fn nothing_reaches_the_terminal_that_it_would_obey() {
        assert_eq!(clean("a\u{1b}[31mb\nc\u{7}\u{9b}d\u{202e}e"), "a\u{fffd}[31mb c\u{fffd}\u{fffd}d\u{fffd}e");
    }

    #[test]
    fn long_texts_break_between_words() {
        assert_eq!(wrap("one two three", 8, 3), ["one two", "three"]);
        assert_eq!(wrap("one two three four five", 8, 2), ["one two", "three f…"]);
        assert_eq!(wrap("incomprehensible", 8, 2), ["incompr…"]);
        assert!(wrap("  ", 8, 2).is_empty());
    }
}
