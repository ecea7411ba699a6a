-- Whoever suspends a tenant stops its campaigns too: when it is resumed, what passed meanwhile is taken off the time they ran, by which a
-- ramp lets them grow. Since when they run (resumed_at) stays, as their latest failures are counted since then. A trigger, in the transaction
-- that resumes the tenant: a feeding in between would let out at once all that the clock had saved up.
CREATE FUNCTION campaigns_stood_still() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE campaigns k
       SET ran_before = k.ran_before - greatest(NEW.updated_at - greatest(OLD.suspended_at, k.resumed_at), '0')
     WHERE k.tenant_id = NEW.id AND k.state = 'running';
    RETURN NULL;
END $$;
CREATE TRIGGER campaigns_go_on AFTER UPDATE OF suspended_at ON tenants
    FOR EACH ROW WHEN (OLD.suspended_at IS NOT NULL AND NEW.suspended_at IS NULL) EXECUTE FUNCTION campaigns_stood_still();
