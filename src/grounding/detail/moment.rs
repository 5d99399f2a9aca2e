//! What is true of a question's moment alone, and what changes without a message of the server.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::pg::host::catalogs::{self, Commented};
use crate::pg::host::{moment, search_path};

/// Comments by oid and number of the column, 0 for the whole. Of each, the first 1,000 characters.
type Comments = HashMap<(u32, i16), String>;

pub struct Moment {
    pub server_version: String,
    /// `YYYY-MM-DD` in the session's time zone.
    pub today: String,
    pub time_zone: String,
    pub row_security: String,
    /// The relations that a bare name finds, of those asked for.
    pub visible: HashSet<u32>,
    /// Those on relations and their columns.
    pub comments: Comments,
    pub schema_comments: Comments,
    /// Tells it from another moment in which any of this is different.
    pub stamp: u64,
}

/// Reads it. `bare`: the relations that a bare name may find; `told`: those whose comments are wanted; `schemas`: the schemas
/// whose comments are. All that it reads of these may be known to everybody.
pub fn read(bare: &[u32], told: &[u32], schemas: &[u32]) -> Moment {
    let version = moment::setting(c"server_version");
    let mut stamp = DefaultHasher::new();
    let bare: Vec<u32> = bare.iter().copied().filter(|oid| search_path::finds(*oid)).collect();
    let moment = Moment {
        server_version: version.split(' ').next().unwrap_or_default().to_owned(),
        today: moment::today(),
        time_zone: moment::setting(c"TimeZone"),
        row_security: moment::setting(c"row_security"),
        comments: comments(Commented::Relations, told, &mut stamp),
        schema_comments: comments(Commented::Schemas, schemas, &mut stamp),
        visible: HashSet::new(),
        stamp: 0,
    };
    (&moment.server_version, &moment.today, &moment.time_zone, &moment.row_security, &bare).hash(&mut stamp);
    Moment { visible: bare.into_iter().collect(), stamp: stamp.finish(), ..moment }
}

fn comments(class: Commented, oids: &[u32], stamp: &mut DefaultHasher) -> Comments {
    let mut found = Comments::new();
    catalogs::comments_on(class, oids, |oid, column, text| {
        (oid, column, &text).hash(stamp);
        found.insert((oid, column), text);
    });
    found
}
