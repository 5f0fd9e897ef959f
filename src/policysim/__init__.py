"""policysim: why was this AWS request denied, and which statement must change.

The package root holds the version alone, so that importing it costs nothing; every room is imported by its own name.
"""

__version__ = "0.1.0"
