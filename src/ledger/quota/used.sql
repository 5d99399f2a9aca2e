-- What the history has, from a time on ($4, seconds since 1970), of questions that asked models outside the server: of a role
-- ($3, an oid), or, where $2, of a role ($1, an oid; 0 is everybody) and all its members together. Questions, tokens, cost.
WITH RECURSIVE members (oid) AS (
    SELECT $1::pg_catalog.oid
    UNION
    SELECT m.member
    FROM pg_catalog.pg_auth_members m
    JOIN members r ON m.roleid OPERATOR(pg_catalog.=) r.oid
)
SELECT pg_catalog.count(*),
       COALESCE(pg_catalog.sum(COALESCE(h.tokens_in, 0) OPERATOR(pg_catalog.+) COALESCE(h.tokens_out, 0)), 0)::pg_catalog.int8,
       COALESCE(pg_catalog.sum(h.cost), 0)
FROM nl2sql.history h
WHERE h.asked_at OPERATOR(pg_catalog.>=) pg_catalog.to_timestamp($4::pg_catalog.float8)
  AND h.calls OPERATOR(pg_catalog.>) 0
  AND CASE WHEN NOT $2::pg_catalog.bool THEN h.role OPERATOR(pg_catalog.=) $3::pg_catalog.oid
           WHEN $1::pg_catalog.oid OPERATOR(pg_catalog.=) 0 THEN true
           ELSE h.role OPERATOR(pg_catalog.=) ANY (SELECT r.oid FROM members r) END
