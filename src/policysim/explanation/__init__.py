"""Diagnosis of one denial: what decided, what almost matched, and the smallest edits, each evaluated again.

Floor 3: no rendering.
"""
