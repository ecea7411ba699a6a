"""A local Graph API for development, demos, tests and benchmarks. Written from Meta's documents; never imported by curbe."""
