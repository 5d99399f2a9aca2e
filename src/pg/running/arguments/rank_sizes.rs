//! What `ts_rank` compares with each other without a look for cancels. Pure.
//!
//! It takes every position of every word of the query with all positions before it (calc_rank_and in tsrank.c), at some 50 ns a pair:
//! 200 words of 250 positions each took 63 s.

/// The most positions that a tsvector keeps of one word (MAXNUMPOS in ts_type.h).
const POSITIONS_OF_WORD: f64 = 256.0;
/// QueryItem in ts_type.h: its first byte is the kind, 1 for a word, and the third tells that it is the beginning of words.
const BYTES_OF_ITEM: usize = 12;
const WORD: u8 = 1;

/// How many pairs of positions there are at most, of a tsvector of so many bytes and a tsquery without its header.
pub fn pairs(vector: f64, query: &[u8]) -> f64 {
    let of_words = words(query).map(|item| if item[2] == 0 { POSITIONS_OF_WORD } else { f64::INFINITY }).sum::<f64>();
    let positions = of_words.min(vector / 2.0);
    positions * positions / 2.0
}

/// How many words of a tsquery without its header stand for all that begin so.
pub fn prefixes(query: &[u8]) -> usize {
    words(query).filter(|item| item[2] != 0).count()
}

fn words(query: &[u8]) -> impl Iterator<Item = &[u8]> {
    let count = query.first_chunk().map_or(0, |count| i32::from_ne_bytes(*count));
    let items = query.get(size_of::<i32>()..).unwrap_or_default().chunks_exact(BYTES_OF_ITEM);
    items.take(usize::try_from(count).unwrap_or_default()).filter(|item| item[0] == WORD)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(items: &[(u8, u8)]) -> Vec<u8> {
        let mut bytes = (items.len() as i32).to_ne_bytes().to_vec();
        for (kind, is_prefix) in items {
            bytes.extend([*kind, 0, *is_prefix, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        }
        bytes.extend(b"a\0b\0");
        bytes
    }

    #[test]
    fn pairs_are_of_the_fewer_positions() {
        assert_eq!(pairs(1e6, &query(&[(2, 0), (1, 0), (1, 0)])), 512.0 * 512.0 / 2.0);
        assert_eq!(pairs(100.0, &query(&[(2, 0), (1, 0), (1, 0)])), 50.0 * 50.0 / 2.0);
        assert_eq!(pairs(1e6, &query(&[(2, 0), (1, 0), (1, 1)])), 5e5 * 5e5 / 2.0);
        assert_eq!(pairs(1e6, &[]), 0.0);
        assert_eq!(prefixes(&query(&[(2, 0), (1, 0), (1, 1), (1, 1)])), 2);
    }
}
