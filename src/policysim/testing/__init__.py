"""Least privilege as tests: the Python API, and what the pytest plugin is made of."""
