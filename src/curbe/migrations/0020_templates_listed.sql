-- Templates are also read from Meta's own list, when somebody asks, and listed by name.
GRANT INSERT, UPDATE ON templates TO app_web;
CREATE INDEX templates_by_name ON templates (tenant_id, name, language, id) WHERE name IS NOT NULL AND language IS NOT NULL;
