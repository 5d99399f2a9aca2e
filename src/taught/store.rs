//! Pairs kept and forgotten.

use super::{Judged, MAX_NOTE, MAX_PAIRS, MAX_QUESTION, MAX_SQL, TABLE, columns_of, said};
use crate::error::Error;
use crate::grounding::array_literal;
use crate::pg::running::query;
use pairs::{Day, Pattern, Unteachable};
use schema::sanitize::one_line;

/// Whom the caller may teach.
pub struct Sharing {
    /// The role that a pair is for; 0 is everybody.
    pub audience: Option<u32>,
    /// The caller may give a pair an audience.
    pub may_share: bool,
    today: Day,
}

/// A pair that is to be kept. The SQL was judged, as the teacher.
pub struct Lesson<'a> {
    pub question: &'a str,
    pub sql: &'a str,
    pub note: Option<&'a str>,
    pub sharing: &'a Sharing,
    pub judged: &'a Judged,
}

/// How a pair is told from the others of its teacher.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// By the question up to its values.
    Question,
    /// By the whole question, where the one before is for values of another kind: of countries, and this one of cities.
    WithValues,
}

/// Whom a pair for `audience` is for, where the caller may say so. `teachers`: the roles whose members may.
pub fn sharing(audience: Option<&str>, teachers: &[String]) -> Result<Sharing, Error> {
    let rows = query::rows(include_str!("sharing.sql"), &[audience, Some(&array_literal(teachers))])?;
    let mut cells = rows.into_iter().flatten();
    let oid = cells.next().flatten().and_then(|oid| oid.parse().ok());
    let may_share = cells.next().flatten().as_deref() == Some("t");
    let today = cells.next().flatten().as_deref().and_then(Day::parse);
    let today = today.ok_or_else(|| Error::internal("the server does not know the day"))?;
    match (audience, oid) {
        (Some(_), _) if !may_share => Err(Error::MayNotShare),
        (Some(name), None) => Err(Error::NoSuchRole(name.to_owned())),
        _ => Ok(Sharing { audience: oid, may_share, today }),
    }
}

/// Refuses what is too long to be a pair.
pub fn check_lengths(question: &str, sql: &str, note: Option<&str>) -> Result<(), Error> {
    let parts =
        [("question", question, MAX_QUESTION), ("SQL", sql, MAX_SQL), ("note", note.unwrap_or_default(), MAX_NOTE)];
    match parts.into_iter().find(|(_, text, most)| text.len() > *most) {
        Some((what, text, most)) => Err(Error::PairTooLong { what, bytes: text.len(), most }),
        None => Ok(()),
    }
}

/// Keeps a pair as the caller's, and gives its number; `None` where another pair of theirs has the key. What is not given of a
/// pair that they taught before, note or audience, stays as it was; an empty note takes the note away.
pub fn keep(lesson: &Lesson<'_>, key: Key) -> Result<Option<i64>, Error> {
    let question = one_line(lesson.question).trim().to_owned();
    let pattern = Pattern::learn(&question, lesson.sql, &lesson.judged.constants, lesson.sharing.today).map_err(
        |why| match why {
            Unteachable::NoWords => Error::NoWordsToTeach,
            Unteachable::TooLong => Error::TooManyWords { most: pairs::MAX_WORDS },
        },
    )?;
    let key = match key {
        Key::Question => pattern.key(),
        Key::WithValues => format!("{}\n{}", pattern.key(), said(&question).join(" ")),
    };
    let role = query::current_role().to_u32().to_string();
    let audience = lesson.sharing.audience.map(|oid| oid.to_string());
    let relations = array_literal(&lesson.judged.relations.iter().map(u32::to_string).collect::<Vec<_>>());
    let columns = serde_json::to_string(&lesson.judged.columns).map_err(unkept)?;
    let note = lesson.note.map(|note| one_line(note).trim().to_owned());
    let kept = serde_json::to_string(&pattern).map_err(unkept)?;
    let (shape, words) = (array_literal(&columns_of(&lesson.judged.shape)), array_literal(&pattern.words()));
    let content = array_literal(&pattern.content_words());
    let arguments = [
        Some(role.as_str()),
        audience.as_deref(),
        Some(&question),
        Some(lesson.sql),
        note.as_deref(),
        Some(&shape),
        Some(&key),
        Some(&kept),
        Some(&words),
        Some(&relations),
        Some(&columns),
        Some(&content),
    ];
    if let Some(id) = id_of(query::owner_change(TABLE, include_str!("keep.sql"), &arguments)?) {
        return Ok(Some(id));
    }
    let same = query::owner_rows(TABLE, include_str!("same.sql"), &[Some(&role), Some(&key)])?;
    let Some([Some(id), Some(taught), Some(sql)]) = same.first().map(Vec::as_slice) else {
        return Err(Error::TooManyPairs { most: MAX_PAIRS });
    };
    if said(taught) == said(&question) {
        let id = id.parse().unwrap_or_default();
        return Err(Error::TaughtOtherwise { id, question: taught.clone(), sql: sql.clone() });
    }
    Ok(None)
}

/// A pair that is forgotten.
pub struct Forgotten {
    pub question: String,
    pub sql: String,
    /// Who taught it, where that was not the caller; empty where that role is gone.
    pub by: Option<String>,
}

/// Forgets a pair of the caller's, or a shared one where the caller may share.
pub fn remove(id: i64, sharing: &Sharing) -> Result<Forgotten, Error> {
    let role = query::current_role().to_u32().to_string();
    let (number, may_share) = (id.to_string(), sharing.may_share.to_string());
    let rows = query::owner_change(TABLE, include_str!("remove.sql"), &[Some(&number), Some(&role), Some(&may_share)])?;
    match rows.into_iter().next().map(<[Option<String>; 3]>::try_from) {
        Some(Ok([Some(question), Some(sql), by])) => Ok(Forgotten { question, sql, by }),
        _ => Err(Error::NoSuchPair(id)),
    }
}

fn id_of(rows: Vec<query::Row>) -> Option<i64> {
    rows.into_iter().flatten().flatten().next()?.parse().ok()
}

fn unkept(error: serde_json::Error) -> Error {
    Error::internal(format!("a pair is no json: {error}"))
}
