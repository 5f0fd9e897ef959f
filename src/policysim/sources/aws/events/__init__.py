"""Where denied events come from, live: the event history, trails in S3, log groups, event data stores and Athena."""
