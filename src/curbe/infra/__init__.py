"""Floor 1: mechanisms, which know the product's words only where settings and metrics name them.

They import the domain and each other, nothing above.
"""
