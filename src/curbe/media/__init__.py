"""Files: fetched from Meta, examined in a process of their own, stored once per tenant, served safely, and uploaded to Meta for sending."""
