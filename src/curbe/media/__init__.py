"""Files: fetched from the provider, examined apart, stored once a tenant, served with care, handed to the provider to be sent."""
