-- name: secure_token_insert
-- An authentication; its card is in the token with the same id.
INSERT INTO secure_token (tenant, id, payment, step, verification, brand, last_four, amount_minor, tax_minor, method_page,
                          acs_state, until_us, due_us, return_url, result, session)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16);

-- name: secure_token_get
-- One with its token; the caller compares the salt.
SELECT t.id, t.salt, t.merchant, m.salt, t.currency, t.sealed, t.scenario, t.created_us, t.expires_us, t.used_by, m.name,
       s.payment, s.step, s.verification, s.brand, s.last_four, s.amount_minor, s.tax_minor, s.method_page, s.acs_state,
       s.until_us, s.due_us, s.return_url, s.result, s.session
FROM secure_token s JOIN token t ON t.tenant = s.tenant AND t.id = s.id
JOIN merchant m ON m.tenant = t.tenant AND m.id = t.merchant
WHERE s.tenant = $1 AND s.id = $2;

-- name: secure_token_save
-- What an authentication may change.
UPDATE secure_token SET step = $3, verification = $4, acs_state = $5, until_us = $6, due_us = $7, result = $8
WHERE tenant = $1 AND id = $2;

-- name: secure_token_due
-- Those whose customer, or whose merchant, has not come in time, oldest first.
SELECT id FROM secure_token WHERE tenant = $1 AND due_us > 0 AND due_us < $2 ORDER BY due_us LIMIT $3;

-- name: secure_token_erase
-- The sealed card of one goes.
UPDATE token SET sealed = NULL WHERE tenant = $1 AND id = $2 AND sealed IS NOT NULL;

-- name: payment_three_d_set
-- The result of its authentication.
UPDATE payment SET three_d_secure = $3 WHERE tenant = $1 AND id = $2;

-- name: operation_unask
-- What was to be asked of a rail was not, because the customer has to be authenticated first: it is an answer only.
UPDATE operation SET rail_op = 0 WHERE tenant = $1 AND id = $2;
