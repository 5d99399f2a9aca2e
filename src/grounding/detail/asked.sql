-- The relations in $4 (an oid[] literal), and what their foreign keys refer to: that is judged too, as a key is told only where both
-- of its sides may be. Of each relation the first 500 foreign keys, unique keys and checks are read: one owner's table of
-- thousands may not take the time of others' questions.
WITH RECURSIVE keys AS MATERIALIZED (
    SELECT k.*
    FROM (
        SELECT n.oid, n.conrelid, n.contype, n.conname, n.conkey, n.confrelid, n.confkey, n.conbin,
               pg_catalog.row_number() OVER (PARTITION BY n.conrelid, n.contype ORDER BY n.conname) AS place
        FROM pg_catalog.unnest($4::pg_catalog.oid[]) AS u(oid)
        JOIN pg_catalog.pg_constraint n ON n.conrelid OPERATOR(pg_catalog.=) u.oid
        WHERE n.contype OPERATOR(pg_catalog.=) ANY ('{p,u,f,c}'::pg_catalog."char"[])
    ) AS k
    WHERE k.place OPERATOR(pg_catalog.<=) 500
), asked AS MATERIALIZED (
    SELECT u.oid AS relation FROM pg_catalog.unnest($4::pg_catalog.oid[]) AS u(oid)
    UNION
    SELECT k.confrelid FROM keys k WHERE k.contype OPERATOR(pg_catalog.=) 'f'
)
