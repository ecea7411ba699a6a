"""Who wants to hear from a tenant: the ledger, and the one gate that every message to somebody passes."""
