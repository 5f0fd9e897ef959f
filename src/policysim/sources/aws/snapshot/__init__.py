"""``policysim snapshot``: a live account or organisation, written as an account folder."""
