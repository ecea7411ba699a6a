"""Messages that follow from what happens in a tenant's own systems: events, rules, and what was sent to whom and why not."""
