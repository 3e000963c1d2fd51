-- name: webhook_endpoint_insert
-- A new endpoint; it gets the events after since_seq.
INSERT INTO webhook_endpoint (tenant, id, salt, url, types, secret, created_us, since_seq)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: webhook_endpoint_list
-- Endpoints of a tenant, oldest first; those that were removed as well.
SELECT id, salt, url, types, secret, created_us, since_seq, removed_us, removed_seq, is_active, changes, old_secret,
       old_until_us FROM webhook_endpoint WHERE tenant = $1 ORDER BY id;

-- name: webhook_endpoint_get
-- One endpoint, with the columns of the list.
SELECT id, salt, url, types, secret, created_us, since_seq, removed_us, removed_seq, is_active, changes, old_secret,
       old_until_us FROM webhook_endpoint WHERE tenant = $1 AND id = $2;

-- name: webhook_endpoint_page
-- Endpoints that were not removed, newest first, one page of them.
SELECT id, salt, url, types, secret, created_us, since_seq, removed_us, removed_seq, is_active, changes, old_secret,
       old_until_us FROM webhook_endpoint
WHERE tenant = $1 AND removed_us = 0 AND ($2 = 0 OR created_us > $2) AND ($3 = 0 OR created_us < $3)
ORDER BY id DESC LIMIT $4 OFFSET $5;

-- name: webhook_endpoint_count
-- How many there are on all pages.
SELECT count(*) FROM webhook_endpoint
WHERE tenant = $1 AND removed_us = 0 AND ($2 = 0 OR created_us > $2) AND ($3 = 0 OR created_us < $3);

-- name: webhook_endpoint_save
-- What can be changed of an endpoint that was not removed.
UPDATE webhook_endpoint SET url = $3, types = $4, is_active = $5, secret = $6, old_secret = $7, old_until_us = $8,
       changes = changes + 1 WHERE tenant = $1 AND id = $2 AND removed_us = 0;

-- name: webhook_past_insert
-- What an endpoint wanted up to an event. Of two changes with no event between them the first says it.
INSERT INTO webhook_past (tenant, endpoint, until_seq, types, is_active) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (tenant, endpoint, until_seq) DO NOTHING;

-- name: webhook_endpoint_active
-- Endpoints that get events now.
SELECT id, types FROM webhook_endpoint WHERE tenant = $1 AND removed_us = 0 AND is_active = 1 ORDER BY id;

-- name: webhook_endpoint_remove
-- Ends an endpoint; its row stays for the auditor.
UPDATE webhook_endpoint SET removed_us = $3, removed_seq = $4 WHERE tenant = $1 AND id = $2 AND removed_us = 0;

-- name: webhook_delivery_insert
-- One event for one endpoint, in the transaction that wrote the event.
INSERT INTO webhook_delivery (tenant, event_seq, endpoint, id, salt, state, due_us, expires_us)
VALUES ($1, $2, $3, $4, $5, 1, $6, $7);

-- name: webhook_delivery_due
-- Deliveries to an endpoint that are due, oldest first. By endpoint, so that a long backlog of one hides no other.
SELECT event_seq, id, salt, tries, expires_us, resends, tries_resent FROM webhook_delivery
WHERE tenant = $1 AND endpoint = $2 AND due_us > 0 AND due_us <= $3 ORDER BY due_us LIMIT $4;

-- name: webhook_delivery_save
-- The outcome of an attempt. One that was asked for again meanwhile stays due; one that has ended stays ended, unless it
-- was given up and has arrived all the same.
UPDATE webhook_delivery SET
    state = CASE WHEN resends = $10 AND (state = 1 OR (state = 3 AND $4 = 2)) THEN $4 ELSE state END,
    due_us = CASE WHEN resends = $10 AND state = 1 THEN $6 ELSE due_us END,
    tries = CASE WHEN tries < $5 THEN $5 ELSE tries END, last_us = $7, last_status = $8, last_error = $9
WHERE tenant = $1 AND event_seq = $2 AND endpoint = $3 AND state <> 2;

