"""The inbox in a real Chromium, against real processes."""
