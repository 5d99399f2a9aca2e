//! How much of the schema a prompt shows: all of it where it fits, else the nearest relations in full, the next with the
//! names of their columns, and the bare names of the rest.

use std::cell::{OnceCell, RefCell};
use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;
use std::rc::{Rc, Weak};

use super::budget::{tokens, tokens_of};
use super::chosen::{Amount, Chosen, reasons};
use super::schema_text::{block, fence, line, outline_line, schema_notes};
use super::second_look::Shown as InFull;
use crate::error::Error;
use crate::grounding::{Context, KeptOutline};
use linking::{Check, Level, Pieces, Ranked, Shares, Shown};
use schema::sanitize::one_line;
use schema::{Relation, Snapshot};

/// The schema as a prompt shows it.
pub struct SchemaText {
    pub text: String,
    /// What it shows in full. Where that is everything, the text is the same for every question.
    pub in_full: InFull,
    /// It shows relations in part or by name alone.
    pub has_more: bool,
}

/// Renders the schema in `room` tokens, with typical values of columns where models outside may be told of the data.
/// `remark`: the tokens of what has to be said besides where not all of it fits. `check` serves interrupts.
pub fn write(
    context: &Context,
    with_values: bool,
    room: usize,
    remark: usize,
    check: Check<'_>,
) -> Result<SchemaText, Error> {
    let snapshot = &context.snapshot;
    if let Some(text) = whole(context, with_values, room) {
        return Ok(SchemaText { text, in_full: InFull::Everything, has_more: false });
    }
    let notes = schema_notes(snapshot);
    let room = room.saturating_sub(tokens(&notes));
    let candidates = Candidates::new(context, with_values);
    let shown = candidates.pack(room.saturating_sub(remark), check)?;
    let text = fence(&(notes + &candidates.text(&shown)));
    let is_whole = |one: &&Shown| one.level == Level::Full && one.columns.is_none();
    let in_full = InFull::Only(shown.iter().filter(is_whole).filter_map(|one| candidates.name(one)).collect());
    let has_more = shown.iter().any(|one| !is_whole(&one));
    Ok(SchemaText { text, in_full, has_more })
}

/// What [`write`] shows of each relation that it may show, nearest first.
pub fn choose(
    context: &Context,
    with_values: bool,
    room: usize,
    remark: usize,
    check: Check<'_>,
) -> Result<Vec<Chosen>, Error> {
    let is_whole = whole(context, with_values, room).is_some();
    let room = room.saturating_sub(tokens(&schema_notes(&context.snapshot)));
    let candidates = Candidates::new(context, with_values);
    let shown = if is_whole {
        let whole = |place| Shown { place, level: Level::Full, columns: None };
        (0..candidates.places.len()).map(whole).collect()
    } else {
        candidates.pack(room.saturating_sub(remark), check)?
    };
    let shown: HashMap<usize, &Shown> = shown.iter().map(|one| (one.place, one)).collect();
    Ok((0..candidates.places.len())
        .filter_map(|place| candidates.chosen(place, shown.get(&place).copied(), context))
        .collect())
}

/// A schema that was written whole.
struct Whole {
    of: Weak<Snapshot>,
    with_values: bool,
    tokens: usize,
    text: String,
}

thread_local! {
    /// The last one.
    static WHOLE: RefCell<Option<Whole>> = const { RefCell::new(None) };
}

/// The text of a schema that fits whole. It is the same for every question until something changes, so it is kept.
fn whole(context: &Context, with_values: bool, room: usize) -> Option<String> {
    if !context.is_complete() {
        return None;
    }
    let of = Rc::downgrade(&context.snapshot);
    let kept = WHOLE.with_borrow(|kept| {
        let kept = kept.as_ref().filter(|kept| kept.of.ptr_eq(&of) && kept.with_values == with_values);
        kept.map(|kept| (kept.tokens <= room).then(|| kept.text.clone()))
    });
    if let Some(text) = kept {
        return text;
    }
    let notes = schema_notes(&context.snapshot);
    let before = tokens(&notes);
    let (blocks, used) = everything(&context.snapshot, with_values, room.saturating_sub(before))?;
    let text = fence(&(notes + &blocks));
    WHOLE.set(Some(Whole { of, with_values, tokens: before + used, text: text.clone() }));
    Some(text)
}

