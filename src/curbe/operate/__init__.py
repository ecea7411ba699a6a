"""What an operator does to an installation, beside running it: prepare, let in, look, repair. The third composition root."""
