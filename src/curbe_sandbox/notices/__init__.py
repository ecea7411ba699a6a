"""Webhooks of every field beyond messages, by field and event, with believable values about the sandbox's world."""
