//! A text of an owner that becomes a part of a statement, and what it may say.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{CString, c_int};

use pgrx::pg_sys;

use super::ownership::{Relation, has_policies_for, is_invoker, owner_of_type};
use super::uses::{Origin, Uses};
use crate::error::Error;
use crate::pg::host::text::owned;
use crate::pg::running::watching::function_facts;
use crate::pg::running::watching::watch_state::judges;

#[derive(Clone, Copy, PartialEq)]
pub enum Kind {
    View,
    Policy,
    /// The checks of a domain, or a cast that makes json of a type.
    Type,
}

/// The body of a view, the policies of a table, or what stands behind a type.
#[derive(Clone, Copy)]
pub struct Text {
    /// The view, table or type.
    of: pg_sys::Oid,
    owner: pg_sys::Oid,
    kind: Kind,
    is_trusted: bool,
    /// Relations in it are read with the rights of who asks.
    as_asker: bool,
    /// It is read through the body of another's view, whose owner this is.
    body: Option<pg_sys::Oid>,
}

/// The texts in a tree: of each origin the one that stands behind it, and those of strangers whose views read on from it.
pub struct Texts(BTreeMap<Origin, Vec<Text>>);

impl Texts {
    /// # Safety
    /// In a transaction; the statement holds locks on what it reads.
    pub unsafe fn of(uses: &Uses) -> Self {
        let origins = uses.relations.iter().map(|used| used.1).chain(uses.functions.iter().map(|used| used.origin));
        let origins = origins.chain(uses.settings.iter().map(|used| used.0)).chain(uses.asks_role.iter().copied());
        let origins: BTreeSet<Origin> = origins.collect();
        // SAFETY: the caller's promise.
        let texts = origins.into_iter().filter_map(|origin| Some((origin, vec![unsafe { text(origin) }?])));
        let mut texts = Self(texts.collect());
        let strangers: Vec<Text> = texts.0.values().flatten().filter(|text| !text.is_trusted).copied().collect();
        if !strangers.is_empty() {
            let mut reads: BTreeMap<Origin, Vec<u32>> = BTreeMap::new();
            uses.relations.iter().for_each(|(relation, origin)| reads.entry(*origin).or_default().push(*relation));
            for stranger in strangers.into_iter().filter(|text| text.kind == Kind::View) {
                // SAFETY: the caller's promise.
                unsafe { texts.read_on(&reads, stranger) };
            }
        }
        texts
    }

    /// Notes that what is behind a stranger's view is read for that stranger. The system's views are refused themselves.
    ///
    /// # Safety
    /// In a transaction.
    unsafe fn read_on(&mut self, reads: &BTreeMap<Origin, Vec<u32>>, stranger: Text) {
        let (mut next, mut seen) = (vec![stranger.of.to_u32()], BTreeSet::new());
        while let Some(view) = next.pop() {
            for relation in reads.get(&Origin::View(view)).into_iter().flatten().filter(|view| seen.insert(**view)) {
                let Some(texts) = self.0.get_mut(&Origin::View(*relation)) else { continue };
                let Some(body) = texts.first().copied().filter(|body| body.owner != stranger.owner) else {
                    next.push(*relation);
                    continue;
                };
                // SAFETY: the caller's promise.
                if unsafe { !Relation::of(body.of).is_some_and(|found| found.is_system(body.of)) } {
                    texts.push(Text { as_asker: body.as_asker, body: Some(body.owner), ..stranger });
                    next.push(*relation);
                }
            }
        }
    }

    pub fn by(&self, origin: Origin) -> impl Iterator<Item = &Text> {
        self.0.get(&origin).into_iter().flatten()
    }
}

/// What stands behind an origin that is a text.
///
/// # Safety
/// In a transaction; the statement holds a lock on what it reads.
unsafe fn text(origin: Origin) -> Option<Text> {
    let (oid, kind) = match origin {
        Origin::View(view) => (view, Kind::View),
        Origin::Policy(table) => (table, Kind::Policy),
        Origin::Type(oid) => (oid, Kind::Type),
        Origin::Statement | Origin::Default(_) => return None,
    };
    let of = pg_sys::Oid::from(oid);
    // SAFETY: the caller's promise.
    unsafe {
        let owner = if kind == Kind::Type { owner_of_type(of)? } else { Relation::of(of)?.owner };
        let as_asker = kind != Kind::View || is_invoker(of);
        Some(Text { of, owner, kind, is_trusted: is_trusted(owner), as_asker, body: None })
    }
}

impl Text {
    /// That of somebody whom nobody trusts, in which relations are read as the asker.
    pub fn of_stranger(of: pg_sys::Oid, owner: pg_sys::Oid, kind: Kind) -> Self {
        Self { of, owner, kind, is_trusted: false, as_asker: true, body: None }
    }

