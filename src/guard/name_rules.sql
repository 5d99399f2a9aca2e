-- How strings are read, and the schemas in which names are looked up, one a line.
SELECT pg_catalog.current_setting('standard_conforming_strings'),
       pg_catalog.array_to_string(pg_catalog.current_schemas(true), E'\n')
