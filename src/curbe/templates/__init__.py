"""Message templates: the rows that Meta's webhooks keep current."""
