"""Sentences about who may do what, and whether they hold: read, bound to the accounts at hand, and checked."""
