-- Keeps a pair: teacher $1 and audience $2 (oids), question $3, SQL $4, note $5, columns $6 (text[]), the question up to its
-- values $7, pattern $8, words $9 (text[]), those of them that say what it is about $12 (text[]), the relations $10 (oid[]) and
-- columns $11 (json, [[relation, column], …]) that it reads. One that is kept already for the same question with the same SQL is
-- made anew, and keeps the audience and the note that are not given; an empty note is none. Nothing is returned where the question
-- has other SQL, or the role has its 10,000 pairs.
INSERT INTO nl2sql.verified AS v
    (id, teacher, audience, question, sql, note, columns, key, pattern, words, rare_words, reads, catalog)
SELECT ('x' OPERATOR(pg_catalog.||) pg_catalog.left(pg_catalog.gen_random_uuid()::pg_catalog.text, 8))::pg_catalog.bit(32)
           ::pg_catalog.int8 OPERATOR(pg_catalog.+) 1,
       $1::pg_catalog.oid::pg_catalog.regrole, $2::pg_catalog.oid::pg_catalog.regrole, $3, $4,
       CASE WHEN $5 OPERATOR(pg_catalog.<>) '' THEN $5 END, $6::pg_catalog.text[],
       pg_catalog.sha256(pg_catalog.convert_to($7, 'UTF8')), $8::pg_catalog.jsonb, $9::pg_catalog.text[],
       -- The two words by which the fewest pairs are found: long ones also with a letter left out, so that a misspelt word finds
       -- them, one letter of which is left out likewise. Each by itself, which tells what is near, and both as one, which few other
       -- pairs have: that is by what a question finds the pair that asks the same. Where there is one word, the other is empty.
       ARRAY(WITH rare AS MATERIALIZED (
                 SELECT u.word
                 FROM pg_catalog.unnest($12::pg_catalog.text[]) AS u(word)
                 ORDER BY (SELECT pg_catalog.count(*)
                           FROM (SELECT FROM nl2sql.verified o
                                 WHERE o.rare_words OPERATOR(pg_catalog.@>) ARRAY[u.word] LIMIT 1000) AS found),
                          pg_catalog.length(u.word) DESC, u.word
                 LIMIT 2),
             spelled AS MATERIALIZED (
                 SELECT r.word, r.word AS form FROM rare r
                 UNION
                 SELECT r.word, pg_catalog.left(r.word, n.place OPERATOR(pg_catalog.-) 1)
                                    OPERATOR(pg_catalog.||) pg_catalog.substr(r.word, n.place OPERATOR(pg_catalog.+) 1)
                 FROM rare r
                 CROSS JOIN LATERAL pg_catalog.generate_series(2, pg_catalog.length(r.word)) AS n(place)
                 WHERE pg_catalog.length(r.word) OPERATOR(pg_catalog.>=) 6
                   AND pg_catalog.length(r.word) OPERATOR(pg_catalog.<=) 30
                   AND r.word OPERATOR(pg_catalog.!~) '[^[:alpha:]]')
             SELECT s.form FROM spelled s
             UNION
             SELECT LEAST(s.form COLLATE pg_catalog."C", o.form) OPERATOR(pg_catalog.||) ' '
                        OPERATOR(pg_catalog.||) GREATEST(s.form COLLATE pg_catalog."C", o.form)
             FROM spelled s
             JOIN spelled o ON o.word OPERATOR(pg_catalog.<>) s.word AND o.form OPERATOR(pg_catalog.=) o.word
             UNION
             SELECT ' ' OPERATOR(pg_catalog.||) s.form FROM spelled s WHERE (SELECT pg_catalog.count(*) FROM rare) OPERATOR(pg_catalog.=) 1),
       COALESCE((SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
            'oid', c.oid::pg_catalog.int8, 'schema', n.nspname, 'name', c.relname,
            'columns', (SELECT COALESCE(pg_catalog.jsonb_object_agg(a.attnum, a.attname), '{}')
                        FROM pg_catalog.jsonb_array_elements($11::pg_catalog.jsonb) AS j(pair)
                        JOIN pg_catalog.pg_attribute a
                            ON a.attrelid OPERATOR(pg_catalog.=) c.oid
                           AND a.attnum OPERATOR(pg_catalog.=) ((j.pair OPERATOR(pg_catalog.->) 1)::pg_catalog.int2)
                        WHERE (j.pair OPERATOR(pg_catalog.->) 0)::pg_catalog.int8 OPERATOR(pg_catalog.=) c.oid::pg_catalog.int8
                          AND a.attnum OPERATOR(pg_catalog.>) 0)))
          FROM pg_catalog.pg_class c
          JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
          WHERE c.oid OPERATOR(pg_catalog.=) ANY ($10::pg_catalog.oid[])), '[]'),
       (SELECT k.id FROM nl2sql.catalog k)
WHERE (SELECT pg_catalog.count(*) FROM nl2sql.verified o
       WHERE o.teacher::pg_catalog.oid OPERATOR(pg_catalog.=) $1::pg_catalog.oid) OPERATOR(pg_catalog.<) 10000
ON CONFLICT (teacher, key) DO UPDATE
SET audience = COALESCE(EXCLUDED.audience, v.audience), question = EXCLUDED.question, sql = EXCLUDED.sql,
    note = CASE WHEN $5 IS NULL THEN v.note ELSE EXCLUDED.note END,
    columns = EXCLUDED.columns, pattern = EXCLUDED.pattern, reads = EXCLUDED.reads, catalog = EXCLUDED.catalog,
    taught_at = EXCLUDED.taught_at
WHERE v.sql OPERATOR(pg_catalog.=) EXCLUDED.sql
RETURNING v.id
