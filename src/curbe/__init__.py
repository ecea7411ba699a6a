"""Curbe: a self-hosted, multi-tenant WhatsApp platform."""
