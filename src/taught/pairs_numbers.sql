-- The numbers of pairs; which, pairs.sql says.
SELECT v.id
FROM nl2sql.verified v
