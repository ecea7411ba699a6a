"""How fast the inbox is in a browser: `make budgets` prints a table of figures beside their limits."""
