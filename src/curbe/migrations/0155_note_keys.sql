-- A note that is asked for again stands there once, by its author's own word for it. Its id tells when it was written, as that of every annotation:
-- what is too old is found by that.
ALTER TABLE annotations ADD COLUMN idempotency_key text;
CREATE UNIQUE INDEX annotations_by_key ON annotations (tenant_id, author, idempotency_key) WHERE idempotency_key IS NOT NULL;
