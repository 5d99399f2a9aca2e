//! Makes text of unknown origin safe to show: in a terminal, in a prompt, in a comment of a statement.
//!
//! Names, comments, stored values and replies of models may hold characters that move a terminal's cursor, end the line
//! of a SQL comment, turn the direction of writing, or are invisible and so carry text that nobody sees ("Trojan
//! Source", CVE-2021-42574; Unicode Technical Report 36, section 2; Unicode's Default_Ignorable_Code_Point). Every such
//! character is replaced by exactly one other. None is dropped: dropping one would join the texts around it to
//! something that was never there, such as the two halves of a closing tag.

/// The text on one line: every line break, control character and hidden character becomes a space.
///
/// ```
/// assert_eq!(schema::sanitize::one_line("a\r\nb\u{1b}[31m"), "a  b [31m");
/// ```
pub fn one_line(text: &str) -> String {
    replace(text, |_| ' ')
}

/// As [`one_line`], but U+FFFD (`�`) stands for what is neither white space nor harmless: for terminals, where the
/// reader is to see that something was there.
pub fn one_line_marked(text: &str) -> String {
    replace(text, |c| if is_break(c) || c == '\t' { ' ' } else { '\u{fffd}' })
}

/// The text with its lines: `\n`, `\r\n` and Unicode's line and paragraph separators become `\n`, every other control
/// character and hidden character becomes a space.
pub fn multi_line(text: &str) -> String {
    replace(&text.replace("\r\n", "\n"), |c| if matches!(c, '\n' | '\u{2028}' | '\u{2029}') { '\n' } else { ' ' })
}

/// At most `most` characters of the text; where some are missing, the last one is `…`. Nothing is replaced.
pub fn truncated(text: &str, most: usize) -> String {
    if text.chars().nth(most).is_none() {
        return text.to_owned();
    }
    let kept = text.chars().take(most.saturating_sub(1));
    kept.chain((most > 0).then_some('…')).collect()
}

/// Whether the text would come back from [`one_line`] as it is.
pub fn is_one_line(text: &str) -> bool {
    one_line(text) == text
}

fn replace(text: &str, replacement: impl Fn(char) -> char) -> String {
    // Nearly every name and comment.
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return text.to_owned();
    }
    let mut clean = String::with_capacity(text.len());
    let mut previous = None;
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        let harmful = match c {
            // Emoji and the scripts of Iran and India are written with joiners. Beside an ASCII character there is
            // nothing to join, only something to hide.
            '\u{200c}' | '\u{200d}' => !previous.is_some_and(is_joined) || !rest.clone().next().is_some_and(is_joined),
            // One selector chooses the form of the character before it; a row of them is a hidden text.
            '\u{fe00}'..='\u{fe0f}' => previous.is_none_or(|before| is_selector(before) || is_harmful(before)),
            c => is_harmful(c),
        };
        clean.push(if harmful { replacement(c) } else { c });
        previous = Some(c);
    }
    clean
}

fn is_joined(c: char) -> bool {
    !c.is_ascii() && !is_harmful(c) && !matches!(c, '\u{200c}' | '\u{200d}') && !c.is_whitespace()
}

fn is_selector(c: char) -> bool {
    matches!(c, '\u{fe00}'..='\u{fe0f}')
}

