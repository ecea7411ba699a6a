"""Message templates: kept as Meta has them, judged by its rules, submitted, rendered and sent."""
