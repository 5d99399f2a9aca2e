-- The terms of a role ($1, an oid) and those shared with it, in the order in which they were defined, with whether that was the
-- role itself, when in microseconds, who defined them, for whom, and when. Without those on relations of which it may read nothing.
SELECT g.term, g.meaning, g.kind, n.nspname, c.relname, g.expression, g.sql, g.key,
       g.definer::pg_catalog.oid OPERATOR(pg_catalog.=) $1::pg_catalog.oid,
       (pg_catalog.date_part('epoch', g.defined_at) OPERATOR(pg_catalog.*) 1000000)::pg_catalog.int8,
       COALESCE(r.rolname, ''),
       CASE WHEN g.audience::pg_catalog.oid OPERATOR(pg_catalog.=) 0::pg_catalog.oid THEN 'public' ELSE g.audience::pg_catalog.text END,
       g.defined_at
FROM nl2sql.glossary g
LEFT JOIN pg_catalog.pg_roles r ON r.oid OPERATOR(pg_catalog.=) g.definer::pg_catalog.oid
-- By its number, or where the term came in a dump by its name.
LEFT JOIN pg_catalog.pg_class c
    ON c.oid OPERATOR(pg_catalog.=)
       CASE WHEN g.catalog OPERATOR(pg_catalog.=) (SELECT k.id FROM nl2sql.catalog k) THEN g.relation
            ELSE (SELECT o.oid FROM pg_catalog.pg_class o
                  JOIN pg_catalog.pg_namespace s ON s.oid OPERATOR(pg_catalog.=) o.relnamespace
                  WHERE s.nspname OPERATOR(pg_catalog.=) g.on_relation[1]::pg_catalog.name
                    AND o.relname OPERATOR(pg_catalog.=) g.on_relation[2]::pg_catalog.name) END
LEFT JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
WHERE (g.definer::pg_catalog.oid OPERATOR(pg_catalog.=) $1::pg_catalog.oid
       OR g.audience::pg_catalog.oid OPERATOR(pg_catalog.=) 0
       OR pg_catalog.pg_has_role($1::pg_catalog.oid, g.audience::pg_catalog.oid, 'USAGE'))
  AND (g.on_relation IS NULL
       OR (pg_catalog.has_schema_privilege($1::pg_catalog.oid, n.oid, 'USAGE')
           AND pg_catalog.has_any_column_privilege($1::pg_catalog.oid, c.oid, 'SELECT')))
ORDER BY g.defined_at, g.key, g.definer::pg_catalog.oid
