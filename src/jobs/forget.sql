-- Forgets questions that ended more than so many seconds ago ($1), and of each role all but the last so many ($2), or so many bytes ($3);
-- some thousand in one go. Gives how many.
WITH RECURSIVE roles (role) AS (
    -- By the index, a role at a time.
    (SELECT j.role FROM nl2sql.job j WHERE j.ended_at IS NOT NULL ORDER BY j.role LIMIT 1)
    UNION ALL
    SELECT (SELECT j.role FROM nl2sql.job j WHERE j.ended_at IS NOT NULL AND j.role OPERATOR(pg_catalog.>) r.role ORDER BY j.role LIMIT 1)
    FROM roles r
    WHERE r.role IS NOT NULL
), old AS MATERIALIZED (
    SELECT j.id
    FROM nl2sql.job j
    WHERE j.ended_at OPERATOR(pg_catalog.<) (pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-)
          pg_catalog.make_interval(secs => $1::pg_catalog.float8))
    LIMIT 1000
    FOR UPDATE SKIP LOCKED
), beyond AS MATERIALIZED (
    SELECT j.id
    FROM roles r
    CROSS JOIN LATERAL (
        SELECT n.id
        FROM (SELECT e.id, pg_catalog.row_number() OVER (ORDER BY e.ended_at DESC) AS place,
                     pg_catalog.sum(e.bytes) OVER (ORDER BY e.ended_at DESC) AS bytes
              FROM (SELECT l.id, l.ended_at,
                           pg_catalog.octet_length(l.question) OPERATOR(pg_catalog.+) COALESCE(pg_catalog.octet_length(l.sql), 0)
                           OPERATOR(pg_catalog.+) COALESCE(pg_catalog.octet_length(l.detail), 0) AS bytes
                    FROM nl2sql.job l
                    WHERE l.role OPERATOR(pg_catalog.=) r.role AND l.ended_at IS NOT NULL
                    ORDER BY l.ended_at DESC
                    LIMIT ($2::pg_catalog.int8 OPERATOR(pg_catalog.+) 5000)) AS e) AS n
        WHERE n.place OPERATOR(pg_catalog.>) $2::pg_catalog.int8 OR n.bytes OPERATOR(pg_catalog.>) $3::pg_catalog.int8) AS b
    JOIN nl2sql.job j ON j.id OPERATOR(pg_catalog.=) b.id
    FOR UPDATE OF j SKIP LOCKED
), forgotten AS (
    DELETE FROM nl2sql.job j
    USING (SELECT o.id FROM old o UNION SELECT b.id FROM beyond b) AS gone
    WHERE j.id OPERATOR(pg_catalog.=) gone.id
    RETURNING j.id
)
SELECT pg_catalog.count(*) FROM forgotten
