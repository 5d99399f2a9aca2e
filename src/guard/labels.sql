-- The labels (labels.sql of grounding) and whether they are stated for children alone, with the relation's owner and whether that is a
-- superuser, and whether it is a partition or child.
SELECT l.relation, l.number, l.label, l.is_below, r.rolname, r.rolsuper,
       EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhrelid OPERATOR(pg_catalog.=) l.relation)
FROM labels l
JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) l.relation
JOIN pg_catalog.pg_roles r ON r.oid OPERATOR(pg_catalog.=) c.relowner