-- name: webhook_delivery_again
-- One event for one endpoint once more, or for the first time; with the id it has.
INSERT INTO webhook_delivery (tenant, event_seq, endpoint, id, salt, state, due_us, expires_us, resends)
VALUES ($1, $2, $3, $4, $5, 1, $6, $7, 1)
ON CONFLICT (tenant, event_seq, endpoint) DO UPDATE SET state = 1, due_us = excluded.due_us,
    expires_us = excluded.expires_us, resends = webhook_delivery.resends + 1, tries_resent = webhook_delivery.tries;

-- name: webhook_delivery_stop
-- Gives up what waits for an endpoint that was switched off.
UPDATE webhook_delivery SET state = 3, due_us = 0, last_error = $3
WHERE tenant = $1 AND endpoint = $2 AND due_us > 0;

-- name: webhook_delivery_state
-- What became of one event for one endpoint; 0 rows: it was not meant for it.
SELECT state, id, salt FROM webhook_delivery WHERE tenant = $1 AND event_seq = $2 AND endpoint = $3;

-- name: webhook_delivery_by_id
-- Which event and endpoint a delivery belongs to.
SELECT event_seq, endpoint, salt FROM webhook_delivery /*sqlite INDEXED BY webhook_delivery_by_id */
WHERE tenant = $1 AND id = $2;

-- name: webhook_delivery_get
-- One delivery, with its event.
SELECT d.event_seq, d.id, d.salt, d.state, d.tries, d.resends, d.due_us, d.expires_us, d.last_us, d.last_status,
       d.last_error, e.salt, e.type, e.merchant, d.tries_resent FROM webhook_delivery d
JOIN event e ON e.tenant = d.tenant AND e.seq = d.event_seq
WHERE d.tenant = $1 AND d.event_seq = $2 AND d.endpoint = $3;

-- name: webhook_delivery_list
-- Deliveries to an endpoint of events from $3 to $4, newest first; state 0 and type 0: any.
SELECT d.event_seq, d.id, d.salt, d.state, d.tries, d.resends, d.due_us, d.expires_us, d.last_us, d.last_status,
       d.last_error, e.salt, e.type, e.merchant, d.tries_resent FROM webhook_delivery d
JOIN event e ON e.tenant = d.tenant AND e.seq = d.event_seq
WHERE d.tenant = $1 AND d.endpoint = $2 AND d.event_seq >= $3 AND d.event_seq <= $4 AND ($5 = 0 OR d.state = $5)
  AND ($6 = 0 OR (e.type = $6 AND (e.merchant <> $1) = ($7 = 1)))
ORDER BY d.event_seq DESC LIMIT $8 OFFSET $9;

-- name: webhook_delivery_total
-- How many there are on all pages.
SELECT count(*) FROM webhook_delivery d JOIN event e ON e.tenant = d.tenant AND e.seq = d.event_seq
WHERE d.tenant = $1 AND d.endpoint = $2 AND d.event_seq >= $3 AND d.event_seq <= $4 AND ($5 = 0 OR d.state = $5)
  AND ($6 = 0 OR (e.type = $6 AND (e.merchant <> $1) = ($7 = 1)));

-- name: webhook_attempt_insert
-- One attempt of a delivery. Where two servers made it, the first that says so is believed.
INSERT INTO webhook_attempt (tenant, event_seq, endpoint, attempt, happened_us, status, duration_ms, error)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (tenant, event_seq, endpoint, attempt) DO NOTHING;

-- name: webhook_attempt_list
-- The newest attempts of a delivery, newest first.
SELECT attempt, happened_us, status, duration_ms, error FROM webhook_attempt
WHERE tenant = $1 AND event_seq = $2 AND endpoint = $3 ORDER BY attempt DESC LIMIT $4;

-- name: webhook_attempt_bound
-- The time of the last one that a sweep of so many old attempts takes; no row: it takes all that are left.
SELECT happened_us FROM webhook_attempt WHERE tenant = $1 AND happened_us < $2 ORDER BY happened_us LIMIT 1 OFFSET $3;

-- name: webhook_attempt_sweep
-- Drops attempts by age.
DELETE FROM webhook_attempt WHERE tenant = $1 AND happened_us <= $2;

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
