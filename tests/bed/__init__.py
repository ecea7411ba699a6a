"""The test bed: real rows, real bodies, real processes. Nothing here knows what is asserted."""
