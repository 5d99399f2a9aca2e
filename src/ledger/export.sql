-- The history of a role ($1, a name), oldest first, each question as a json document with its calls. For whoever asks for their own
-- ($2 is false) both name and number must be theirs, as another role may have had either before.
SELECT pg_catalog.to_jsonb(h) OPERATOR(pg_catalog.||) pg_catalog.jsonb_build_object('calls', COALESCE(
           (SELECT pg_catalog.jsonb_agg(pg_catalog.to_jsonb(c) OPERATOR(pg_catalog.-)
                                        '{question,asked_at,role,role_name}'::pg_catalog.text[])
            FROM nl2sql.calls c
            WHERE c.question OPERATOR(pg_catalog.=) h.id
              AND c.asked_at OPERATOR(pg_catalog.=) h.asked_at), '[]'))
FROM nl2sql.history h
CROSS JOIN LATERAL (
    SELECT h.role_name OPERATOR(pg_catalog.=) $1::pg_catalog.name AS by_name,
           COALESCE(h.role OPERATOR(pg_catalog.=) (SELECT o.oid FROM pg_catalog.pg_roles o
                                                   WHERE o.rolname OPERATOR(pg_catalog.=) $1::pg_catalog.name), false) AS by_number
) AS theirs
WHERE (theirs.by_name AND theirs.by_number) OR ($2::pg_catalog.bool AND (theirs.by_name OR theirs.by_number))
ORDER BY h.asked_at
