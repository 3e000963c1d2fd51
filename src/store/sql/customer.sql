-- name: customer_insert
-- A new customer.
INSERT INTO customer (tenant, id, salt, method, sealed, brand, last_four, month, year, scenario, email, name, phone,
                      external_id, currency, locale, metadata, created_us, updated_us, three_d_secure)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $18, $19);

-- name: customer_get
-- A customer by its key, deleted or not; the caller compares the salt.
SELECT id, salt, method, sealed, brand, last_four, month, year, scenario, email, name, phone, external_id, currency,
       locale, metadata, created_us, updated_us, deleted_us, three_d_secure
FROM customer WHERE tenant = $1 AND id = $2;

-- name: customer_save
-- Everything about a customer that can change.
UPDATE customer SET method = $3, sealed = $4, brand = $5, last_four = $6, month = $7, year = $8, scenario = $9, email = $10,
                    name = $11, phone = $12, external_id = $13, currency = $14, locale = $15, metadata = $16,
                    updated_us = $17, deleted_us = $18, three_d_secure = $19
WHERE tenant = $1 AND id = $2;

-- name: customer_by_external
-- The customer that a merchant knows by a name of its own.
SELECT id FROM customer WHERE tenant = $1 AND external_id = $2;

-- name: customer_list
-- Customers that were not deleted, newest first; month and year of the card's expiry are filters, 0 is any.
SELECT id FROM customer
WHERE tenant = $1 AND deleted_us = 0 AND (created_us > $2 OR $2 = 0) AND (created_us < $3 OR $3 = 0)
  AND ((month = $4 AND year = $5) OR $4 = 0)
ORDER BY id DESC LIMIT $6 OFFSET $7;

-- name: customer_count
-- How many customers the same filters leave.
SELECT count(*) FROM customer
WHERE tenant = $1 AND deleted_us = 0 AND (created_us > $2 OR $2 = 0) AND (created_us < $3 OR $3 = 0)
  AND ((month = $4 AND year = $5) OR $4 = 0);
