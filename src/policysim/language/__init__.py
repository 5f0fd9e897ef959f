"""What policy text says: source text and spans, the policy tree, ARNs, patterns, variables, requests and problems.

Floor 0: the standard library only. Nothing is evaluated here, and what is said holds for every AWS service; only the
resource of a request carries what KMS and S3 say of theirs.
"""
