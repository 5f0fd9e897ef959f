"""The one way in which a source says that it cannot be read."""


class InputError(Exception):
    """What the user gave cannot be read; the message is one sentence that names the place."""
