-- The pairs for a role ($1, an oid) but one ($3, an id) that are found by one of $4 (a text[] literal). nearest.sql goes on.
WITH found AS MATERIALIZED (
    SELECT v.id
    FROM nl2sql.verified v
    WHERE v.rare_words OPERATOR(pg_catalog.&&) $4::pg_catalog.text[]
      AND v.id OPERATOR(pg_catalog.<>) $3::pg_catalog.int8
      AND (v.teacher::pg_catalog.oid OPERATOR(pg_catalog.=) $1::pg_catalog.oid
           OR v.audience::pg_catalog.oid OPERATOR(pg_catalog.=) 0
           OR pg_catalog.pg_has_role($1::pg_catalog.oid, v.audience::pg_catalog.oid, 'USAGE'))
