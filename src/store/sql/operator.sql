-- name: operator_insert
-- A person of the operator, with the hash of its key.
INSERT INTO operator (tenant, id, salt, name, key_hash, rights, created_us) VALUES ($1, $2, $3, $4, $5, $6, $7);

-- name: operator_by_key
-- Whose key this is, while it can be used. The tenant is part of the key's text.
SELECT o.id, o.salt, o.name, o.rights, o.created_us, o.disabled_us, t.live
FROM operator o JOIN tenant t ON t.tenant = o.tenant
WHERE o.tenant = $1 AND o.key_hash = $2 AND o.disabled_us = 0;

-- name: operator_get
-- One of them, disabled or not.
SELECT id, salt, name, rights, created_us, disabled_us FROM operator WHERE tenant = $1 AND id = $2;

-- name: operator_count
-- How many have a key that can be used.
SELECT count(*) FROM operator WHERE tenant = $1 AND disabled_us = 0;

-- name: operator_disable
-- The key is of no use any more; when that was done first stays.
UPDATE operator SET disabled_us = $3 WHERE tenant = $1 AND id = $2 AND disabled_us = 0;

-- name: operator_find
-- Whose operator a wire id is: the command line names one without its tenant. Scans, so never on a request's path.
-- shared: looks the tenant up
SELECT tenant FROM operator WHERE id = $1 AND salt = $2;

-- name: operator_list
-- All of them, for the command line.
-- shared: reads all tenants
SELECT m.id, m.salt, operator.id, operator.salt, operator.name, rights, operator.created_us, disabled_us
FROM operator JOIN merchant m ON m.tenant = operator.tenant AND m.id = operator.tenant ORDER BY operator.tenant, operator.id;
