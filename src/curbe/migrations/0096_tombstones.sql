-- What was erased is not made anew by a webhook that comes again (docs/explanation/privacy.md).

-- Digests of what providers called the messages, deeds and notices that went with somebody's erasure: they name nobody, and nothing can be read
-- from them, as a provider's id is random in its greater part.
CREATE TABLE tombstones (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    digest bytea NOT NULL CHECK (length(digest) = 32),
    until timestamptz NOT NULL,       -- from when on it can come again no more
    PRIMARY KEY (tenant_id, digest)
);
CALL guard_tenant_table('tombstones');
CREATE POLICY apply ON tombstones FOR SELECT TO app_apply USING (true);
GRANT SELECT, INSERT ON tombstones TO app_web;
GRANT SELECT, INSERT, DELETE ON tombstones TO app_worker;
GRANT SELECT ON tombstones TO app_apply;
CREATE INDEX tombstones_by_until ON tombstones (tenant_id, until);

-- With the tenant in it, so that nobody can tell that two tenants erased the same.
CREATE FUNCTION tombstone_digest(tenant uuid, name text) RETURNS bytea
LANGUAGE sql STABLE
RETURN sha256(convert_to(tenant::text || ' ' || name, 'UTF8'));
