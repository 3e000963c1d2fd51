-- name: payment_link_insert
-- A new link.
INSERT INTO payment_link (tenant, id, salt, merchant, is_reusable, currency, amount_minor, min_minor, max_minor, locale,
                          created_us, expires_us, return_url, description, payment_types, external_order_num, metadata,
                          platform_details)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18);

-- name: payment_link_get
-- A link by its key, with its session and the payment that completed that (0: none); the caller compares the salt.
SELECT l.id, l.salt, l.merchant, l.is_reusable, l.currency, l.amount_minor, l.min_minor, l.max_minor, l.locale,
       l.created_us, l.expires_us, l.deactivated_us, l.session, l.session_salt, l.return_url, l.description,
       l.payment_types, l.external_order_num, l.metadata, l.platform_details, s.status, s.amount_minor,
       s.expires_us, p.status
FROM payment_link l LEFT JOIN session s ON s.tenant = l.tenant AND s.id = l.session
     LEFT JOIN payment p ON p.tenant = s.tenant AND p.id = s.payment
WHERE l.tenant = $1 AND l.id = $2;

-- name: payment_link_tenant
-- Whose link a wire id is: its page has no key. A look-up for each tenant.
-- shared: looks the tenant up
SELECT t.tenant, t.live FROM tenant t JOIN payment_link l ON l.tenant = t.tenant WHERE l.id = $1 AND l.salt = $2;

-- name: payment_link_opened
-- The session that a link which is paid once has now.
UPDATE payment_link SET session = $3, session_salt = $4 WHERE tenant = $1 AND id = $2;

-- name: payment_link_deactivate
-- A link that is not opened any more.
UPDATE payment_link SET deactivated_us = $3 WHERE tenant = $1 AND id = $2;

-- name: payment_link_list
-- Links, newest first.
SELECT id FROM payment_link
WHERE tenant = $1 AND (created_us > $2 OR $2 = 0) AND (created_us < $3 OR $3 = 0)
ORDER BY id DESC LIMIT $4 OFFSET $5;

-- name: payment_link_count
-- How many there are.
SELECT count(*) FROM payment_link
WHERE tenant = $1 AND (created_us > $2 OR $2 = 0) AND (created_us < $3 OR $3 = 0);

-- name: legacy_key_put
-- What signs with a secret key.
INSERT INTO legacy_key (tenant, key_hash, sealed, created_us) VALUES ($1, $2, $3, $4)
ON CONFLICT (tenant, key_hash) DO UPDATE SET sealed = excluded.sealed, created_us = excluded.created_us;

-- name: legacy_key_list
-- Those of keys that are still valid at $2 (real time), the newest first.
SELECT l.key_hash, l.sealed FROM legacy_key l JOIN api_key k ON k.tenant = l.tenant AND k.hash = l.key_hash
WHERE l.tenant = $1 AND (k.expires_us = 0 OR k.expires_us > $2) ORDER BY l.created_us DESC, l.key_hash;

-- name: legacy_key_count
-- Whether the page is on.
SELECT count(*) FROM legacy_key WHERE tenant = $1;

-- name: legacy_key_drop
-- The page is switched off.
DELETE FROM legacy_key WHERE tenant = $1;

-- name: legacy_session_insert
-- A session that a signed query has made.
INSERT INTO legacy_session (tenant, session, mac, return_url, cancel_url) VALUES ($1, $2, $3, $4, $5);

-- name: legacy_session_of
-- The session of a signed query.
SELECT session FROM legacy_session WHERE tenant = $1 AND mac = $2;

-- name: legacy_session_get
-- Where the buyer of such a session goes.
SELECT return_url, cancel_url FROM legacy_session WHERE tenant = $1 AND session = $2;

-- name: legacy_session_by_order
-- A session of the legacy page that is still to be paid under an order number.
SELECT s.id FROM session s JOIN legacy_session l ON l.tenant = s.tenant AND l.session = s.id
WHERE s.tenant = $1 AND s.external_order_num = $2 AND s.external_order_num IS NOT NULL AND s.status = 1
ORDER BY s.id DESC LIMIT 1;
