"""What a team sets up for its inbox: teams, labels, canned replies, saved views."""
