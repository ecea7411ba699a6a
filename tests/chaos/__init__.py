"""Fault injection from outside: real processes under load, killed at random, judged by a ledger that is not our database."""
