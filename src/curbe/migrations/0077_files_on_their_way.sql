-- Contents whose bytes are about to be stored and whose row is to follow. What was broken off in between leaves one behind, and with it which
-- bytes nobody names.
CREATE TABLE media_reservations (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    sha256 bytea NOT NULL CHECK (length(sha256) = 32),
    reserved_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, sha256)
);
CALL guard_tenant_table('media_reservations');
GRANT SELECT, INSERT, UPDATE, DELETE ON media_reservations TO app_web, app_worker;
