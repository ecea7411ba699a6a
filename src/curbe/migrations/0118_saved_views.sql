-- Filters of the inbox that are kept under a name: a person's own, or everybody's of the tenant (docs/reference/inbox.md).
-- What a filter names is no foreign key: a view whose label is gone stays as it is and says so, and never shows more than it was made for.

CREATE TABLE saved_views (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    id uuid NOT NULL,
    user_id uuid, -- whose it is; NULL: everybody's
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 60 AND name = btrim(name)),
    place smallint NOT NULL CHECK (place BETWEEN 0 AND 29),
    filter jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES memberships (tenant_id, user_id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX saved_views_by_name ON saved_views (tenant_id, user_id, lower(name)) NULLS NOT DISTINCT;
CALL guard_tenant_table('saved_views');
GRANT SELECT, INSERT, UPDATE, DELETE ON saved_views TO app_web;
