"""Notices to browsers in which no page of ours is open (Web Push): who asked for them, and what they are told."""
