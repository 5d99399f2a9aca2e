-- Keeps a term of a role ($1, an oid) for an audience ($2, an oid): term $3, meaning $4, relation $5 (an oid) of schema and name $10
-- (a text[]), expression $6, kind $7, key $8, the expression as the server reads it $9. Nothing is returned where the role has the
-- term, or 10,000 of them. Whoever may share terms ($11) takes the place of roles that are gone and left one with this key.
WITH orphaned AS (
    DELETE FROM nl2sql.glossary g
    WHERE g.key OPERATOR(pg_catalog.=) $8 AND $11::pg_catalog.bool
      AND NOT EXISTS (SELECT FROM pg_catalog.pg_roles r WHERE r.oid OPERATOR(pg_catalog.=) g.definer::pg_catalog.oid)
)
INSERT INTO nl2sql.glossary (definer, audience, term, meaning, on_relation, expression, kind, key, sql,
                             relation, catalog)
SELECT $1::pg_catalog.oid::pg_catalog.regrole, $2::pg_catalog.oid::pg_catalog.regrole, $3, $4,
       $10::pg_catalog.text[], $6, $7, $8, $9, $5::pg_catalog.oid,
       (SELECT k.id FROM nl2sql.catalog k)
WHERE (SELECT pg_catalog.count(*) FROM nl2sql.glossary o
       WHERE o.definer::pg_catalog.oid OPERATOR(pg_catalog.=) $1::pg_catalog.oid) OPERATOR(pg_catalog.<) 10000
ON CONFLICT (definer, key) DO NOTHING
RETURNING 1
