-- The quotas that are for a role ($1, an oid): its own, those of the roles it is a member of, everybody's. With the name of the
-- role, and when the period began and ends, in seconds since 1970 and as text.
WITH RECURSIVE memberships (oid) AS (
    SELECT $1::pg_catalog.oid
    UNION
    SELECT m.roleid
    FROM pg_catalog.pg_auth_members m
    JOIN memberships r ON m.member OPERATOR(pg_catalog.=) r.oid
), quotas AS MATERIALIZED (
    SELECT q.role::pg_catalog.oid AS role, q.together, q.period, q.questions, q.tokens, q.cost, q.concurrent,
           pg_catalog.date_trunc(q.period, pg_catalog.timezone('UTC', pg_catalog.clock_timestamp())) AS begins
    FROM nl2sql.quota q
    WHERE q.role::pg_catalog.oid OPERATOR(pg_catalog.=) 0
       OR q.role::pg_catalog.oid OPERATOR(pg_catalog.=) ANY (SELECT r.oid FROM memberships r)
)
SELECT q.role, COALESCE(r.rolname::pg_catalog.text, ''), q.together, q.period, q.questions, q.tokens, q.cost, q.concurrent,
       pg_catalog.date_part('epoch', q.begins)::pg_catalog.int8,
       pg_catalog.to_char(q.begins OPERATOR(pg_catalog.+)
           (('1 '::pg_catalog.text OPERATOR(pg_catalog.||) q.period)::pg_catalog.interval), 'YYYY-MM-DD HH24:MI')
FROM quotas q
LEFT JOIN pg_catalog.pg_roles r ON r.oid OPERATOR(pg_catalog.=) q.role
ORDER BY 2, 3, 4
