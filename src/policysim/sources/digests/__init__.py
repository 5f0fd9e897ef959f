"""Log files of CloudTrail against its digest files: read from S3 or from a local copy, hashed, signatures tested."""
