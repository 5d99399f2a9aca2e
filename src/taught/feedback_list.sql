-- What all roles said of answers, or what has the number $1; the oldest first.
SELECT f.id, f.question, f.correct, f.sql, f.note, f.role::pg_catalog.text, f.said_at
FROM nl2sql.feedback f
WHERE $1 IS NULL OR f.id OPERATOR(pg_catalog.=) $1::pg_catalog.int8
ORDER BY f.said_at, f.id
