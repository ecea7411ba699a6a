"""What a tenant's own servers are told of its events: signed, in order, again until they take it, and on record."""