    /// # Safety
    /// In a transaction.
    pub unsafe fn refused_relation(&self, relation: pg_sys::Oid) -> Option<Error> {
        // SAFETY: the caller's promise.
        unsafe {
            let found = Relation::of(relation)?;
            let is_system = found.is_system(relation);
            // A view of an owner who is trusted may have its reasons, but reads what the statement itself could not.
            if self.is_trusted && self.kind == Kind::View && self.as_asker && is_system {
                let why = judges().and_then(|judges| (judges.system_schema)(&found.schema));
                return why.map(|why| Error::refused_relation(&found.qualified(), why, "its schema in nl2sql.schemas"));
            }
            if self.is_trusted {
                return None;
            }
            let may_read = if self.as_asker {
                found.may_be_read_by(relation, self.owner)
            } else {
                // Policies ask who asks, whoever the table is read as.
                found.owner == self.owner || !has_policies_for(relation, self.body.unwrap_or(self.owner))
            };
            (is_system || !may_read).then(|| self.refusal("reads relation", &found.qualified()))
        }
    }

    /// A stranger's text may ask who asks, but not have another's view tell them apart.
    ///
    /// # Safety
    /// In a transaction.
    pub unsafe fn refused_role(&self) -> Option<Error> {
        // SAFETY: the caller's promise.
        self.body.map(|_| unsafe { self.refusal("reads what another's view shows", "") })
    }

    /// # Safety
    /// In a transaction.
    pub unsafe fn refused_function(&self, function: pg_sys::Oid, by_cast: bool) -> Option<Error> {
        if self.is_trusted {
            return None;
        }
        let facts = function_facts::of(function)?;
        if self.body.is_some() && judges().is_some_and(|judges| (judges.tells_asker)(&facts.call)) {
            // SAFETY: the caller's promise.
            return unsafe { self.refused_role() };
        }
        let why = judges().and_then(|judges| (judges.text_call)(&facts.call, by_cast))?;
        // SAFETY: the caller's promise.
        let refusal = unsafe { self.refusal("calls function", &facts.call.qualified()) };
        Some(match refusal {
            Error::Refused { what, why: place, hint } => Error::Refused { what, why: format!("{place} {why}"), hint },
            other => other,
        })
    }

    /// What only superusers may see is none of an owner's business.
    ///
    /// # Safety
    /// In a transaction.
    pub unsafe fn refused_setting(&self, name: Option<&str>) -> Option<Error> {
        // SAFETY: the caller's promise; the look-up raises nothing with this last argument, and says 0 of what is unknown.
        unsafe {
            let is_open = |name: &str| {
                let name = CString::new(name).unwrap_or_default();
                pg_sys::GetConfigOptionFlags(name.as_ptr(), true) & pg_sys::GUC_SUPERUSER_ONLY as c_int == 0
            };
            let what = match name {
                Some(name) if self.is_trusted || is_open(name) => return None,
                None if self.is_trusted => return None,
                Some(name) => format!("{name}, which only superusers may see,"),
                None => "whose name it computes,".to_owned(),
            };
            Some(self.refusal("reads a setting", &what))
        }
    }

    /// # Safety
    /// In a transaction.
    pub unsafe fn refusal(&self, does: &str, what: &str) -> Error {
        // SAFETY: the caller's promise.
        let (name, owner) = unsafe {
            let name = match self.kind {
                Kind::Type => owned(pg_sys::format_type_be_qualified(self.of)),
                Kind::View | Kind::Policy => Relation::of(self.of).map(|relation| relation.qualified()),
            };
            (name.unwrap_or_default(), owned(pg_sys::GetUserNameFromId(self.owner, true)).unwrap_or_default())
        };
        let (used, whose) = match self.kind {
            Kind::View => ("reading view", "It"),
            Kind::Policy => ("reading table", "Its row-level security policy"),
            Kind::Type => ("making a value of type", "Its check"),
        };
        let what = if what.is_empty() { String::new() } else { format!(" {what}") };
        Error::Refused {
            what: format!("{used} {name}"),
            why: format!("{whose} {does}{what} with the rights of who asks, and nobody trusts its owner with that."),
            hint: Some(format!("A superuser who trusts the role {owner} can name it in nl2sql.trust_owners.")),
        }
    }
}

/// Whether who asks has reason to trust what this role wrote, as for functions.
///
/// # Safety
/// In a transaction.
pub unsafe fn is_trusted(owner: pg_sys::Oid) -> bool {
    // SAFETY: the caller's promise; the name is allocated in the current memory context.
    unsafe {
        if pg_sys::superuser_arg(owner) || owner == pg_sys::GetUserId() {
            return true;
        }
        let name = owned(pg_sys::GetUserNameFromId(owner, true)).unwrap_or_default();
        judges().is_some_and(|judges| (judges.trusts)(&name))
    }
}
