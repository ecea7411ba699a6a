"""How fast the inbox is read at a million conversations and ten million messages of a thousand tenants."""
