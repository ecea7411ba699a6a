"""The sandbox, tried over HTTP as its users meet it."""
