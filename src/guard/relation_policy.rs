//! Which relations generated SQL may read, by their schemas and foreign servers. Pure.

use crate::pg::tree::uses::Origin;

/// Why a relation may not be read by the statement itself, or `None` where it may. What a view reads is its owner's
/// affair.
pub fn relation_refusal(schema: &str, origin: Origin, schemas: &[String]) -> Option<&'static str> {
    if origin != Origin::Statement || schemas.iter().any(|allowed| allowed == schema) {
        return None;
    }
    if schema.starts_with("pg_") || schema == "information_schema" {
        return Some("System catalogs are not part of what questions are about.");
    }
    if schema == "columnar_internal" {
        return Some("It is where Citus keeps the bounds of the values in columnar tables.");
    }
    // A table's parts may be compressed, which no label is followed into.
    if schema.starts_with("_timescaledb_") {
        return Some("It is where TimescaleDB keeps the parts of tables and what it needs for itself.");
    }
    if schema == "nl2sql" {
        return Some("It is where nl2sql itself keeps things.");
    }
    (!schemas.is_empty()).then_some("Its schema is not one of nl2sql.schemas.")
}

/// Why tables of this foreign server may not be read, or `None` where they may.
pub fn server_refusal(server: &str, allowed: &[String]) -> Option<&'static str> {
    (!allowed.iter().any(|entry| entry == server)).then_some("Reading a foreign table reaches outside this server.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_tables_need_their_server_named() {
        assert!(server_refusal("files", &[]).is_some());
        assert!(server_refusal("a,b", &["a".to_owned(), "b".to_owned()]).is_some());
        assert!(server_refusal("a,b", &["a,b".to_owned()]).is_none());
    }

    #[test]
    fn system_relations_are_refused_unless_named() {
        assert!(relation_refusal("pg_catalog", Origin::Statement, &[]).is_some());
        assert!(relation_refusal("nl2sql", Origin::Statement, &[]).is_some());
        assert!(relation_refusal("pg_catalog", Origin::View(1), &[]).is_none());
        assert!(relation_refusal("pg_catalog", Origin::Statement, &["pg_catalog".to_owned()]).is_none());
        assert!(relation_refusal("columnar_internal", Origin::Statement, &[]).is_some());
        assert!(relation_refusal("_timescaledb_internal", Origin::Statement, &[]).is_some());
        assert!(relation_refusal("_timescaledb_internal", Origin::View(1), &[]).is_none());
        assert!(relation_refusal("hr", Origin::Statement, &["sales".to_owned()]).is_some());
        assert!(relation_refusal("hr", Origin::Statement, &[]).is_none());
    }
}
