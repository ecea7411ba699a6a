-- What every applied item paid for, and nobody needed (docs/explanation/performance.md).

-- Whether a failure told by the provider explains more than what is known: its earliest word does, and any of it more than ours. Inlined by
-- the planner, where a sub-select in SET would be run for every row.
CREATE FUNCTION explains_failure(at timestamptz, known_by verdict_source, known_at timestamptz) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN at IS NOT NULL AND (known_by IS DISTINCT FROM 'provider' OR known_at > at);

-- An event says what happened to a row that has its tenant already, in that row's transaction: to look its tenant up once more for each
-- was the twentieth part of applying.
ALTER TABLE events DROP CONSTRAINT events_tenant_id_fkey;
