-- name: wallet_consent_insert
-- The owner of a wallet is asked whether it may be charged later.
INSERT INTO wallet_consent (tenant, id, salt, session, method, created_us) VALUES ($1, $2, $3, $4, $5, $6);

-- name: wallet_consent_asked
-- The newest consent of a session that nothing has been said of.
SELECT id, salt, method FROM wallet_consent WHERE tenant = $1 AND session = $2 AND status = 1 ORDER BY id DESC LIMIT 1;

-- name: wallet_consent_get
-- A consent by its key; the caller compares the salt.
SELECT salt, method, session, status FROM wallet_consent WHERE tenant = $1 AND id = $2;

-- name: wallet_consent_find_test
-- Whose consent a wire id is, among test tenants: the pages of the simulated wallets have no key. A look-up for each of them.
-- shared: looks the tenant up
SELECT t.tenant FROM tenant t JOIN wallet_consent w ON w.tenant = t.tenant WHERE t.live = 0 AND w.id = $1 AND w.salt = $2;

-- name: wallet_consent_end
-- What the owner of the wallet has said.
UPDATE wallet_consent SET status = $3, ended_us = $4 WHERE tenant = $1 AND id = $2 AND status = 1;
