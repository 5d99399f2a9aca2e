-- What is told of pairs; which, pairs.sql says.
SELECT v.id, v.question, v.sql, v.note, COALESCE(r.rolname, ''), pg_catalog.to_char(v.taught_at, 'YYYY-MM-DD'),
       v.teacher::pg_catalog.oid OPERATOR(pg_catalog.=) $1::pg_catalog.oid,
       (pg_catalog.date_part('epoch', v.taught_at) OPERATOR(pg_catalog.*) 1000000)::pg_catalog.int8,
       pg_catalog.array_to_json(v.columns), v.pattern, v.reads,
       CASE WHEN v.audience::pg_catalog.oid OPERATOR(pg_catalog.=) 0::pg_catalog.oid THEN 'public' ELSE v.audience::pg_catalog.text END,
       v.taught_at
FROM nl2sql.verified v
