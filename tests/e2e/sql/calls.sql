-- A call of everything that can be called: each function, operator, cast, type and relation that is part of PostgreSQL or
-- of an extension but nl2sql, with NULLs of the argument types. Columns: whose, kind, signature, volatility, internal
-- (takes an argument that no value has the type of), call.
-- Polymorphic arguments are played by date and what is made of it, as few overloads stand in the way of that.
WITH members AS (
    SELECT d.classid, d.objid, e.extname FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid WHERE d.deptype = 'e'
), stand_in(oid, name) AS (
    SELECT to_regtype(polymorphic), name
    FROM (VALUES ('anyelement', 'date'), ('anyarray', 'date[]'), ('anynonarray', 'date'), ('anyenum', 'e2e_enum'),
                 ('anyrange', 'daterange'), ('anymultirange', 'datemultirange'), ('anycompatible', 'date'),
                 ('anycompatiblearray', 'date[]'), ('anycompatiblenonarray', 'date'), ('anycompatiblerange', 'daterange'),
                 ('anycompatiblemultirange', 'datemultirange'), ('"any"', 'date')) AS v(polymorphic, name)
), typed(oid, name) AS (
    SELECT t.oid, coalesce(s.name, format_type(t.oid, NULL)) FROM pg_type t LEFT JOIN stand_in s ON s.oid = t.oid
), functions AS (
    SELECT p.oid, m.extname, p.prokind, p.provolatile, p.proretset, p.prorettype, p.proallargtypes, p.provariadic, p.pronargs,
           format('%I.%I', n.nspname, p.proname) AS name,
           format('%I.%I(%s)', n.nspname, p.proname, oidvectortypes(p.proargtypes)) AS signature,
           arguments.list, arguments.types && ARRAY['internal'::regtype] AS internal
    FROM pg_proc p
    JOIN pg_namespace n ON n.oid = p.pronamespace
    CROSS JOIN LATERAL (
        SELECT coalesce(array_agg(CASE WHEN u.n = p.pronargs AND p.provariadic <> 0 AND p.provariadic <> '"any"'::regtype
                                       THEN 'VARIADIC ' ELSE '' END
                                  || CASE WHEN u.type = 'internal'::regtype THEN 'NULL' ELSE 'NULL::' || t.name END
                                  ORDER BY u.n), '{}') AS list,
               coalesce(array_agg(u.type::regtype ORDER BY u.n), '{}') AS types
        FROM unnest(p.proargtypes) WITH ORDINALITY AS u(type, n)
        JOIN typed t ON t.oid = u.type
    ) AS arguments
    LEFT JOIN members m ON m.objid = p.oid AND m.classid = 'pg_proc'::regclass
    WHERE p.oid < 16384 OR m.extname IS NOT NULL
), calls AS (
    SELECT f.extname AS whose, CASE f.prokind WHEN 'a' THEN 'aggregate' WHEN 'w' THEN 'window' WHEN 'p' THEN 'procedure' ELSE 'function' END AS kind,
           f.signature, f.provolatile::text AS volatility,
           f.internal,
           CASE
               WHEN f.prokind = 'p' THEN format('CALL %s(%s)', f.name, array_to_string(f.list, ', '))
               WHEN f.prokind = 'w' THEN format('SELECT %s(%s) OVER ()', f.name, array_to_string(f.list, ', '))
               WHEN a.aggkind = 'n' AND f.pronargs = 0 THEN format('SELECT %s(*)', f.name)
               WHEN a.aggkind IN ('o', 'h') THEN format('SELECT %s(%s) WITHIN GROUP (ORDER BY %s)', f.name,
                   array_to_string(f.list[:a.aggnumdirectargs], ', '),
                   array_to_string(coalesce(nullif(f.list[a.aggnumdirectargs + 1:], '{}'), f.list), ', '))
               WHEN f.prorettype = 'record'::regtype AND f.proallargtypes IS NULL AND f.prokind = 'f'
                   THEN format('SELECT * FROM %s(%s) AS t(a integer)', f.name, array_to_string(f.list, ', '))
               WHEN f.proretset THEN format('SELECT * FROM %s(%s) AS t', f.name, array_to_string(f.list, ', '))
               ELSE format('SELECT %s(%s)', f.name, array_to_string(f.list, ', '))
           END AS call
    FROM functions f
    LEFT JOIN pg_aggregate a ON a.aggfnoid = f.oid
    UNION ALL
    SELECT m.extname, 'operator', format('%I.%s(%s, %s)', n.nspname, o.oprname, format_type(nullif(o.oprleft, 0), NULL), format_type(o.oprright, NULL)),
           p.provolatile::text, false,
           format('SELECT %s OPERATOR(%I.%s) NULL::%s', 'NULL::' || l.name, n.nspname, o.oprname, r.name)
    FROM pg_operator o
    JOIN pg_namespace n ON n.oid = o.oprnamespace
    JOIN pg_proc p ON p.oid = o.oprcode
    LEFT JOIN typed l ON l.oid = o.oprleft
    JOIN typed r ON r.oid = o.oprright
    LEFT JOIN members m ON m.objid = o.oid AND m.classid = 'pg_operator'::regclass
    WHERE o.oid < 16384 OR m.extname IS NOT NULL
    UNION ALL
    SELECT m.extname, 'cast', format('%s AS %s', s.name, t.name), coalesce(p.provolatile::text, '-'), false,
           format('SELECT CAST(NULL::%s AS %s)', s.name, t.name)
    FROM pg_cast c
    JOIN typed s ON s.oid = c.castsource
    JOIN typed t ON t.oid = c.casttarget
    LEFT JOIN pg_proc p ON p.oid = c.castfunc
    LEFT JOIN members m ON m.objid = c.oid AND m.classid = 'pg_cast'::regclass
    WHERE c.oid < 16384 OR m.extname IS NOT NULL
    UNION ALL
    SELECT m.extname, 'type', format_type(t.oid, NULL), '-', false,
           format('SELECT CAST(v.x AS %s) FROM (VALUES (NULL::text)) AS v(x)', format_type(t.oid, NULL))
    FROM pg_type t
    LEFT JOIN members m ON m.objid = t.oid AND m.classid = 'pg_type'::regclass
    WHERE (t.oid < 16384 OR m.extname IS NOT NULL) AND t.typelem = 0 AND t.typrelid = 0
    UNION ALL
    SELECT m.extname, 'relation', format('%I.%I', n.nspname, c.relname), '-', false, format('SELECT * FROM %I.%I', n.nspname, c.relname)
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN members m ON m.objid = c.oid AND m.classid = 'pg_class'::regclass
    WHERE c.relkind IN ('r', 'v', 'm', 'f', 'p', 'S') AND (c.oid < 16384 OR m.extname IS NOT NULL)
)
SELECT coalesce(whose, 'postgresql') AS whose, kind, signature, volatility, internal, call
FROM calls
WHERE whose IS DISTINCT FROM 'nl2sql'
