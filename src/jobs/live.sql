-- Those of the questions that are held ($1: bigint[]) that have not ended.
SELECT j.id
FROM nl2sql.job j
WHERE j.id OPERATOR(pg_catalog.=) ANY ($1::pg_catalog.int8[])
  AND j.state OPERATOR(pg_catalog.=) ANY (ARRAY['waiting', 'asking', 'repairing'])