/// All blocks in the order of the schema, where they fit, and their tokens.
fn everything(snapshot: &Snapshot, with_values: bool, room: usize) -> Option<(String, usize)> {
    let (mut text, mut used) = (String::new(), 0);
    for relation in &snapshot.relations {
        let block = block(snapshot, relation, with_values, None);
        used += tokens(&block);
        if used > room {
            return None;
        }
        text.push_str(&block);
    }
    Some((text, used))
}

/// The relations that may be shown, nearest first; those that nothing speaks for come last, in the order of the schema.
struct Candidates<'c> {
    snapshot: &'c Snapshot,
    with_values: bool,
    places: Vec<Candidate<'c>>,
    /// How many the caller may read.
    total: usize,
}

struct Candidate<'c> {
    known: Known<'c>,
    ranked: Option<&'c Ranked>,
    /// Its text at each level that was asked for, with all columns, where no outline keeps it.
    texts: [OnceCell<Rc<str>>; 3],
}

/// What is known of a relation.
#[derive(Clone, Copy)]
enum Known<'c> {
    Detail(&'c Relation),
    Outline(&'c KeptOutline),
}

impl<'c> Candidate<'c> {
    fn new(known: Known<'c>, ranked: Option<&'c Ranked>) -> Self {
        Self { known, ranked, texts: Default::default() }
    }
}

impl Known<'_> {
    fn sql_name(&self) -> String {
        match self {
            Self::Detail(relation) => relation.sql_name(),
            Self::Outline(kept) => kept.outline.sql_name(),
        }
    }

    fn columns(&self) -> Vec<String> {
        match self {
            Self::Detail(relation) => relation.columns.iter().map(|column| column.name.clone()).collect(),
            Self::Outline(kept) => kept.outline.columns.clone(),
        }
    }

    fn width(&self) -> usize {
        match self {
            Self::Detail(relation) => relation.columns.len(),
            Self::Outline(kept) => kept.outline.columns.len(),
        }
    }
}

/// What a block costs that can't be written: no budget has room for it.
const IMPOSSIBLE: usize = usize::MAX / 4;

impl<'c> Candidates<'c> {
    fn new(context: &'c Context, with_values: bool) -> Self {
        let snapshot = &*context.snapshot;
        let outlines: HashMap<u32, &KeptOutline> =
            context.outlines.iter().map(|kept| (kept.outline.oid, &**kept)).collect();
        let mut met = HashSet::new();
        let mut places: Vec<Candidate> = Vec::new();
        for ranked in context.ranked.iter().filter(|ranked| met.insert(ranked.oid)) {
            let detail = snapshot.relations.with_oid(ranked.oid).map(Known::Detail);
            let known = detail.or_else(|| outlines.get(&ranked.oid).map(|outline| Known::Outline(outline)));
            places.extend(known.map(|known| Candidate::new(known, Some(ranked))));
        }
        let others = snapshot.relations.iter().filter(|relation| !met.contains(&relation.oid));
        let others = others.map(|relation| Candidate::new(Known::Detail(relation), None));
        places.extend(others.take(Shares::default().names));
        Self { snapshot, with_values, places, total: context.total }
    }

    fn pack(&self, room: usize, check: Check<'_>) -> Result<Vec<Shown>, Error> {
        linking::pack(self.places.len(), room, self, &Shares::default(), check)
            .map_err(|_| Error::internal("the choice of relations ended early"))
    }

