-- 0006: refund requests: refunds by bank transfer of what was paid in cash.

-- refund_request: where the money of a refund goes that is made by bank transfer, and what that costs. It has the number
-- of its refund, which has its amount, split, state and description. Whose account it is, and its number, are sealed.
CREATE TABLE refund_request (
    tenant        BIGINT NOT NULL,
    id            BIGINT NOT NULL, -- of the refund too; the salts differ
    salt          BIGINT NOT NULL,
    payment       BIGINT NOT NULL,
    is_pending    flag NOT NULL, -- the operator has not paid or rejected it yet
    customer_fee_minor     minor_units NOT NULL, -- given back on top; 0: none
    customer_fee_tax_minor minor_units NOT NULL,
    fee_minor     minor_units NOT NULL, -- of the request, when it is completed
    fee_tax_minor minor_units NOT NULL,
    bank_name     TEXT    NOT NULL,
    bank_code     TEXT,             -- 4 digits
    branch_name   TEXT,
    branch_number TEXT    NOT NULL, -- 3 digits
    account_type  from_1_to_3 NOT NULL, -- 1 normal, 2 checking, 3 savings
    sealed        BYTEA   NOT NULL, -- the account's holder and number, sealed by the vault
    created_us    BIGINT NOT NULL,
    PRIMARY KEY (tenant, id)
);
CREATE INDEX refund_request_by_payment ON refund_request (tenant, payment);
CREATE INDEX refund_request_pending ON refund_request (tenant, id) WHERE is_pending = 1;
