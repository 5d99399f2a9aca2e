-- It follows on pairs_whole.sql: only the pairs with the numbers in $3 (an int8[] literal).
JOIN pg_catalog.unnest($3::pg_catalog.int8[]) AS w(id) ON w.id OPERATOR(pg_catalog.=) v.id
