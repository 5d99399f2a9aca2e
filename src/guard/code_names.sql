-- What names in the bodies of functions mean, as place of the name in its list, class and oid. Relations: $1 schemas, empty for those
-- that are looked up in the search paths, and $2 names. Functions of trusted owners: $3 and $4 likewise. Operators: $5 names. The
-- paths: $6 numbers of paths and $7 their schemas, in order. Trusted are superusers, the caller, and the roles in $8. All are array
-- literals. Of a path, the first schema that has a relation of the name counts, as in the server's own look-up.
WITH path AS MATERIALIZED (
    SELECT p.number, p.place, n.oid AS schema, n.nspname
    FROM ROWS FROM (pg_catalog.unnest($6::pg_catalog.int4[]), pg_catalog.unnest($7::pg_catalog.text[])) WITH ORDINALITY AS p(number, schema, place)
    JOIN pg_catalog.pg_namespace n ON n.nspname OPERATOR(pg_catalog.=) p.schema::pg_catalog.name
    WHERE pg_catalog.has_schema_privilege(n.oid, 'USAGE')
), named AS MATERIALIZED (
    SELECT u.place, u.schema, c.oid, c.relnamespace
    FROM ROWS FROM (pg_catalog.unnest($1::pg_catalog.text[]), pg_catalog.unnest($2::pg_catalog.text[])) WITH ORDINALITY AS u(schema, name, place)
    JOIN pg_catalog.pg_class c ON c.relname OPERATOR(pg_catalog.=) u.name::pg_catalog.name
)
SELECT 'relation', named.place, 1259::pg_catalog.oid, named.oid
FROM named
JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) named.relnamespace
WHERE n.nspname OPERATOR(pg_catalog.=) named.schema::pg_catalog.name
UNION ALL
(SELECT DISTINCT ON (named.place, path.number) 'relation', named.place, 1259::pg_catalog.oid, named.oid
 FROM named
 JOIN path ON path.schema OPERATOR(pg_catalog.=) named.relnamespace
 WHERE named.schema OPERATOR(pg_catalog.=) ''
 ORDER BY named.place, path.number, path.place)
UNION ALL
SELECT 'function', u.place, 1255::pg_catalog.oid, p.oid
FROM ROWS FROM (pg_catalog.unnest($3::pg_catalog.text[]), pg_catalog.unnest($4::pg_catalog.text[])) WITH ORDINALITY AS u(schema, name, place)
JOIN pg_catalog.pg_proc p ON p.proname OPERATOR(pg_catalog.=) u.name::pg_catalog.name
JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) p.pronamespace
JOIN pg_catalog.pg_roles r ON r.oid OPERATOR(pg_catalog.=) p.proowner
WHERE p.oid OPERATOR(pg_catalog.>=) 16384::pg_catalog.oid
  AND CASE WHEN u.schema OPERATOR(pg_catalog.=) ''::pg_catalog.text THEN n.oid OPERATOR(pg_catalog.=) ANY (SELECT path.schema FROM path)
      ELSE n.nspname OPERATOR(pg_catalog.=) u.schema::pg_catalog.name END
  AND (r.rolsuper OR r.rolname OPERATOR(pg_catalog.=) CURRENT_USER
       OR r.rolname OPERATOR(pg_catalog.=) ANY ($8::pg_catalog.name[]))
UNION ALL
SELECT 'operator', u.place, 2617::pg_catalog.oid, o.oid
FROM pg_catalog.unnest($5::pg_catalog.text[]) WITH ORDINALITY AS u(name, place)
JOIN pg_catalog.pg_operator o ON o.oprname OPERATOR(pg_catalog.=) u.name::pg_catalog.name
WHERE o.oid OPERATOR(pg_catalog.>=) 16384::pg_catalog.oid
