"""Reports: what a tenant's messages came to, by day."""
