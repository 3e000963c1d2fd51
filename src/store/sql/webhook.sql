-- name: webhook_endpoint_insert
-- A new endpoint; it gets the events after since_seq.
INSERT INTO webhook_endpoint (tenant, id, salt, url, types, secret, created_us, since_seq)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: webhook_endpoint_list
-- Endpoints of a tenant, oldest first; those that were removed as well.
SELECT id, salt, url, types, secret, created_us, since_seq, removed_us, removed_seq FROM webhook_endpoint
WHERE tenant = $1 ORDER BY id;

-- name: webhook_endpoint_active
-- Endpoints that get events now.
SELECT id, types FROM webhook_endpoint WHERE tenant = $1 AND removed_us = 0 ORDER BY id;

-- name: webhook_endpoint_remove
-- Ends an endpoint; its row stays for the auditor.
UPDATE webhook_endpoint SET removed_us = $3, removed_seq = $4 WHERE tenant = $1 AND id = $2 AND removed_us = 0;

-- name: webhook_delivery_insert
-- One event for one endpoint, in the transaction that wrote the event.
INSERT INTO webhook_delivery (tenant, event_seq, endpoint, id, salt, state, due_us, expires_us)
VALUES ($1, $2, $3, $4, $5, 1, $6, $7);

-- name: webhook_delivery_due
-- Deliveries to an endpoint that are due, oldest first. By endpoint, so that a long backlog of one hides no other.
SELECT event_seq, id, salt, tries, expires_us FROM webhook_delivery
WHERE tenant = $1 AND endpoint = $2 AND due_us > 0 AND due_us <= $3 ORDER BY due_us LIMIT $4;

-- name: webhook_delivery_save
-- The outcome of an attempt; none if the endpoint was removed meanwhile.
UPDATE webhook_delivery SET state = $4, tries = $5, due_us = $6, last_us = $7, last_status = $8, last_error = $9
WHERE tenant = $1 AND event_seq = $2 AND endpoint = $3 AND state = 1;

-- name: webhook_delivery_cancel
-- Ends the waiting deliveries of an endpoint that was removed.
UPDATE webhook_delivery SET state = 4, due_us = 0 WHERE tenant = $1 AND endpoint = $2 AND due_us > 0;

-- name: webhook_delivery_counts
-- How an endpoint is doing: waiting, delivered, given up, newest attempt's status.
SELECT coalesce(sum(CASE WHEN state = 1 THEN 1 ELSE 0 END), 0), coalesce(sum(CASE WHEN state = 2 THEN 1 ELSE 0 END), 0),
       coalesce(sum(CASE WHEN state = 3 THEN 1 ELSE 0 END), 0), coalesce(max(last_us), 0)
FROM webhook_delivery WHERE tenant = $1 AND endpoint = $2;

-- name: webhook_delivery_recent
-- The newest deliveries of an endpoint.
SELECT event_seq, state, tries, due_us, last_us, last_status, last_error FROM webhook_delivery
WHERE tenant = $1 AND endpoint = $2 ORDER BY event_seq DESC LIMIT $3;
