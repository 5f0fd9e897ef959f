"""Whose policies apply: accounts, the organisation, principals, and what they add to a request.

Floor 2: no I/O. Everything here was read by ``sources``.
"""
