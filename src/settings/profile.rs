//! Settings by team: the rows of `nl2sql.profile` that are for whoever asks, put in force for a question.
//!
//! Of limits the tightest wins, the session's own value included, and so it does of `nl2sql.share`. Questions may be about schemas
//! that all lists name. Instructions add up. A model is the one for the role itself, or for its first team by name, unless the
//! session or its role has set one.

use std::ffi::{CStr, CString};

use super::lists::{list_of, names};
use super::{Settings, Share};
use crate::error::Error;
use crate::pg::host::session;
use crate::pg::running::guc_level::Level;
use crate::pg::running::query;

const TABLE: (&CStr, &CStr) = (c"nl2sql", c"profile");

/// A row that is for whoever asks.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Row {
    setting: String,
    value: String,
    /// Whose it is; `-`: everybody's.
    role: String,
}

/// What is in force by profiles, until dropped.
#[derive(Default)]
pub struct Profile {
    /// Settings, and the roles that they are in force for.
    pub whence: Vec<(String, String)>,
    _level: Option<Level>,
}

/// A schema that is none: no list that is empty would mean it.
const NO_SCHEMA: &str = "(none)";

impl Profile {
    /// Puts in force what is for the current role.
    pub fn begin() -> Result<Self, Error> {
        let rows = rows()?;
        if rows.is_empty() {
            return Ok(Self::default());
        }
        let chosen = chosen(&rows)?;
        let level = Level::begin();
        for (setting, value, _) in &chosen {
            level.set(setting, value);
        }
        let whence = chosen.into_iter().map(|(setting, _, role)| (setting, role)).collect();
        Ok(Self { whence, _level: Some(level) })
    }
}

/// Where the table can't be read, as before the extension was updated, there are no profiles.
fn rows() -> Result<Vec<Row>, Error> {
    if !query::has_rows(TABLE) {
        return Ok(Vec::new());
    }
    let role = session::current_role().to_string();
    let rows = query::owner_rows(TABLE, include_str!("profile.sql"), &[Some(&role)])?;
    let row = |row: query::Row| {
        let [setting, value, role] = <[Option<String>; 3]>::try_from(row).ok()?;
        Some(Row { setting: setting?, value: value?, role: role? })
    };
    Ok(rows.into_iter().filter_map(row).collect())
}

/// The value of each setting that is to be in force, and for which role.
fn chosen(rows: &[Row]) -> Result<Vec<(String, CString, String)>, Error> {
    let now = Settings::load();
    let mut settings: Vec<&str> = rows.iter().map(|row| row.setting.as_str()).collect();
    settings.sort_unstable();
    settings.dedup();
    let mut chosen = Vec::new();
    for setting in settings {
        let of_it: Vec<&Row> = rows.iter().filter(|row| row.setting == setting).collect();
        let found = match setting {
            "nl2sql.model" => model(&of_it)?,
            "nl2sql.schemas" => Some(schemas(&of_it, &now.schemas)),
            "nl2sql.instructions" => Some(instructions(&of_it, &now.prompt.instructions)),
            _ => tightest(setting, &of_it, &now),
        };
        if let Some((value, role)) = found {
            let value = CString::new(value).map_err(|_| Error::internal("a setting holds a zero byte"))?;
            chosen.push((setting.to_owned(), value, role));
        }
    }
    Ok(chosen)
}

fn model(rows: &[&Row]) -> Result<Option<(String, String)>, Error> {
    let source = query::rows(include_str!("source.sql"), &[Some("nl2sql.model")])?;
    let source = source.into_iter().flatten().flatten().next().unwrap_or_default();
    let is_own = ["user", "database user", "client", "session"].contains(&source.as_str());
    Ok(rows.first().filter(|_| !is_own).map(|row| (row.value.clone(), row.role.clone())))
}

/// Those that all lists name; an empty one names all.
fn schemas(rows: &[&Row], now: &[String]) -> (String, String) {
    let mut common: Option<Vec<String>> = (!now.is_empty()).then(|| now.to_vec());
    for list in rows.iter().map(|row| names(&row.value)).filter(|list| !list.is_empty()) {
        common = Some(match common {
            Some(common) => common.into_iter().filter(|name| list.contains(name)).collect(),
            None => list,
        });
    }
    let common = match common {
        Some(common) if common.is_empty() => vec![NO_SCHEMA.to_owned()],
        common => common.unwrap_or_default(),
    };
    (list_of(&common), roles(rows))
}

