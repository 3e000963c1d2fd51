-- 0016: how merchants look to their buyers.

CREATE DOMAIN from_0_to_16777215 AS BIGINT CHECK (VALUE BETWEEN 0 AND 16777215);

-- merchant_brand: a merchant's colour, logo and contact on the pages of its buyers; no row: none of them. A merchant below
-- the root without a row of its own has the root's.
CREATE TABLE merchant_brand (
    tenant     BIGINT NOT NULL,
    merchant   BIGINT NOT NULL,
    color      from_0_to_16777215, -- 0xrrggbb; NULL: none
    contact    TEXT, -- whom a buyer asks; NULL: nobody is named
    logo       BYTEA, -- a PNG, JPEG or WebP file as it was given, at most 65536 bytes; NULL: none
    updated_us positive_number NOT NULL,
    PRIMARY KEY (tenant, merchant)
);
