-- Which of these tables have not changed since they were analyzed, by what sessions have reported and what this one has
-- not reported yet. $1: an oid[] literal.
SELECT t.oid
FROM pg_catalog.unnest($1::pg_catalog.oid[]) AS t(oid)
WHERE pg_catalog.current_setting('track_counts') OPERATOR(pg_catalog.=) 'on'
  AND pg_catalog.pg_stat_get_mod_since_analyze(t.oid) OPERATOR(pg_catalog.=) 0::pg_catalog.int8
  AND pg_catalog.pg_stat_get_xact_tuples_inserted(t.oid) OPERATOR(pg_catalog.+)
      pg_catalog.pg_stat_get_xact_tuples_updated(t.oid) OPERATOR(pg_catalog.=) 0::pg_catalog.int8
