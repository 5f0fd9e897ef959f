"""Time and memory of reading a trail from S3: many log files with few denials, and the same events in one file.

    python benchmarks/event_sources.py [EVENTS]

A stand-in for S3 on loopback, in a process of its own, lists and serves log files of 1,000 events each, of which one in
a hundred was denied. The trail is read by a process of its own, so that its memory is its own. The reference in the
same run is the same events in one file, as ``policysim explain FILE`` reads it whole.
"""

from __future__ import annotations

import gzip
import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

IN_A_FILE = 1000
ONE_IN = 100
BUCKET = "trail"
START = datetime(2026, 11, 24, tzinfo=UTC)

TRAIL = """
from policysim.sources.aws.connection import AwsSettings, Connection
from policysim.sources.aws.events.event_source import Question, Trail
from policysim.sources.aws.events.gathering import gathered
from policysim.sources.aws.events.reading import read_events
from policysim.sources.aws.events.wanted import Wanted

connection = Connection(AwsSettings(region="eu-west-1", endpoint_url=sys.argv[1]))
asked = Question(wanted=Wanted(), tell=print)
found = gathered(read_events(Trail(bucket="trail"), asked, connection), asked.wanted, 10**9)
read, denied = found.read, len(found.denied)
"""
FILE = """
from pathlib import Path
from policysim.sources.events import events_in
from policysim.sources.files import read_source

events = events_in(read_source(Path(sys.argv[1])))
read, denied = len(events), sum(one.event.is_denial for one in events)
"""
AROUND = """
import json, resource, sys, time
begun = time.perf_counter()
{body}
seconds = time.perf_counter() - begun
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps([read, denied, seconds, peak / 1024]))
"""


def record(number: int) -> dict[str, Any]:
    """One event of about two kilobytes; one in a hundred is a denial."""
    session = f"arn:aws:sts::111122223333:assumed-role/app-{number % 40}/i-{number % 97:017x}"
    role = f"arn:aws:iam::111122223333:role/app-{number % 40}"
    refused = {
        "errorCode": "AccessDenied",
        "errorMessage": f"User: {session} is not authorized to perform: s3:GetObject on resource:"
        f" arn:aws:s3:::data/{number}.csv because no identity-based policy allows the s3:GetObject action",
    }
    return {
        "eventVersion": "1.11",
        "eventID": f"{number:08x}-aaaa-bbbb-cccc-dddddddddddd",
        "eventTime": f"{START + timedelta(seconds=number):%Y-%m-%dT%H:%M:%SZ}",
        "eventSource": "s3.amazonaws.com",
        "eventName": ("GetObject", "PutObject", "HeadObject", "ListObjects")[number % 4],
        "awsRegion": "eu-west-1",
        "sourceIPAddress": f"10.0.{number % 200}.7",
        "userAgent": "aws-sdk-java/2.29.1 Linux/5.10.228-219.884.amzn2.x86_64 OpenJDK_64-Bit_Server_VM/17.0.13+11-LTS",
        "userIdentity": {
            "type": "AssumedRole",
            "principalId": f"AROAEXAMPLE{number % 40:010}:i-{number % 97:017x}",
            "arn": session,
            "accountId": "111122223333",
            "sessionContext": {
                "sessionIssuer": {
                    "type": "Role",
                    "principalId": f"AROAEXAMPLE{number % 40:010}",
                    "arn": role,
                    "accountId": "111122223333",
                    "userName": f"app-{number % 40}",
                },
                "attributes": {"creationDate": "2026-11-24T00:00:00Z", "mfaAuthenticated": "false"},
            },
        },
        "requestParameters": {"bucketName": "data", "key": f"{number}.csv", "Host": "data.s3.eu-west-1.amazonaws.com"},
        "responseElements": None,
        "additionalEventData": {"SignatureVersion": "SigV4", "CipherSuite": "TLS_AES_128_GCM_SHA256", "bytesIn": 0},
        "requestID": f"{number:016X}",
        "readOnly": True,
        "resources": [{"type": "AWS::S3::Object", "ARN": f"arn:aws:s3:::data/{number}.csv"}],
        "eventType": "AwsApiCall",
        "managementEvent": False,
        "eventCategory": "Data",
        "recipientAccountId": "111122223333",
        **(refused if number % ONE_IN == 0 else {}),
    }


def log_files(events: int) -> dict[str, bytes]:
    """Log files by their keys, in the layout of a trail."""
    files = {}
    for start in range(0, events, IN_A_FILE):
        delivered = START + timedelta(seconds=start)
        name = f"111122223333_CloudTrail_eu-west-1_{delivered:%Y%m%dT%H%M}Z_{start:016}.json.gz"
        key = f"AWSLogs/111122223333/CloudTrail/eu-west-1/{delivered:%Y/%m/%d}/{name}"
        records = [record(number) for number in range(start, min(start + IN_A_FILE, events))]
        files[key] = gzip.compress(json.dumps({"Records": records}).encode(), 6)
    return files


def serve(files: dict[str, bytes], told: Connection) -> None:
    """A stand-in for S3: one bucket with these objects."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            url = urlsplit(self.path)
            asked = parse_qs(url.query)
            body = listing(files) if "list-type" in asked else files[url.path.removeprefix(f"/{BUCKET}/")]
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    told.send(server.server_port)
    server.serve_forever()


def listing(files: dict[str, bytes]) -> bytes:
    """The answer to ListObjectsV2."""
    objects = "".join(
        f"<Contents><Key>{key}</Key><LastModified>2026-11-25T00:00:00.000Z</LastModified>"
        f"<ETag>e</ETag><Size>{len(data)}</Size></Contents>"
        for key, data in files.items()
    )
    return (
        f"<ListBucketResult><Name>{BUCKET}</Name><IsTruncated>false</IsTruncated>{objects}</ListBucketResult>".encode()
    )


def measured(body: str, argument: str) -> str:
    """What a process of its own read, in what time and with what memory."""
    environment = {**os.environ, "AWS_ACCESS_KEY_ID": "none", "AWS_SECRET_ACCESS_KEY": "none"}
    done = subprocess.run(
        [sys.executable, "-c", AROUND.format(body=body), argument],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    read, denied, seconds, peak = json.loads(done.stdout.splitlines()[-1])
    return f"{read:>9,} events, {denied:,} denied  {seconds:6.1f} s  {read / seconds:>9,.0f} events/s  {peak:6.0f} MiB"


def main() -> None:
    """Prints both measurements."""
    events = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    begun = time.perf_counter()
    files = log_files(events)
    size = sum(map(len, files.values())) / (1 << 20)
    print(f"{len(files)} log files, {size:.1f} MiB packed, made in {time.perf_counter() - begun:.1f} s")
    mine, theirs = multiprocessing.Pipe()
    server = multiprocessing.Process(target=serve, args=(files, theirs), daemon=True)
    server.start()
    print("trail in S3 ", measured(TRAIL, f"http://127.0.0.1:{mine.recv()}"))
    server.terminate()
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder, "log.json.gz")
        records = [one for data in files.values() for one in json.loads(gzip.decompress(data))["Records"]]
        whole.write_bytes(gzip.compress(json.dumps({"Records": records}).encode(), 1))
        del records
        print("one file    ", measured(FILE, str(whole)))


if __name__ == "__main__":
    main()
