-- The terms of a role ($1, an oid) and those shared with it, in the order in which they were defined, with who defined them, for
-- whom, when, and whether that was the role itself. Without those on relations of which it may read nothing.
SELECT g.term, g.meaning, g.kind, n.nspname, c.relname, g.expression, g.sql, g.key, COALESCE(r.rolname, ''),
       CASE g.audience::pg_catalog.oid WHEN 0 THEN 'public' ELSE g.audience::pg_catalog.text END, g.defined_at,
       g.definer::pg_catalog.oid OPERATOR(pg_catalog.=) $1::pg_catalog.oid
FROM nl2sql.glossary g
LEFT JOIN pg_catalog.pg_roles r ON r.oid OPERATOR(pg_catalog.=) g.definer::pg_catalog.oid
LEFT JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) g.on_relation::pg_catalog.oid
LEFT JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
WHERE (g.definer::pg_catalog.oid OPERATOR(pg_catalog.=) $1::pg_catalog.oid
       OR g.audience::pg_catalog.oid OPERATOR(pg_catalog.=) 0
       OR pg_catalog.pg_has_role($1::pg_catalog.oid, g.audience::pg_catalog.oid, 'USAGE'))
  AND (g.on_relation IS NULL
       OR (pg_catalog.has_schema_privilege($1::pg_catalog.oid, n.oid, 'USAGE')
           AND pg_catalog.has_any_column_privilege($1::pg_catalog.oid, c.oid, 'SELECT')))
ORDER BY g.defined_at, g.key, g.definer::pg_catalog.oid
