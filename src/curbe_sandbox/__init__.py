"""A Graph API on one's own machine: what Meta's Cloud API accepts, answers and sends.

Written from Meta's documentation and never from the gateway's code, so that the two can disagree.
"""
