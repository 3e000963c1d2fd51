-- 0017: e-mail to customers.

-- email: the outbox of e-mail to customers, and the mailbox of the test environment: at most one of a kind for a payment,
-- committed together with the event that it is about. Neither address nor text is here: both follow from the payment.
CREATE TABLE email (
    tenant     BIGINT NOT NULL,
    id         BIGINT NOT NULL,
    salt       BIGINT NOT NULL,
    payment    BIGINT NOT NULL,
    kind       from_1_to_4 NOT NULL, -- enum email_kind: 1 instruction, 2 receipt, 3 reminder, 4 refund
    state      from_1_to_5 NOT NULL, -- 1 waiting, 2 sent, 3 given up, 4 kept in the mailbox, 5 left out
    tries      natural_number NOT NULL DEFAULT 0,
    created_us BIGINT NOT NULL, -- tenant time
    due_us     BIGINT NOT NULL, -- when it is sent, or tried again, tenant time; 0 once it has ended
    expires_us BIGINT NOT NULL, -- given up after this, tenant time
    last_us    BIGINT NOT NULL, -- when it was sent, kept or tried last, tenant time; 0: it was not
    error      TEXT,             -- why it did not go out when it was tried last; NULL: it did, or was not tried
    PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX email_of_payment ON email (tenant, payment, kind);
CREATE INDEX email_due ON email (tenant, due_us) WHERE due_us > 0;
CREATE INDEX email_shown ON email (tenant, last_us, id) WHERE last_us > 0;
