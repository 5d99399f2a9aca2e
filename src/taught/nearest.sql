-- Of the pairs in found, which the text before this defines, those nearest to a question of these words ($2, a text[] literal): first
-- those whose words it all has, then by the words that they have in common; at most 30.
), near AS MATERIALIZED (
    SELECT v.id, said.missing, said.common, v.teacher::pg_catalog.oid OPERATOR(pg_catalog.=) $1::pg_catalog.oid AS is_own
    FROM found f
    JOIN nl2sql.verified v ON v.id OPERATOR(pg_catalog.=) f.id
    CROSS JOIN LATERAL (
        SELECT pg_catalog.count(*) AS common, pg_catalog.cardinality(v.words) OPERATOR(pg_catalog.-) pg_catalog.count(*) AS missing
        FROM pg_catalog.unnest(v.words) AS u(word)
        -- Read once, and not for every word.
        WHERE u.word OPERATOR(pg_catalog.=) ANY ((SELECT $2::pg_catalog.text[])::pg_catalog.text[])) AS said
    ORDER BY said.missing OPERATOR(pg_catalog.>) 0, said.common OPERATOR(pg_catalog.-) said.missing DESC, v.id
    LIMIT 30
)
SELECT v.id, v.question, v.sql, v.note, r.rolname, pg_catalog.to_char(v.taught_at, 'YYYY-MM-DD'), n.is_own,
       (pg_catalog.date_part('epoch', v.taught_at) OPERATOR(pg_catalog.*) 1000000)::pg_catalog.int8,
       pg_catalog.array_to_json(v.columns), v.pattern, v.reads
FROM near n
JOIN nl2sql.verified v ON v.id OPERATOR(pg_catalog.=) n.id
JOIN pg_catalog.pg_roles r ON r.oid OPERATOR(pg_catalog.=) v.teacher::pg_catalog.oid
ORDER BY n.missing OPERATOR(pg_catalog.>) 0, n.common OPERATOR(pg_catalog.-) n.missing DESC, n.id
