-- 0014: what was kept of requests under idempotency keys was not made with the vault's key, and cannot be compared with
-- what is: fingerprint 0, any request under the key is the same one, until the key is free again.

UPDATE idempotency SET fingerprint = 0;
