"""Automations, which act when somebody writes: answers to keywords, away messages, a welcome, assignments and priorities."""
