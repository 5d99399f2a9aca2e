//! A bounded queue of records, as plain data, which owners share: whoever has most of it in it gives way first.

#![forbid(unsafe_code)]

use std::collections::HashMap;

use bytemuck::{Pod, Zeroable};

/// Records of bytes, oldest first, in `N` bytes of memory. Positions only grow; a record is there once `head` is past it, which is
/// set last.
#[derive(Clone, Copy, Zeroable)]
#[repr(C)]
pub struct Ring<const N: usize> {
    /// Where the next record goes.
    head: u64,
    /// Where the oldest begins.
    tail: u64,
    /// Up to here records were copied by whoever takes them, and stay what they are.
    copied: u64,
    bytes: [u8; N],
}

/// What precedes each record.
#[derive(Clone, Copy, Zeroable, Pod)]
#[repr(C)]
struct Header {
    owner: u64,
    /// Bytes of its short form, which comes first.
    short: u32,
    /// Bytes of the whole, which comes then; 0: there is only the short form.
    whole: u32,
}

const HEADER: usize = size_of::<Header>();

impl Header {
    fn size(&self) -> usize {
        HEADER + self.short as usize + self.whole as usize
    }
}

/// A record that may give way.
struct Place {
    header: Header,
    /// `None`: it is the new one.
    at: Option<u64>,
    /// Of its whole only the short form is kept.
    is_cut: bool,
    is_lost: bool,
}

impl Place {
    fn new(header: Header, at: Option<u64>) -> Self {
        Self { header, at, is_cut: false, is_lost: false }
    }
}

impl<const N: usize> Ring<N> {
    pub fn is_empty(&self) -> bool {
        self.head == self.tail
    }

    /// Bytes that wait to be taken.
    pub fn pending(&self) -> u64 {
        self.head - self.tail
    }

    /// Takes a record in. Where there is no room, the owner with most bytes here gives way: of their newest record that is there as a
    /// whole, the short form is kept; where there is none, their newest is lost. `whole`: empty where it is no more than the short
    /// form. Gives the number of records that are lost, of which the new one may be one.
    pub fn push(&mut self, owner: u64, short: &[u8], whole: &[u8]) -> u64 {
        let (Ok(short_bytes), Ok(whole_bytes)) = (u32::try_from(short.len()), u32::try_from(whole.len())) else {
            return 1;
        };
        let new = Header { owner, short: short_bytes, whole: whole_bytes };
        if self.pending() + new.size() as u64 <= N as u64 {
            self.append(&new, short, whole);
            return 0;
        }
        let mut places = self.places();
        places.push(Place::new(new, None));
        self.choose(&mut places);
        let lost = places.iter().filter(|place| place.is_lost && place.header.short > 0).count() as u64;
        // What comes before the first that gives way stays where it is.
        let first = places.iter().position(|place| place.is_cut || place.is_lost).unwrap_or(places.len());
        let old_head = self.head;
        self.head = places.get(first).and_then(|place| place.at).unwrap_or(old_head);
        for place in places.iter().skip(first).filter(|place| !place.is_lost) {
            let Header { short: short_bytes, whole: whole_bytes, .. } = place.header;
            match place.at {
                None => self.append(&place.header, short, if whole_bytes > 0 { whole } else { b"" }),
                // It is written before where it is read, or there.
                Some(at) => {
                    let kept = self.get(at + HEADER as u64, (short_bytes + whole_bytes) as usize);
                    let (short, whole) = kept.split_at(short_bytes as usize);
                    self.append(&place.header, short, whole);
                }
            }
        }
        (self.head..old_head).for_each(|at| self.bytes[Self::place(at)] = 0);
        lost
    }

    /// The records that were not copied yet.
    fn places(&self) -> Vec<Place> {
        let (mut places, mut at) = (Vec::new(), self.copied.max(self.tail));
        while at < self.head {
            let header = self.header(at);
            places.push(Place::new(header, Some(at)));
            at += header.size() as u64;
        }
        places
    }

    /// Which of these records give way, so that they fit with those that were copied.
    fn choose(&self, places: &mut [Place]) {
        let Some(newcomer) = places.last().map(|place| place.header.owner) else { return };
        let mut of_owner: HashMap<u64, usize> = HashMap::new();
        let mut at = self.tail;
        while at < self.copied {
            let header = self.header(at);
            *of_owner.entry(header.owner).or_default() += header.size();
            at += header.size() as u64;
        }
        let mut bytes = (at - self.tail) as usize;
        for place in places.iter() {
            *of_owner.entry(place.header.owner).or_default() += place.header.size();
            bytes += place.header.size();
        }
        while bytes > N {
            let has = |place: &Place| of_owner.get(&place.header.owner).copied().unwrap_or_default();
            let present = places.iter().filter(|place| !place.is_lost).map(|place| (place.header.owner, has(place)));
            let Some((owner, _)) = present.max_by_key(|(owner, has)| (*has, *owner == newcomer)) else { return };
            let mut theirs = places.iter_mut().rev().filter(|place| place.header.owner == owner && !place.is_lost);
            let mut newest = None;
            let given = loop {
                match theirs.next() {
                    Some(place) if place.header.whole > 0 => {
                        place.is_cut = true;
                        break std::mem::take(&mut place.header.whole) as usize;
                    }
                    Some(place) => newest = newest.or(Some(place)),
                    None => {
                        let Some(place) = newest else { return };
                        place.is_lost = true;
                        break place.header.size();
                    }
                }
            };
            bytes -= given;
            if let Some(has) = of_owner.get_mut(&owner) {
                *has -= given;
            }
        }
    }

