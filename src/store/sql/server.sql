-- name: setting_get
-- A fact about the whole database. shared: of no tenant
SELECT value FROM setting WHERE name = $1;

-- name: setting_put
-- Sets one that is not there yet. shared: of no tenant
INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING;

-- name: server_free
-- A number that no living server has, and that has been one's before. shared: servers are of no tenant
SELECT node FROM server WHERE until_us < {{now_us}} AND is_open = 0 ORDER BY node LIMIT 1 /*postgres FOR UPDATE SKIP LOCKED */;

-- name: server_next
-- The smallest number that has never been given out. shared: servers are of no tenant
SELECT coalesce(max(node) + 1, 0) FROM server;

-- name: server_insert
-- Takes a new number; nothing if somebody else was faster. shared: servers are of no tenant
INSERT INTO server (node, token, until_us, is_open) VALUES ($1, $2, {{now_us}} + $3, 1) ON CONFLICT (node) DO NOTHING;

-- name: server_take
-- Takes a number that server_free has found and locked. shared: servers are of no tenant
UPDATE server SET token = $2, until_us = {{now_us}} + $3, is_open = 1 WHERE node = $1;

-- name: server_renew
-- Moves the end of a living server's lease on; changes no row once it has passed. shared: servers are of no tenant
UPDATE server SET until_us = {{now_us}} + $3 WHERE node = $1 AND token = $2 AND until_us >= {{now_us}};

-- name: server_close
-- Ends a server, or one that is dead and has been taken over. shared: servers are of no tenant
UPDATE server SET until_us = 0, is_open = 0 WHERE node = $1 AND token = $2;

-- name: server_dead
-- Servers whose lease has passed and whose open operations nobody has taken over. shared: servers are of no tenant
SELECT node, token FROM server WHERE until_us < {{now_us}} AND is_open = 1 ORDER BY node LIMIT $1;

-- name: server_living
-- How many servers there are. shared: servers are of no tenant
SELECT count(*) FROM server WHERE until_us >= {{now_us}};

-- name: job_lease_list
-- Every tenant, whose server runs its jobs, and whether that server lives. shared: visits all tenants
SELECT t.tenant, coalesce(l.token, 0), coalesce(s.node, -1)
FROM tenant t LEFT JOIN job_lease l ON l.tenant = t.tenant
     LEFT JOIN server s ON s.node = l.node AND s.token = l.token AND s.until_us >= {{now_us}}
WHERE t.tenant > $1 ORDER BY t.tenant LIMIT $2;

-- name: job_lease_take
-- Takes the jobs of a tenant, unless somebody else has since the list was read ($4: the token that was read).
INSERT INTO job_lease (tenant, node, token) VALUES ($1, $2, $3)
ON CONFLICT (tenant) DO UPDATE SET node = excluded.node, token = excluded.token WHERE job_lease.token = $4;

-- name: job_lease_leave
-- Gives the jobs of a tenant away.
UPDATE job_lease SET node = 0, token = 0 WHERE tenant = $1 AND token = $2;

-- name: commit_mark_put
-- What this server commits for a tenant.
INSERT INTO commit_mark (tenant, node, batch) VALUES ($1, $2, $3)
ON CONFLICT (tenant, node) DO UPDATE SET batch = excluded.batch;

-- name: commit_mark_get
-- What it committed last.
SELECT batch FROM commit_mark WHERE tenant = $1 AND node = $2;
