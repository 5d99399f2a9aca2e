//! Which relations can be joined, and how far what a relation is about reaches its neighbours.

use crate::relation::{Check, Interrupted};
use serde::{Deserialize, Serialize};

/// A relation with more neighbours than this joins everything with everything, and what reaches others through it says
/// little: a calendar, a list of countries.
const HUB: f32 = 16.0;
/// Evidence below this share of the best is not carried on.
const NEGLIGIBLE: f32 = 0.02;

/// Neighbours of every slot, one list after the other.
#[derive(Debug, Default, Clone, PartialEq, Serialize, Deserialize)]
pub struct Graph {
    starts: Vec<u32>,
    neighbours: Vec<u32>,
}

impl Graph {
    /// A graph of `slots` relations; an edge goes both ways, and may be given more than once.
    pub fn new(slots: usize, edges: &mut Vec<(u32, u32)>) -> Self {
        let mirrored: Vec<(u32, u32)> = edges.iter().map(|&(a, b)| (b, a)).collect();
        edges.extend(mirrored);
        edges.sort_unstable();
        edges.dedup();
        let mut starts = vec![0; slots + 1];
        for (from, _) in edges.iter() {
            if let Some(count) = starts.get_mut(*from as usize + 1) {
                *count += 1;
            }
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        Self { starts, neighbours: edges.iter().map(|(_, to)| *to).collect() }
    }

    pub fn neighbours(&self, slot: u32) -> &[u32] {
        let at = |index: usize| self.starts.get(index).map_or(0, |start| *start as usize);
        self.neighbours.get(at(slot as usize)..at(slot as usize + 1)).unwrap_or_default()
    }

    pub fn bytes(&self) -> usize {
        (self.starts.capacity() + self.neighbours.capacity()) * 4
    }
}

/// The best evidence for one word within reach of every relation; kept from word to word for its memory.
#[derive(Debug, Default)]
pub struct Reach {
    pub best: Vec<f32>,
    /// The slots whose `best` is above zero.
    pub touched: Vec<u32>,
    frontier: Vec<(u32, f32)>,
    next: Vec<(u32, f32)>,
}

impl Reach {
    pub fn new(slots: usize) -> Self {
        Self { best: vec![0.0; slots], ..Self::default() }
    }

    /// Carries evidence over at most `steps` edges, each of which leaves `decay` of it; where several ways lead to a
    /// relation the best counts.
    pub fn spread(
        &mut self,
        graph: &Graph,
        evidence: &[(u32, f32)],
        steps: usize,
        decay: f32,
        check: Check<'_>,
    ) -> Result<(), Interrupted> {
        for slot in self.touched.drain(..) {
            if let Some(best) = self.best.get_mut(slot as usize) {
                *best = 0.0;
            }
        }
        self.frontier.clear();
        let most = evidence.iter().fold(0.0, |most: f32, (_, value)| most.max(*value));
        for &(slot, value) in evidence {
            self.raise(slot, value);
        }
        std::mem::swap(&mut self.frontier, &mut self.next);
        for _ in 0..steps {
            let frontier = std::mem::take(&mut self.frontier);
            for (count, &(slot, value)) in frontier.iter().enumerate() {
                if count % 256 == 0 {
                    check()?;
                }
                let neighbours = graph.neighbours(slot);
                #[expect(clippy::cast_precision_loss, reason = "a number of neighbours")]
                let carried = value * decay * (HUB / neighbours.len().max(1) as f32).min(1.0);
                if carried > most * NEGLIGIBLE {
                    for neighbour in neighbours {
                        self.raise(*neighbour, carried);
                    }
                }
            }
            self.frontier = frontier;
            self.frontier.clear();
            std::mem::swap(&mut self.frontier, &mut self.next);
        }
        self.frontier.clear();
        Ok(())
    }

    fn raise(&mut self, slot: u32, value: f32) {
        if let Some(best) = self.best.get_mut(slot as usize).filter(|best| value > **best) {
            if *best == 0.0 {
                self.touched.push(slot);
            }
            *best = value;
            self.next.push((slot, value));
        }
    }
}
