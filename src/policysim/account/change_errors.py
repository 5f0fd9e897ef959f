"""The one way in which a change says that it cannot be made."""


class CannotChangeError(Exception):
    """A change that cannot be made to the accounts at hand; the message is one sentence."""
