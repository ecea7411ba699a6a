-- What counts as having shown who one is, and what may be taken away.

-- A session within another site's page begins with a token that the tenant's own software asked for: its person showed nothing, so it is
-- never a proved one, and what asks for a proof stays shut to it.
ALTER TABLE sessions ALTER COLUMN proved_at DROP NOT NULL;
ALTER TABLE sessions NO FORCE ROW LEVEL SECURITY;
UPDATE sessions SET proved_at = NULL WHERE embedded_in IS NOT NULL;
ALTER TABLE sessions FORCE ROW LEVEL SECURITY;
ALTER TABLE sessions ADD CONSTRAINT sessions_proved_unless_embedded CHECK ((proved_at IS NULL) = (embedded_in IS NOT NULL));

-- The password of an account that the identity provider vouches for is taken away when it is first tied to it: whoever was there before
-- that may have chosen it.
GRANT DELETE ON passwords TO app_web;
