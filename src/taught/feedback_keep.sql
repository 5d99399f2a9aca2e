-- Keeps what a role ($1, an oid) says of an answer: question $2, whether it was right $3, SQL $4, note $5; and forgets what it
-- said first, beyond its newest 1,000.
WITH beyond AS MATERIALIZED (
    SELECT f.id FROM nl2sql.feedback f
    WHERE f.role::pg_catalog.oid OPERATOR(pg_catalog.=) $1::pg_catalog.oid
    ORDER BY f.said_at DESC
    OFFSET 999 LIMIT 100
    FOR UPDATE SKIP LOCKED
), forgotten AS (
    DELETE FROM nl2sql.feedback f USING beyond b WHERE f.id OPERATOR(pg_catalog.=) b.id
)
INSERT INTO nl2sql.feedback (id, role, question, correct, sql, note)
VALUES (('x' OPERATOR(pg_catalog.||) pg_catalog.left(pg_catalog.gen_random_uuid()::pg_catalog.text, 8))::pg_catalog.bit(32)
            ::pg_catalog.int8 OPERATOR(pg_catalog.+) 1,
        $1::pg_catalog.oid::pg_catalog.regrole, $2, $3::pg_catalog.bool, $4, $5)
RETURNING id
