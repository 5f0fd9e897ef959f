"""The two ways in which a source says that it cannot be read: the input is wrong, or AWS or the network failed."""


class InputError(Exception):
    """What the user gave cannot be read; the message is one sentence that names the place."""


class RemoteError(Exception):
    """AWS or the network did not answer as needed; the message is one sentence that names the call and what to do."""
