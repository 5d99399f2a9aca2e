//! Outlines that were told to the last caller: those of one question are mostly those of the next.

use std::collections::HashMap;
use std::rc::Rc;

use super::hidden::ReadAt;
use super::rights::Caller;
use crate::grounding::context::KeptOutline;
use schema::Outline;

/// So many are kept, some megabytes.
const MANY: usize = 2000;

#[derive(Default)]
pub struct Outlines {
    /// Who may know of them, and what was hidden then.
    told: Option<(Caller, ReadAt)>,
    /// By oid, and by whether a bare name finds the relation.
    kept: HashMap<(u32, bool), Rc<KeptOutline>>,
}

impl Outlines {
    /// Forgets them where another caller asks, or labels have changed.
    pub fn ask_for(&mut self, caller: &Caller, labels: ReadAt) {
        if self.told.as_ref().is_none_or(|(told, at)| told != caller || *at != labels) {
            self.kept.clear();
            self.told = Some((caller.clone(), labels));
        }
    }

    pub fn forget(&mut self, relation: u32) {
        for visible in [false, true] {
            self.kept.remove(&(relation, visible));
        }
    }

    pub fn clear(&mut self) {
        self.kept.clear();
    }

    pub fn get(&self, relation: u32, visible: bool) -> Option<Rc<KeptOutline>> {
        self.kept.get(&(relation, visible)).cloned()
    }

    pub fn keep(&mut self, outline: Outline) -> Rc<KeptOutline> {
        if self.kept.len() >= MANY {
            self.kept.clear();
        }
        let key = (outline.oid, outline.visible);
        let kept = Rc::new(KeptOutline::from(outline));
        self.kept.insert(key, Rc::clone(&kept));
        kept
    }
}
