"""A first expectation file for accounts that have none: what the policies say today, as sentences that hold."""
