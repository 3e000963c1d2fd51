-- name: wallet_consent_insert
-- The owner of a wallet is asked whether it may be charged later.
INSERT INTO wallet_consent (tenant, id, salt, session, method, created_us) VALUES ($1, $2, $3, $4, $5, $6);

-- name: wallet_consent_asked
-- The newest consent of a session that nothing has been said of.
SELECT id, salt, method FROM wallet_consent WHERE tenant = $1 AND session = $2 AND status = 1 ORDER BY id DESC LIMIT 1;

-- name: wallet_consent_end
-- What the owner of the wallet has said.
UPDATE wallet_consent SET status = $3, ended_us = $4 WHERE tenant = $1 AND id = $2 AND status = 1;
