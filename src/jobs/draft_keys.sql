-- What the drafts of questions ($1: bigint[]) that have not ended will be kept under, and who was asked last.
SELECT j.id, j.role, j.draft_key, j.model
FROM nl2sql.job j
WHERE j.id OPERATOR(pg_catalog.=) ANY ($1::pg_catalog.int8[]) AND j.draft_key IS NOT NULL
