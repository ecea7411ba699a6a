"""The report of one run: tables of ratios, the aims, plots; and where it is kept."""
