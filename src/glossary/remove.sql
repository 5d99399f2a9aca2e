-- Forgets the term with the key $1 where it is the role's ($2, an oid) or, if it has none, is shared with it and the role may
-- share terms ($3); and with that right, those with the key that roles left behind which are gone. Tells of each the term, its
-- meaning, and who defined it where that is not the role itself.
WITH meant AS (
    SELECT g.ctid AS place
    FROM nl2sql.glossary g
    JOIN pg_catalog.pg_roles r ON r.oid OPERATOR(pg_catalog.=) g.definer::pg_catalog.oid
    WHERE g.key OPERATOR(pg_catalog.=) $1
      AND (g.definer::pg_catalog.oid OPERATOR(pg_catalog.=) $2::pg_catalog.oid
           OR ($3::pg_catalog.bool AND g.audience IS NOT NULL
               AND (g.audience::pg_catalog.oid OPERATOR(pg_catalog.=) 0
                    OR pg_catalog.pg_has_role($2::pg_catalog.oid, g.audience::pg_catalog.oid, 'USAGE'))))
    ORDER BY g.definer::pg_catalog.oid OPERATOR(pg_catalog.<>) $2::pg_catalog.oid, g.defined_at
    LIMIT 1
    FOR UPDATE OF g
), orphaned AS (
    SELECT g.ctid AS place
    FROM nl2sql.glossary g
    WHERE g.key OPERATOR(pg_catalog.=) $1 AND $3::pg_catalog.bool
      AND NOT EXISTS (SELECT FROM pg_catalog.pg_roles r WHERE r.oid OPERATOR(pg_catalog.=) g.definer::pg_catalog.oid)
    FOR UPDATE
)
DELETE FROM nl2sql.glossary g
USING (SELECT m.place FROM meant m UNION ALL SELECT o.place FROM orphaned o) AS f
WHERE g.ctid OPERATOR(pg_catalog.=) f.place
RETURNING g.term, g.meaning,
    CASE WHEN g.definer::pg_catalog.oid OPERATOR(pg_catalog.<>) $2::pg_catalog.oid
         THEN COALESCE((SELECT r.rolname FROM pg_catalog.pg_roles r
                        WHERE r.oid OPERATOR(pg_catalog.=) g.definer::pg_catalog.oid), '') END
