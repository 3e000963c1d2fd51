-- name: tenant_list
-- Tenants after a given one, in order; for jobs that visit all of them. shared: the directory of tenants itself
SELECT tenant FROM tenant WHERE tenant > $1 ORDER BY tenant LIMIT $2;

-- name: tenant_count
-- How many tenants there are. shared: the directory of tenants itself
SELECT count(*) FROM tenant;

-- name: tenant_lock
-- Makes the writes of a tenant come one after the other, whichever server they come from; SQLite locks the file.
SELECT tenant FROM tenant WHERE tenant = $1 /*postgres FOR UPDATE */;

-- name: tenant_get
-- The head of a tenant: clock and chains.
SELECT live, clock_offset_us, latest_us, event_seq, event_hash, ledger_seq, ledger_hash, generation FROM tenant WHERE tenant = $1;

-- name: tenant_save
-- Writes the head back, once per batch.
UPDATE tenant SET clock_offset_us = $2, latest_us = $3, event_seq = $4, event_hash = $5, ledger_seq = $6, ledger_hash = $7,
                  generation = $8
WHERE tenant = $1;

-- name: tenant_insert
-- A new tenant with empty chains.
INSERT INTO tenant (tenant, live, event_hash, ledger_hash) VALUES ($1, $2, $3, $3);
