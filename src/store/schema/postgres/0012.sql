-- 0012: what writers remember of a tenant from one batch to the next (store/remember.h).

ALTER TABLE tenant ADD COLUMN generation natural_number NOT NULL DEFAULT 0; -- one more with every batch that changes a row which writers remember
