-- Forgets the term with the key $1 where it is the role's ($2, an oid) or, if it has none, is shared with it and the role may
-- share terms ($3).
WITH meant AS (
    SELECT g.ctid AS place
    FROM nl2sql.glossary g
    WHERE g.key OPERATOR(pg_catalog.=) $1
      AND (g.definer::pg_catalog.oid OPERATOR(pg_catalog.=) $2::pg_catalog.oid
           OR ($3::pg_catalog.bool AND g.audience IS NOT NULL
               AND (g.audience::pg_catalog.oid OPERATOR(pg_catalog.=) 0
                    OR pg_catalog.pg_has_role($2::pg_catalog.oid, g.audience::pg_catalog.oid, 'USAGE'))))
    ORDER BY g.definer::pg_catalog.oid OPERATOR(pg_catalog.<>) $2::pg_catalog.oid, g.defined_at
    LIMIT 1
    FOR UPDATE
)
DELETE FROM nl2sql.glossary g USING meant m WHERE g.ctid OPERATOR(pg_catalog.=) m.place RETURNING 1
