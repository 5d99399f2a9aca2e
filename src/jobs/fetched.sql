-- Notes that the answer to a question ($1) was fetched; gives a row where it was for the first time.
UPDATE nl2sql.job j
SET fetched_at = pg_catalog.clock_timestamp()
WHERE j.id OPERATOR(pg_catalog.=) $1::pg_catalog.int8 AND j.fetched_at IS NULL
RETURNING j.id
