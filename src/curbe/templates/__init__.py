"""Message templates: stored as Meta has them, checked by its rules, submitted for review, rendered and sent."""
