-- The types whose support functions (of ranges, of operator classes and their operators) are code of users: the server keeps
-- what it has looked up for them.
WITH code AS MATERIALIZED (
    SELECT p.oid
    FROM pg_catalog.pg_proc p
    WHERE p.oid OPERATOR(pg_catalog.>=) 16384::pg_catalog.oid
      AND p.prolang OPERATOR(pg_catalog.<>) ALL ('{12,13}'::pg_catalog.oid[])
), families AS MATERIALIZED (
    SELECT a.amprocfamily AS oid FROM pg_catalog.pg_amproc a
    JOIN code ON code.oid OPERATOR(pg_catalog.=) a.amproc::pg_catalog.oid
    UNION
    SELECT a.amopfamily FROM pg_catalog.pg_amop a
    JOIN pg_catalog.pg_operator o ON o.oid OPERATOR(pg_catalog.=) a.amopopr
    JOIN code ON code.oid OPERATOR(pg_catalog.=) o.oprcode::pg_catalog.oid
), classes AS MATERIALIZED (
    SELECT c.oid, c.opcintype FROM pg_catalog.pg_opclass c
    JOIN families ON families.oid OPERATOR(pg_catalog.=) c.opcfamily
)
SELECT r.rngtypid FROM pg_catalog.pg_range r
JOIN code ON code.oid OPERATOR(pg_catalog.=) ANY (ARRAY[r.rngsubdiff::pg_catalog.oid, r.rngcanonical::pg_catalog.oid])
UNION
SELECT r.rngtypid FROM pg_catalog.pg_range r JOIN classes ON classes.oid OPERATOR(pg_catalog.=) r.rngsubopc
UNION
SELECT classes.opcintype FROM classes
