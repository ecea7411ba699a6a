"""Webhook bodies as nobody would send them, a million of them, and what reading them may do."""
