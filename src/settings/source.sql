-- Where the value of a setting ($1) came from.
SELECT s.source FROM pg_catalog.pg_settings s WHERE s.name OPERATOR(pg_catalog.=) $1
