-- 0018: payment links, and the legacy hosted page.

-- payment_link: something to be paid by whoever has its address. Opening it makes a session with what it says.
CREATE TABLE payment_link (
    tenant       BIGINT NOT NULL,
    id           BIGINT NOT NULL,
    salt         BIGINT NOT NULL,
    merchant     BIGINT NOT NULL, -- who processes the payments of its sessions
    is_reusable  flag NOT NULL, -- 0: it is paid once
    currency     BIGINT NOT NULL, -- enum currency
    amount_minor minor_units NOT NULL, -- 0: the buyer enters it
    min_minor    minor_units NOT NULL, -- of an amount that is entered; 0: no bound, as the next
    max_minor    minor_units NOT NULL,
    locale       BIGINT NOT NULL, -- 1 ja, 2 en, 3 ko; 0: the buyer's
    created_us   BIGINT NOT NULL,
    expires_us   BIGINT NOT NULL DEFAULT 0, -- 0: never
    deactivated_us BIGINT NOT NULL DEFAULT 0,
    session      BIGINT NOT NULL DEFAULT 0, -- of one that is paid once: its newest session; the ones before are cancelled
    session_salt BIGINT NOT NULL DEFAULT 0,
    return_url   TEXT,
    description  TEXT,
    payment_types TEXT, -- comma-separated slugs; NULL: all
    external_order_num TEXT, -- of one that is paid once
    metadata     TEXT, -- JSON object, as the next
    platform_details TEXT,
    PRIMARY KEY (tenant, id)
);
CREATE INDEX payment_link_by_tenant ON payment_link (tenant, id);

-- legacy_key: what checks and makes signatures of the legacy hosted page with a secret key, sealed; of merchants for whom
-- the operator has switched the page on. It is of no use as an API key (doc/decisions/0015).
CREATE TABLE legacy_key (
    tenant     BIGINT NOT NULL,
    key_hash   BYTEA NOT NULL, -- of the secret key, as in api_key
    sealed     BYTEA NOT NULL,
    created_us BIGINT NOT NULL,
    PRIMARY KEY (tenant, key_hash)
);

-- legacy_session: a session that a signed query has made, and where its buyer goes.
CREATE TABLE legacy_session (
    tenant     BIGINT NOT NULL,
    session    BIGINT NOT NULL,
    mac        BYTEA NOT NULL, -- the query's signature: the same query is the same session
    return_url TEXT NOT NULL, -- of the shop
    cancel_url TEXT NOT NULL,
    PRIMARY KEY (tenant, session)
);
CREATE UNIQUE INDEX legacy_session_by_mac ON legacy_session (tenant, mac);
