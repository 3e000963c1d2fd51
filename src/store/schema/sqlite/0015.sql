-- 0015: two indexes that are of rows with a number other than 0. With `> 0` SQLite looks the whole range up where one value is asked for.

DROP INDEX payment_by_session;
CREATE INDEX payment_by_session ON payment (tenant, session, id) WHERE session <> 0;
DROP INDEX ledger_transaction_by_payment;
CREATE INDEX ledger_transaction_by_payment ON ledger_transaction (tenant, payment) WHERE payment <> 0;
