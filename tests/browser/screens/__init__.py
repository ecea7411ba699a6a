"""Pictures of every screen: `make screenshots` makes docs/screens anew."""
