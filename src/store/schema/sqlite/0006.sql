-- 0006: refund requests: refunds by bank transfer of what was paid in cash.

-- refund_request: where the money of a refund goes that is made by bank transfer, and what that costs. It has the number
-- of its refund, which has its amount, split, state and description. Whose account it is, and its number, are sealed.
CREATE TABLE refund_request (
    tenant        INTEGER NOT NULL,
    id            INTEGER PRIMARY KEY, -- of the refund too; the salts differ
    salt          INTEGER NOT NULL,
    payment       INTEGER NOT NULL,
    is_pending    INTEGER NOT NULL CHECK (is_pending IN (0, 1)), -- the operator has not paid or rejected it yet
    customer_fee_minor     INTEGER NOT NULL CHECK (customer_fee_minor >= 0), -- given back on top; 0: none
    customer_fee_tax_minor INTEGER NOT NULL CHECK (customer_fee_tax_minor >= 0),
    fee_minor     INTEGER NOT NULL CHECK (fee_minor >= 0), -- of the request, when it is completed
    fee_tax_minor INTEGER NOT NULL CHECK (fee_tax_minor >= 0),
    bank_name     TEXT    NOT NULL,
    bank_code     TEXT,             -- 4 digits
    branch_name   TEXT,
    branch_number TEXT    NOT NULL, -- 3 digits
    account_type  INTEGER NOT NULL CHECK (account_type BETWEEN 1 AND 3), -- 1 normal, 2 checking, 3 savings
    sealed        BLOB    NOT NULL, -- the account's holder and number, sealed by the vault
    created_us    INTEGER NOT NULL
);
CREATE INDEX refund_request_by_payment ON refund_request (tenant, payment);
CREATE INDEX refund_request_pending ON refund_request (tenant, id) WHERE is_pending = 1;
