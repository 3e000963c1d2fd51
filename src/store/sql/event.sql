-- name: event_insert
-- A new event at the end of its tenant's chain.
INSERT INTO event (tenant, seq, salt, merchant, type, created_us, data, reason, hash)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- name: event_get
-- One event.
SELECT seq, salt, merchant, type, created_us, data, reason FROM event WHERE tenant = $1 AND seq = $2;

-- name: event_data
-- The object of an event, which also is the answer to the call that caused it.
SELECT data FROM event WHERE tenant = $1 AND seq = $2;

-- name: event_head
-- How many events a tenant has.
SELECT event_seq FROM tenant WHERE tenant = $1;

-- name: event_created_at
-- When event number n happened: rises with n, so a time can be found by halving.
SELECT created_us FROM event WHERE tenant = $1 AND seq = $2;

-- name: event_type
-- What kind of event it is, and on whose account.
SELECT type, merchant FROM event WHERE tenant = $1 AND seq = $2;
