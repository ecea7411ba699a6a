"""Notifications: a tenant's own systems report events, and rules turn these into messages; a history tells what was sent and why not."""
