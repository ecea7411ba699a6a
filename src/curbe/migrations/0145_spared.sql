-- A file of somebody who was erased may be spared, as the same content is being stored for somebody else at that moment. Where that is broken off
-- the file is nobody's, and goes: since when it is spared, until somebody has it.
ALTER TABLE media_assets ADD COLUMN spared_at timestamptz;
GRANT UPDATE (spared_at) ON media_assets TO app_web, app_worker;
CREATE INDEX media_assets_spared ON media_assets (tenant_id, id) WHERE spared_at IS NOT NULL;
