"""What a tenant sees change: the event log, its notifications, HTTP and WebSocket."""
