//! What a directory takes of memory.

use super::{Alike, Directory, Entry};
use crate::segmentation::Part;

impl Directory {
    /// Gives memory back that growing lists have reserved.
    pub fn shrink(&mut self) {
        self.table.shrink();
        self.values.shrink();
        self.entries.shrink_to_fit();
        self.parts.shrink_to_fit();
    }

    /// Bytes on the heap, nearly.
    pub fn bytes(&self) -> usize {
        let names: usize = self
            .entries
            .iter()
            .flatten()
            .map(|entry| entry.names.len() + (entry.references.len() + entry.described.len()) * 4)
            .sum();
        names
            + self.entries.capacity() * size_of::<Option<Entry>>()
            + self.slots.capacity() * 9
            + self.parts.capacity() * size_of::<Part>()
            + self.table.bytes()
            + self.schemas.bytes()
            + self.values.bytes()
            + self.look_alikes.bytes()
            + self.alike.capacity() * size_of::<Alike>()
            + self.graph.bytes()
    }
}