    fn chosen(&self, place: usize, shown: Option<&Shown>, context: &Context) -> Option<Chosen> {
        let Candidate { known, ranked, .. } = self.places.get(place)?;
        let columns = known.columns();
        Some(Chosen {
            relation: known.sql_name(),
            score: ranked.map(|ranked| ranked.score),
            amount: Amount::of(shown.map(|shown| shown.level), shown.is_none_or(|shown| shown.columns.is_none())),
            tokens: shown.map_or(0, |shown| self.cost(shown)),
            why: ranked.map(|ranked| reasons(context, ranked, &columns)).unwrap_or_default(),
        })
    }

    /// A relation as it is to be shown; `None` where not enough is known of it.
    fn piece(&self, shown: &Shown) -> Option<Rc<str>> {
        let Candidate { known, texts, .. } = self.places.get(shown.place)?;
        let text = match (shown.level, known) {
            (Level::Full, Known::Outline(_)) => return None,
            (Level::Line, Known::Outline(kept)) => &kept.line,
            (Level::Name, Known::Outline(kept)) => &kept.name,
            (Level::Full, Known::Detail(relation)) if shown.columns.is_some() => {
                return Some(block(self.snapshot, relation, self.with_values, shown.columns.as_deref()).into());
            }
            (level, _) => texts.get(level as usize)?,
        };
        let write = || match (shown.level, known) {
            (Level::Full, Known::Detail(relation)) => block(self.snapshot, relation, self.with_values, None),
            (Level::Line, Known::Detail(relation)) => line(relation),
            (Level::Line, Known::Outline(kept)) => outline_line(&kept.outline),
            _ => one_line(&known.sql_name()),
        };
        Some(Rc::clone(text.get_or_init(|| write().into())))
    }

    /// Schema and name of what is known in detail.
    fn name(&self, shown: &Shown) -> Option<(String, String)> {
        match self.places.get(shown.place)?.known {
            Known::Detail(relation) => Some((relation.schema.clone(), relation.name.clone())),
            Known::Outline(_) => None,
        }
    }

    fn text(&self, shown: &[Shown]) -> String {
        let mut text = String::new();
        for level in [Level::Full, Level::Line] {
            let pieces = shown.iter().filter(|one| one.level == level).filter_map(|one| self.piece(one));
            pieces.for_each(|piece| text.push_str(&piece));
        }
        let named = shown.iter().filter(|one| one.level == Level::Name).filter_map(|one| self.piece(one));
        let named: Vec<Rc<str>> = named.collect();
        if !named.is_empty() {
            let _ = writeln!(text, "Known by name alone: {}", named.join(", "));
        }
        let left_out = self.total.saturating_sub(shown.len());
        if left_out > 0 {
            let _ = writeln!(text, "{left_out} further relations have no room here.");
        }
        text
    }
}

impl Pieces for Candidates<'_> {
    fn columns(&self, place: usize) -> Option<u16> {
        u16::try_from(self.places.get(place)?.known.width()).ok()
    }

    fn keys(&self, place: usize) -> Vec<u16> {
        let Some(Known::Detail(relation)) = self.places.get(place).map(|one| one.known) else { return Vec::new() };
        let names = relation.primary_key.iter().chain(relation.foreign_keys.iter().flat_map(|key| &key.columns));
        let positions: HashMap<&str, u16> =
            relation.columns.iter().map(|column| column.name.as_str()).zip(0..).collect();
        names.filter_map(|name| positions.get(name.as_str()).copied()).collect()
    }

    fn matched(&self, place: usize) -> Vec<u16> {
        let ranked = self.places.get(place).and_then(|one| one.ranked);
        ranked.map(|ranked| ranked.columns().into_iter().map(|(column, _)| column).collect()).unwrap_or_default()
    }

    fn cost(&self, shown: &Shown) -> usize {
        // Names are written with a comma and a space.
        let more = if shown.level == Level::Name { 2 } else { 0 };
        self.piece(shown).map_or(IMPOSSIBLE, |piece| tokens_of(piece.chars().count() + more))
    }
}

#[cfg(test)]
mod tests;
