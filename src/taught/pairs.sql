-- The pairs of a role ($1, an oid) and those shared with it, or all shared ones for a superuser, whose question holds $2, in any
-- case: in the order in which they were taught. Those of others only where the role may read something of every relation that
-- they read and that there still is. It follows on
-- pairs_whole.sql, pairs_numbers.sql or pairs_of_numbers.sql.
LEFT JOIN pg_catalog.pg_roles r ON r.oid OPERATOR(pg_catalog.=) v.teacher::pg_catalog.oid
WHERE (v.teacher::pg_catalog.oid OPERATOR(pg_catalog.=) $1::pg_catalog.oid
       OR ((v.audience::pg_catalog.oid OPERATOR(pg_catalog.=) 0
            OR pg_catalog.pg_has_role($1::pg_catalog.oid, v.audience::pg_catalog.oid, 'USAGE'))
           AND NOT EXISTS (
               SELECT FROM pg_catalog.jsonb_to_recordset(v.reads) AS j(oid pg_catalog.int8, schema pg_catalog.name, name pg_catalog.name)
               -- By its number, or where the pair came in a dump by its name.
               JOIN pg_catalog.pg_class c
                   ON c.oid OPERATOR(pg_catalog.=)
                      CASE WHEN v.catalog OPERATOR(pg_catalog.=) (SELECT k.id FROM nl2sql.catalog k) THEN j.oid::pg_catalog.oid
                           ELSE (SELECT o.oid FROM pg_catalog.pg_class o
                                 JOIN pg_catalog.pg_namespace s ON s.oid OPERATOR(pg_catalog.=) o.relnamespace
                                 WHERE s.nspname OPERATOR(pg_catalog.=) j.schema
                                   AND o.relname OPERATOR(pg_catalog.=) j.name) END
               WHERE NOT pg_catalog.has_any_column_privilege($1::pg_catalog.oid, c.oid, 'SELECT'))))
  AND ($2 IS NULL OR pg_catalog.strpos(pg_catalog.lower(v.question), pg_catalog.lower($2)) OPERATOR(pg_catalog.>) 0)
ORDER BY v.taught_at, v.id
