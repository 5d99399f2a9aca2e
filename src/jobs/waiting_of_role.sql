-- How many places the questions of a role ($1, an oid) take that have not ended, looking at so many ($2).
SELECT pg_catalog.sum(w.places)
FROM (SELECT j.places
      FROM nl2sql.job j
      WHERE j.role OPERATOR(pg_catalog.=) $1::pg_catalog.oid
        AND j.state OPERATOR(pg_catalog.=) ANY (ARRAY['waiting', 'asking', 'repairing'])
      LIMIT $2::pg_catalog.int8) AS w
