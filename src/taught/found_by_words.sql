-- The pairs for a role ($1, an oid) but one ($3, an id) that are found by one of $5 (a text[] literal), 100 at most, and by one of $4
-- (likewise), the words by which the fewest are found first, 100 for each and 200 in all. What only words have in common that many
-- pairs say is far. nearest.sql goes on.
WITH by_word AS MATERIALIZED (
    SELECT f.id, u.word, pg_catalog.count(*) OVER (PARTITION BY u.word) AS pairs
    FROM pg_catalog.unnest($4::pg_catalog.text[]) AS u(word)
    CROSS JOIN LATERAL (
        SELECT v.id
        FROM nl2sql.verified v
        WHERE v.rare_words OPERATOR(pg_catalog.@>) ARRAY[u.word]
          AND v.id OPERATOR(pg_catalog.<>) $3::pg_catalog.int8
          AND (v.teacher::pg_catalog.oid OPERATOR(pg_catalog.=) $1::pg_catalog.oid
               OR v.audience::pg_catalog.oid OPERATOR(pg_catalog.=) 0
               OR pg_catalog.pg_has_role($1::pg_catalog.oid, v.audience::pg_catalog.oid, 'USAGE'))
        LIMIT 100) AS f
), found AS MATERIALIZED (
    (SELECT w.id FROM by_word w ORDER BY w.pairs, w.word LIMIT 200)
    UNION
    (SELECT v.id
     FROM nl2sql.verified v
     WHERE v.rare_words OPERATOR(pg_catalog.&&) $5::pg_catalog.text[]
       AND v.id OPERATOR(pg_catalog.<>) $3::pg_catalog.int8
       AND (v.teacher::pg_catalog.oid OPERATOR(pg_catalog.=) $1::pg_catalog.oid
            OR v.audience::pg_catalog.oid OPERATOR(pg_catalog.=) 0
            OR pg_catalog.pg_has_role($1::pg_catalog.oid, v.audience::pg_catalog.oid, 'USAGE'))
     LIMIT 100)
