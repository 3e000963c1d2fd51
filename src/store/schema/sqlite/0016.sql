-- 0016: how merchants look to their buyers.

-- merchant_brand: a merchant's colour, logo and contact on the pages of its buyers; no row: none of them. A merchant below
-- the root without a row of its own has the root's.
CREATE TABLE merchant_brand (
    tenant     INTEGER NOT NULL,
    merchant   INTEGER NOT NULL,
    color      INTEGER CHECK (color BETWEEN 0 AND 16777215), -- 0xrrggbb; NULL: none
    contact    TEXT, -- whom a buyer asks; NULL: nobody is named
    logo       BLOB, -- a PNG, JPEG or WebP file as it was given, at most 65536 bytes; NULL: none
    updated_us INTEGER NOT NULL CHECK (updated_us > 0),
    PRIMARY KEY (tenant, merchant)
);
