//! Fits text into the columns of a terminal. The width of a text is not its number of characters: CJK and emoji take
//! two columns, combining marks none.

use schema::sanitize::one_line_marked;
use unicode_width::UnicodeWidthStr;

/// The columns of a terminal that a text takes.
pub fn width(text: &str) -> usize {
    text.width()
}

/// The text on one line, with `�` in place of what a terminal would obey or not show.
pub fn clean(text: &str) -> String {
    one_line_marked(text)
}

/// The text cut to at most so many columns, with `…` at the end if something was cut off.
pub fn truncate(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    // The width is measured as the text grows, because combining marks and joiners change the width of what precedes
    // them.
    let mut fits = String::new();
    let mut end = 0;
    for c in text.chars().take(columns.saturating_mul(8)) {
        fits.push(c);
        if width(&fits) < columns {
            end = fits.len();
        }
    }
    fits.truncate(end);
    // A zero-width joiner at the end would merge with the `…`.
    fits.truncate(fits.trim_end_matches(['\u{200d}', ' ']).len());
    if columns > 0 {
        fits.push('…');
    }
    fits
}

/// The text cut or padded with spaces on its right to exactly so many columns.
pub fn align_left(text: &str, columns: usize) -> String {
    let text = truncate(text, columns);
    let missing = columns.saturating_sub(width(&text));
    text + &" ".repeat(missing)
}

/// The text cut or padded with spaces on its left to exactly so many columns.
pub fn align_right(text: &str, columns: usize) -> String {
    let text = truncate(text, columns);
    " ".repeat(columns.saturating_sub(width(&text))) + &text
}

/// The text broken between words into at most `max_lines` lines of at most so many columns.
pub fn wrap(text: &str, columns: usize, max_lines: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        match lines.last_mut() {
            Some(line) if width(line) + 1 + width(word) <= columns => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    if lines.len() > max_lines {
        let rest = lines.split_off(max_lines.saturating_sub(1)).join(" ");
        lines.push(rest);
    }
    lines.iter().map(|line| truncate(line, columns)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_by_their_width() {
        assert_eq!(truncate("abcdef", 6), "abcdef");
        assert_eq!(truncate("abcdefg", 6), "abcde…");
        assert_eq!(truncate("東京都庁前", 6), "東京…");
        assert_eq!(truncate("東京都庁前", 5), "東京…");
        assert_eq!(truncate("👩‍👩‍👧‍👦👩‍👩‍👧‍👦", 3), "👩‍👩‍👧‍👦…");
        assert_eq!(truncate("e\u{301}e\u{301}e\u{301}", 2), "e\u{301}…");
        assert_eq!(truncate("abc", 0), "");
        assert_eq!((align_left("東", 4), align_right("東", 4)), ("東  ".to_owned(), "  東".to_owned()));
    }

    #[test]
    fn control_characters_are_replaced() {
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
