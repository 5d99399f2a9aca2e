-- Writes the calls of models of one question ($1: its number, $2: when it began, $3 and $4: the role; $5: a json array).
INSERT INTO nl2sql.calls
SELECT $1::pg_catalog.int8, pg_catalog.to_timestamp($2::pg_catalog.float8), $3::pg_catalog.oid, $4::pg_catalog.name, c.model,
       c.ms, c.tokens_in, c.tokens_cached, c.tokens_out, c.cost, c.sqlstate
FROM pg_catalog.json_to_recordset($5::pg_catalog.json) AS c (
    model pg_catalog.text, ms pg_catalog.float8, tokens_in pg_catalog.int8, tokens_cached pg_catalog.int8,
    tokens_out pg_catalog.int8, cost pg_catalog.float8, sqlstate pg_catalog.text)
