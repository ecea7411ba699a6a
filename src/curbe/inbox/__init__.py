"""Contacts, conversations and messages: the only writer of those tables."""
