-- Writes the record of one question, each value a text. Nothing of it runs code of users.
INSERT INTO nl2sql.history VALUES (
    $1::pg_catalog.int8, pg_catalog.to_timestamp($2::pg_catalog.float8), $3::pg_catalog.oid, $4::pg_catalog.name,
    $5::pg_catalog.name, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15::pg_catalog.int4, $16::pg_catalog.int8,
    $17::pg_catalog.int8, $18::pg_catalog.float8, $19::pg_catalog.float8, $20::pg_catalog.float8, $21::pg_catalog.float8,
    $22::pg_catalog.float8, $23::pg_catalog.float8, $24::pg_catalog.int4, $25::pg_catalog.int8, $26::pg_catalog.int8,
    $27::pg_catalog.int8, $28::pg_catalog.float8)
