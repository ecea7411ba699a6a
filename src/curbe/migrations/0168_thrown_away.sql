-- A draft that is deleted is gone from sight at once; its recipients, who may be a million, go in pieces by the purge of its tenant.
ALTER TABLE campaigns ADD COLUMN deleted_at timestamptz;
ALTER TABLE campaigns ADD CONSTRAINT campaigns_deleted_before_they_began CHECK (deleted_at IS NULL OR state IN ('draft', 'ready'));
CREATE INDEX campaigns_thrown_away ON campaigns (tenant_id, id) WHERE deleted_at IS NOT NULL;
GRANT DELETE ON campaigns TO app_worker;
