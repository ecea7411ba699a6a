-- What Meta dates ahead of its coming counts as of its coming. What stands here with a time that has not been yet would outlast all that is
-- told or read until then.
ALTER TABLE templates NO FORCE ROW LEVEL SECURITY;
UPDATE templates
   SET status_at = least(status_at, now()), quality_at = least(quality_at, now()), category_at = least(category_at, now()),
       correction_at = least(correction_at, now()), components_at = least(components_at, now())
 WHERE greatest(status_at, quality_at, category_at, correction_at, components_at) > now();
ALTER TABLE templates FORCE ROW LEVEL SECURITY;
