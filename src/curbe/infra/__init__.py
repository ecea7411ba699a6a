"""Floor 1: mechanisms without business words. They import the domain and each other, nothing above."""
