"""The benchmark anyone can rerun: `make bench`. One run, baselines beside the product, one table of ratios."""
