-- Forgets what somebody said of an answer, by its number $1.
DELETE FROM nl2sql.feedback f WHERE f.id OPERATOR(pg_catalog.=) $1::pg_catalog.int8 RETURNING f.id
