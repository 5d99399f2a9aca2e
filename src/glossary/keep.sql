-- Keeps a term of a role ($1, an oid) for an audience ($2, an oid): term $3, meaning $4, relation $5 (an oid), expression $6,
-- kind $7, key $8, the expression as the server reads it $9. Nothing is returned where the role has the term, or 10,000 of them.
INSERT INTO nl2sql.glossary (definer, audience, term, meaning, on_relation, expression, kind, key, sql)
SELECT $1::pg_catalog.oid::pg_catalog.regrole, $2::pg_catalog.oid::pg_catalog.regrole, $3, $4,
       $5::pg_catalog.oid::pg_catalog.regclass, $6, $7, $8, $9
WHERE (SELECT pg_catalog.count(*) FROM nl2sql.glossary o
       WHERE o.definer::pg_catalog.oid OPERATOR(pg_catalog.=) $1::pg_catalog.oid) OPERATOR(pg_catalog.<) 10000
ON CONFLICT (definer, key) DO NOTHING
RETURNING 1
