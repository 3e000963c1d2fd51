-- name: email_insert
-- An e-mail about a payment; a second one of its kind is none.
INSERT INTO email (tenant, id, salt, payment, kind, state, created_us, due_us, expires_us, last_us)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (tenant, payment, kind) DO NOTHING;

-- name: email_due
-- Those that are to be sent, the longest due first.
SELECT id FROM email WHERE tenant = $1 AND due_us > 0 AND due_us < $2 ORDER BY due_us LIMIT $3;

-- name: email_get
-- One; the caller compares the salt.
SELECT id, salt, payment, kind, state, tries, created_us, due_us, expires_us, last_us, error FROM email
WHERE tenant = $1 AND id = $2;

-- name: email_save
-- What came of one that waited.
UPDATE email SET state = $3, tries = $4, due_us = $5, last_us = $6, error = $7
WHERE tenant = $1 AND id = $2 AND state = 1;

-- name: email_list
-- What has come into the mailbox, the newest first, a page of it.
SELECT id FROM email
WHERE tenant = $1 AND last_us > 0 AND (last_us > $2 OR $2 = 0) AND (last_us < $3 OR $3 = 0)
ORDER BY last_us DESC, id DESC LIMIT $4 OFFSET $5;

-- name: email_count
-- How many those are.
SELECT count(*) FROM email
WHERE tenant = $1 AND last_us > 0 AND (last_us > $2 OR $2 = 0) AND (last_us < $3 OR $3 = 0);

-- name: email_prune
-- Drops those of the $3 oldest that were made before $2 and do not wait.
DELETE FROM email WHERE email.tenant = $1 AND id IN
  (SELECT x.id FROM (SELECT o.id, o.created_us, o.due_us FROM email o WHERE o.tenant = $1 ORDER BY o.id LIMIT $3) x
   WHERE x.created_us < $2 AND x.due_us = 0);

-- name: email_of_session
-- The address that a session has.
SELECT email FROM session WHERE tenant = $1 AND id = $2;

-- name: email_of_customer
-- The address of a stored customer.
SELECT email FROM customer WHERE tenant = $1 AND id = $2;
