"""What happened: CloudTrail events, denial messages, and the requests that an event proves.

Floor 2: no I/O and no policies.
"""