/// The configuration's, then everybody's, those of teams, the role's own.
fn instructions(rows: &[&Row], now: &str) -> (String, String) {
    let own = rows.iter().rev().map(|row| row.value.as_str());
    let all: Vec<&str> = std::iter::once(now).chain(own).filter(|text| !text.is_empty()).collect();
    (all.join("\n"), roles(rows))
}

fn roles(rows: &[&Row]) -> String {
    rows.iter().map(|row| row.role.as_str()).collect::<Vec<_>>().join(", ")
}

/// The row with the tightest value, where it is tighter than the one in force.
fn tightest(setting: &str, rows: &[&Row], now: &Settings) -> Option<(String, String)> {
    let mut best = (measure(setting, now)?, None);
    for row in rows {
        let level = Level::begin();
        level.set(setting, &CString::new(row.value.as_str()).ok()?);
        let value = measure(setting, &Settings::load())?;
        if value < best.0 {
            best = (value, Some((row.value.clone(), row.role.clone())));
        }
    }
    best.1
}

/// How much a setting allows; what is no limit allows infinitely much.
fn measure(setting: &str, settings: &Settings) -> Option<f64> {
    let limit = |limit: f64| if limit == 0.0 { f64::INFINITY } else { limit };
    Some(match setting {
        "nl2sql.row_limit" => limit(settings.row_limit as f64),
        "nl2sql.byte_limit" => limit(settings.byte_limit as f64),
        "nl2sql.query_timeout" => limit(f64::from(settings.bounds.milliseconds)),
        "nl2sql.memory_limit" => limit(f64::from(settings.bounds.memory_kb)),
        "nl2sql.temp_file_limit" => limit(f64::from(settings.bounds.temp_file_kb)),
        "nl2sql.max_cost" => limit(settings.max_cost),
        "nl2sql.model_timeout" => settings.model_timeout.as_secs_f64(),
        "nl2sql.max_attempts" => f64::from(settings.max_attempts),
        "nl2sql.candidates" => f64::from(settings.candidates),
        "nl2sql.prompt_budget" => settings.prompt.budget as f64,
        "nl2sql.share" => match settings.share {
            Share::Schema => 0.0,
            Share::Samples => 1.0,
            Share::Results => 2.0,
        },
        _ => return None,
    })
}

/// A setting, its value, and whence it is in force: a role of a profile, or what the server says.
pub type InForceNow = (String, String, String);

/// All settings of the extension as they are in force for whoever asks.
pub fn in_force_now() -> Result<Vec<InForceNow>, Error> {
    let in_force = Settings::in_force()?;
    let rows = query::rows(include_str!("listed.sql"), &[])?;
    let listed = rows.into_iter().filter_map(|row| {
        let [name, value, source] = <[Option<String>; 3]>::try_from(row).ok()?;
        let (name, source) = (name?, source?);
        let profile = in_force.profile.whence.iter().find(|(setting, _)| *setting == name);
        let whence = profile.map_or(source, |(_, role)| format!("profile of {role}"));
        Some((name, value.unwrap_or_default(), whence))
    });
    Ok(listed.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(setting: &str, value: &str, role: &str) -> Row {
        Row { setting: setting.to_owned(), value: value.to_owned(), role: role.to_owned() }
    }

    #[test]
    fn schemas_are_those_of_all_lists() {
        let rows = [row("nl2sql.schemas", "sales, \"Big, one\"", "team"), row("nl2sql.schemas", "", "-")];
        let rows: Vec<&Row> = rows.iter().collect();
        assert_eq!(schemas(&rows, &[]).0, "sales,\"Big, one\"");
        assert_eq!(schemas(&rows, &["sales".to_owned(), "hr".to_owned()]).0, "sales");
        assert_eq!(schemas(&rows, &["hr".to_owned()]).0, NO_SCHEMA);
    }

    #[test]
    fn instructions_add_up() {
        let rows = [row("nl2sql.instructions", "mine", "me"), row("nl2sql.instructions", "all's", "-")];
        let rows: Vec<&Row> = rows.iter().collect();
        assert_eq!(instructions(&rows, "the file's"), ("the file's\nall's\nmine".to_owned(), "me, -".to_owned()));
    }
}
