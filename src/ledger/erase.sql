-- Erases the history of a role ($1, a name; NULL: of all) from before a time ($2; NULL: whenever), and says how many questions.
WITH calls AS (
    DELETE FROM nl2sql.calls c
    WHERE ($1 IS NULL OR c.role_name OPERATOR(pg_catalog.=) $1::pg_catalog.name
           OR c.role OPERATOR(pg_catalog.=) (SELECT o.oid FROM pg_catalog.pg_roles o
                                             WHERE o.rolname OPERATOR(pg_catalog.=) $1::pg_catalog.name))
      AND ($2 IS NULL OR c.asked_at OPERATOR(pg_catalog.<) $2::pg_catalog.timestamptz)
), questions AS (
    DELETE FROM nl2sql.history h
    WHERE ($1 IS NULL OR h.role_name OPERATOR(pg_catalog.=) $1::pg_catalog.name
           OR h.role OPERATOR(pg_catalog.=) (SELECT o.oid FROM pg_catalog.pg_roles o
                                             WHERE o.rolname OPERATOR(pg_catalog.=) $1::pg_catalog.name))
      AND ($2 IS NULL OR h.asked_at OPERATOR(pg_catalog.<) $2::pg_catalog.timestamptz)
    RETURNING 1
)
SELECT pg_catalog.count(*) FROM questions
