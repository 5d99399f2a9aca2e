-- The pairs of a role ($1, an oid) and those shared with it whose question has all words of $2, in any form, but one ($3, an id);
-- at most 51, in the order in which they were taught.
SELECT v.id, v.question, v.sql, v.note, r.rolname, pg_catalog.to_char(v.taught_at, 'YYYY-MM-DD'),
       v.teacher::pg_catalog.oid OPERATOR(pg_catalog.=) $1::pg_catalog.oid,
       (pg_catalog.date_part('epoch', v.taught_at) OPERATOR(pg_catalog.*) 1000000)::pg_catalog.int8,
       pg_catalog.array_to_json(v.columns), v.pattern, v.reads
FROM nl2sql.verified v
JOIN pg_catalog.pg_roles r ON r.oid OPERATOR(pg_catalog.=) v.teacher::pg_catalog.oid
WHERE pg_catalog.to_tsvector('pg_catalog.english', v.question) OPERATOR(pg_catalog.@@)
      -- A query of no words would be told as a NOTICE.
      (SELECT CASE WHEN w.words OPERATOR(pg_catalog.<>) '' THEN w.words END
       FROM (SELECT pg_catalog.array_to_string(ARRAY(
                 SELECT pg_catalog.quote_literal(u.lexeme)
                 FROM pg_catalog.unnest(pg_catalog.tsvector_to_array(pg_catalog.to_tsvector('pg_catalog.english', $2))) AS u(lexeme)),
                 ' & ')) AS w(words))::pg_catalog.tsquery
  AND v.id OPERATOR(pg_catalog.<>) $3::pg_catalog.int8
  AND (v.teacher::pg_catalog.oid OPERATOR(pg_catalog.=) $1::pg_catalog.oid
       OR v.audience::pg_catalog.oid OPERATOR(pg_catalog.=) 0
       OR pg_catalog.pg_has_role($1::pg_catalog.oid, v.audience::pg_catalog.oid, 'USAGE'))
ORDER BY v.taught_at, v.id
LIMIT 51
