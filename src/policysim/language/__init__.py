"""What policy text says: source text and spans, the policy tree, ARNs, patterns, variables, requests and problems.

Floor 0: the standard library only. No AWS service is named here and nothing is evaluated here.
"""
