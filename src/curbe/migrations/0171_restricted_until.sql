-- Until when Meta lets the account of a number write to nobody first, as its health says; null where nothing does.
CREATE FUNCTION restricted_until(health jsonb) RETURNS timestamptz
LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT (health #>> '{restriction.RESTRICTED_BIZ_INITIATED_MESSAGING,until}')::timestamptz $$;
