"""Request and policies in, decision out: the rules by which AWS decides.

Floor 1: the standard library and ``language`` only. No clock, no files, no environment, no network; what must be
known about AWS comes in as ``Facts``.
"""
