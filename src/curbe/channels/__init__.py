"""Ways to reach people: bytes of a provider to the domain's values and back. No SQL, no tenant."""