    /// Copies the oldest records, as far as there are as a whole, at most so many bytes of them but at least one, and the position to
    /// [`Self::forget`] up to.
    pub fn peek(&mut self, most_bytes: usize) -> (Vec<Vec<u8>>, u64) {
        let (mut records, mut at, mut bytes) = (Vec::new(), self.tail, 0);
        while at < self.head {
            let header = self.header(at);
            if bytes > 0 && bytes + header.size() > most_bytes {
                break;
            }
            bytes += header.size();
            let (short, whole) = (header.short as usize, header.whole as usize);
            let first = at + HEADER as u64;
            records.push(if whole > 0 { self.get(first + short as u64, whole) } else { self.get(first, short) });
            at += header.size() as u64;
        }
        self.copied = at;
        (records, at)
    }

    /// Wipes everything before this position, which [`Self::peek`] gave.
    pub fn forget(&mut self, to: u64) {
        let to = to.clamp(self.tail, self.head);
        for at in self.tail..to {
            self.bytes[Self::place(at)] = 0;
        }
        self.tail = to;
        self.copied = to;
    }

    fn append(&mut self, header: &Header, short: &[u8], whole: &[u8]) {
        let mut at = self.head;
        for part in [bytemuck::bytes_of(header), short, whole] {
            self.put(at, part);
            at += part.len() as u64;
        }
        self.head = at;
    }

    fn header(&self, position: u64) -> Header {
        let (at, mut bytes) = (Self::place(position), [0; HEADER]);
        let first = HEADER.min(N - at);
        bytes[..first].copy_from_slice(&self.bytes[at..at + first]);
        bytes[first..].copy_from_slice(&self.bytes[..HEADER - first]);
        bytemuck::pod_read_unaligned(&bytes)
    }

    fn place(position: u64) -> usize {
        (position % N as u64) as usize
    }

    fn put(&mut self, position: u64, bytes: &[u8]) {
        let at = Self::place(position);
        let first = bytes.len().min(N - at);
        self.bytes[at..at + first].copy_from_slice(&bytes[..first]);
        self.bytes[..bytes.len() - first].copy_from_slice(&bytes[first..]);
    }

    fn get(&self, position: u64, length: usize) -> Vec<u8> {
        let at = Self::place(position);
        let first = length.min(N - at);
        let mut bytes = self.bytes[at..at + first].to_vec();
        bytes.extend_from_slice(&self.bytes[..length - first]);
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owners<const N: usize>(ring: &Ring<N>) -> Vec<(u64, u32, u32)> {
        let all = ring.places().into_iter();
        all.map(|place| (place.header.owner, place.header.short, place.header.whole)).collect()
    }

    #[test]
    fn records_come_out_as_they_went_in_however_often_it_wraps() {
        let mut ring = Ring::<96>::zeroed();
        for round in 0..1000u32 {
            let record: Vec<u8> = (0..round % 30).map(|byte| (byte + round) as u8).collect();
            assert_eq!(ring.push(7, b"of", &record) + ring.push(8, b"x", b""), 0);
            let (records, to) = ring.peek(1000);
            let first = if record.is_empty() { b"of".to_vec() } else { record };
            assert_eq!(records, [first, b"x".to_vec()], "{round}");
            ring.forget(to);
            assert!(ring.is_empty() && ring.bytes.iter().all(|byte| *byte == 0), "{round}");
        }
    }

    #[test]
    fn whoever_has_most_gives_way_first() {
        let mut ring = Ring::<400>::zeroed();
        // Two records of 100 bytes fit, and of further ones the short form, until that of the first is all that is left.
        let lost: Vec<u64> = (0..30).map(|_| ring.push(7, &[1; 4], &[2; 80])).collect();
        assert_eq!((lost[..20].iter().sum::<u64>(), lost.iter().sum::<u64>()), (0, 10));
        assert_eq!(owners(&ring), [(7, 4, 0); 20]);
        // Others have room for the whole, until each has as much.
        assert_eq!(ring.push(8, &[3; 4], &[4; 80]), 5);
        assert_eq!(ring.push(9, &[5; 4], &[6; 80]), 5);
        assert_eq!(owners(&ring), [[(7, 4, 0); 10].as_slice(), &[(8, 4, 80), (9, 4, 80)]].concat());
        assert_eq!(ring.push(8, &[3; 4], &[4; 80]), 1, "it has as much as the first, and has its text no more");
        assert_eq!(ring.push(7, &[1; 4], &[2; 80]), 1);
        let (records, to) = ring.peek(1000);
        assert!(records.ends_with(&[vec![4; 80], vec![6; 80], vec![3; 4]]), "{records:?}");
        ring.forget(to);
        assert!(ring.is_empty() && ring.bytes.iter().all(|byte| *byte == 0));
    }

    #[test]
    fn what_is_being_written_stays() {
        let mut ring = Ring::<200>::zeroed();
        assert_eq!(ring.push(7, &[1; 4], &[2; 80]) + ring.push(7, &[3; 4], &[4; 60]), 0);
        let (records, to) = ring.peek(100);
        assert_eq!(records, [vec![2; 80]]);
        assert_eq!(ring.push(8, &[5; 4], &[6; 60]), 0);
        assert_eq!(owners(&ring), [(7, 4, 0), (8, 4, 60)]);
        ring.forget(to);
        assert_eq!(ring.peek(1000).0, [vec![3; 4], vec![6; 60]]);
    }

    #[test]
    fn what_never_fits_is_lost() {
        let mut ring = Ring::<64>::zeroed();
        assert_eq!(ring.push(7, &[1; 64], b""), 1);
        assert_eq!(ring.push(7, &[1; 8], &[2; 64]), 0);
        assert_eq!(ring.peek(0).0, [vec![1; 8]], "at least one, and its short form");
    }
}
