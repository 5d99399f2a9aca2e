-- Writes records of questions ($1: a json array) and of their calls of models. Nothing of it runs code of users.
WITH records AS MATERIALIZED (
    SELECT r.*, COALESCE((SELECT o.rolname FROM pg_catalog.pg_roles o
                          WHERE o.oid OPERATOR(pg_catalog.=) r.role), '?') AS role_name,
           COALESCE((SELECT o.rolname FROM pg_catalog.pg_roles o
                     WHERE o.oid OPERATOR(pg_catalog.=) r.session_role), '?') AS session_role_name
    FROM pg_catalog.json_to_recordset($1::pg_catalog.json) AS r (
        id pg_catalog.int8, asked_at pg_catalog.float8, role pg_catalog.oid, session_role pg_catalog.oid,
        application_name pg_catalog.text, function pg_catalog.text, question pg_catalog.text, thread pg_catalog.text,
        sql pg_catalog.text, source pg_catalog.text, model pg_catalog.text, outcome pg_catalog.text,
        sqlstate pg_catalog.text, attempts pg_catalog.int4, rows pg_catalog.int8, bytes pg_catalog.int8,
        total_ms pg_catalog.float8, catalog_ms pg_catalog.float8, linking_ms pg_catalog.float8, model_ms pg_catalog.float8,
        guard_ms pg_catalog.float8, run_ms pg_catalog.float8, tokens_in pg_catalog.int8,
        tokens_cached pg_catalog.int8, tokens_out pg_catalog.int8, cost pg_catalog.float8, calls pg_catalog.json)
), written AS (
    INSERT INTO nl2sql.calls
    SELECT r.id, pg_catalog.to_timestamp(r.asked_at), r.role, r.role_name, c.model, c.ms, c.tokens_in, c.tokens_cached,
           c.tokens_out, c.cost, c.sqlstate
    FROM records r
    CROSS JOIN LATERAL pg_catalog.json_to_recordset(r.calls) AS c (
        model pg_catalog.text, ms pg_catalog.float8, tokens_in pg_catalog.int8, tokens_cached pg_catalog.int8,
        tokens_out pg_catalog.int8, cost pg_catalog.float8, sqlstate pg_catalog.text)
)
INSERT INTO nl2sql.history
SELECT r.id, pg_catalog.to_timestamp(r.asked_at), r.role, r.role_name, r.session_role_name, r.application_name, r.function,
       r.question, r.thread, r.sql, r.source, r.model, r.outcome, r.sqlstate, r.attempts, r.rows, r.bytes, r.total_ms,
       r.catalog_ms, r.linking_ms, r.model_ms, r.guard_ms, r.run_ms, pg_catalog.json_array_length(r.calls), r.tokens_in,
       r.tokens_cached, r.tokens_out, r.cost
FROM records r
