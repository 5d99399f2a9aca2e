-- The questions that wait for their turn, and with $1 (a boolean) all that have not ended, oldest first: of each role and model at
-- most so many ($2). Those of the database ($3: oid) that this is a copy of are not.
SELECT w.id, w.role, w.model, w.places
FROM (SELECT j.id, j.role, j.model, j.places, j.submitted_at,
             pg_catalog.row_number() OVER (PARTITION BY j.role, j.model ORDER BY j.submitted_at, j.id) AS place
      FROM nl2sql.job j
      WHERE j.state OPERATOR(pg_catalog.=) ANY (ARRAY['waiting', 'asking', 'repairing'])
        AND ($1::pg_catalog.bool OR j.state OPERATOR(pg_catalog.=) 'waiting')
        AND j.database OPERATOR(pg_catalog.=) $3::pg_catalog.oid
        AND j.expires_at OPERATOR(pg_catalog.>) pg_catalog.clock_timestamp()) AS w
WHERE w.place OPERATOR(pg_catalog.<=) $2::pg_catalog.int8
ORDER BY w.submitted_at, w.id