fn is_break(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Characters that act on the text around them or are not seen, wherever they stand.
fn is_harmful(c: char) -> bool {
    match c {
        // C0, DEL and C1; C1 holds the one-byte forms of the escape sequences.
        c if c.is_control() => true,
        // Line and paragraph separator.
        '\u{2028}' | '\u{2029}' => true,
        // Marks, embeddings, overrides and isolates of the direction of writing.
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => true,
        // Soft hyphen, grapheme joiner, zero-width and invisible operators, deprecated format characters, byte order mark.
        '\u{ad}' | '\u{34f}' | '\u{180b}'..='\u{180f}' | '\u{200b}' | '\u{2060}'..='\u{2065}' => true,
        '\u{206a}'..='\u{206f}' | '\u{feff}' => true,
        // Letters without a shape: the fillers of Hangul and the inherent vowels of Khmer.
        '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{3164}' | '\u{ffa0}' => true,
        // Interlinear annotation, shorthand and musical format characters.
        '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' => true,
        // Tag characters and the supplementary variation selectors, which can spell any text invisibly.
        '\u{e0000}'..='\u{e0fff}' => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_stays_one_line() {
        assert_eq!(one_line("a\nb\r\u{2028}c\u{2029}d\u{85}e\u{b}f\u{c}g\th"), "a b  c d e f g h");
        assert_eq!(one_line_marked("a\nb\r\u{2028}c\u{85}\td"), "a b  c  d");
    }

    #[test]
    fn no_terminal_obeys_what_comes_out() {
        assert_eq!(one_line("\u{1b}[31mred\u{9b}2J\u{7}\u{0}\u{7f}"), " [31mred 2J   ");
        assert_eq!(one_line_marked("a\u{1b}[31mb\u{7}\u{9b}d"), "a\u{fffd}[31mb\u{fffd}\u{fffd}d");
    }

    #[test]
    fn nothing_turns_the_direction_of_writing() {
        for c in
            "\u{61c}\u{200e}\u{200f}\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\u{2066}\u{2067}\u{2068}\u{2069}".chars()
        {
            assert_eq!(one_line(&format!("a{c}b")), "a b", "{c:?}");
            assert_eq!(one_line_marked(&format!("a{c}b")), "a\u{fffd}b", "{c:?}");
        }
    }

    #[test]
    fn nothing_hidden_is_left() {
        for c in
            "\u{ad}\u{34f}\u{180e}\u{200b}\u{200c}\u{200d}\u{2060}\u{2063}\u{206a}\u{feff}\u{3164}\u{fff9}\u{1d173}"
                .chars()
        {
            assert_eq!(one_line(&format!("a{c}b")), "a b", "{c:?}");
        }
        let tags: String = "drop table".chars().filter_map(|c| char::from_u32(0xe0000 + u32::from(c))).collect();
        assert_eq!(one_line(&format!("x{tags}")).trim_end(), "x");
        assert_eq!(one_line("x\u{fe00}\u{fe01}\u{fe02}\u{e0100}"), "x\u{fe00}   ");
        assert_eq!(one_line("<\u{200b}/schema>"), "< /schema>");
    }

    #[test]
    fn writing_that_needs_joiners_keeps_them() {
        for text in ["👩‍👩‍👧‍👦", "❤️", "1️⃣", "می‌خواهم", "क्‍ष", "naïve Zürich 東京 שלום", "e\u{301}"]
        {
            assert_eq!(one_line(text), text);
            assert!(is_one_line(text));
        }
        assert_eq!(one_line("👩\u{200d}\u{200d}👩"), "👩  👩");
        assert_eq!(one_line("\u{200d}é\u{200d}"), " é ");
    }

    #[test]
    fn lines_are_kept_where_they_may_be() {
        assert_eq!(multi_line("a\r\nb\nc\rd\u{2028}e\u{85}f\u{1b}g\th"), "a\nb\nc d\ne f g h");
        assert!(!is_one_line("a\nb"));
    }

    #[test]
    fn every_character_has_one_in_its_place() {
        let all = || (0..=0x10_ffff).filter_map(char::from_u32);
        let text: String = all().collect();
        for clean in [one_line(&text), one_line_marked(&text)] {
            assert_eq!(clean.chars().count(), all().count());
            assert!(!clean.chars().any(|c| c.is_control()));
        }
        assert!(multi_line(&text).chars().all(|c| c == '\n' || !c.is_control()));
        assert_eq!(one_line(&one_line(&text)), one_line(&text));
    }

    #[test]
    fn long_texts_are_cut_between_characters() {
        assert_eq!(truncated("東京都", 3), "東京都");
        assert_eq!(truncated("東京都庁", 3), "東京…");
        assert_eq!(truncated("ab", 1), "…");
        assert_eq!((truncated("ab", 0), truncated("", 0)), (String::new(), String::new()));
    }
}
