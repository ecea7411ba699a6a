"""Meta's Cloud API: its webhooks, its requests, its errors."""
