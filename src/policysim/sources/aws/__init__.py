"""The only place that calls AWS: with the user's own credentials, and with calls that read."""
