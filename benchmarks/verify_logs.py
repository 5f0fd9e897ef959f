"""How fast ``verify-logs`` is: files and megabytes a second over a local copy of a trail, and the memory it takes.

Run: ``.venv/bin/python benchmarks/verify_logs.py [HOURS]``. Each hour has twelve log files of some 400 records.
"""

from __future__ import annotations

import gzip
import json
import random
import resource
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from policysim.cloudtrail.digest_verdicts import Tally
from policysim.sources.digests.local_copy import LocalStore
from policysim.sources.digests.public_keys import SavedKeys
from policysim.sources.digests.verification import Asked, verify
from tests.signed_logs import HOUR, START, Stored, Trail, public_keys

LOGS_AN_HOUR = 12
RECORDS = 400


def main() -> None:
    """Makes a trail in two Regions, verifies it and prints one line."""
    hours = int(sys.argv[1]) if len(sys.argv) > 1 else 48
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        packed, unpacked = _made(folder, hours)
        (folder / "keys.json").write_text(json.dumps(public_keys()))
        began, used = time.perf_counter(), time.process_time()
        tally = Tally()
        for told in verify(LocalStore(name), SavedKeys([folder / "keys.json"]), Asked(), START + hours * HOUR):
            tally.add(told)
        seconds, cpu = time.perf_counter() - began, time.process_time() - used
    files = tally.files.total()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{files} files ({packed / 1e6:.0f} MB packed, {unpacked / 1e6:.0f} MB unpacked) in {seconds:.2f} s"
        f" ({cpu:.2f} s of processor): {files / seconds:.0f} files/s, {unpacked / 1e6 / seconds:.0f} MB/s;"
        f" {peak:.0f} MB of memory; {tally.outcome}"
    )


def _made(folder: Path, hours: int) -> tuple[int, int]:
    drawn = random.Random(7)  # noqa: S311  # records to pack, no secrets
    sizes = [0, 0]
    for region in ("eu-west-1", "us-east-1"):
        trail = Trail()
        previous = None
        for hour in range(hours):
            begin = START + hour * HOUR
            listed = []
            for number in range(LOGS_AN_HOUR):
                key = trail.log(begin + timedelta(minutes=5 * number), region)
                content = json.dumps({"Records": [_record(drawn) for _ in range(RECORDS)]}).encode()
                trail.objects[key] = Stored(gzip.compress(content, 6))
                sizes[0] += len(trail.objects[key].data)
                sizes[1] += len(content)
                listed.append(key)
            previous = trail.digest(begin, begin + HOUR, listed, region=region, previous=previous)
        trail.write(folder)
    return sizes[0], sizes[1]


def _record(drawn: random.Random) -> dict[str, str]:
    return {
        "eventID": f"{drawn.getrandbits(128):032x}",
        "eventSource": "s3.amazonaws.com",
        "eventName": drawn.choice(("GetObject", "PutObject", "ListBucket")),
        "userAgent": "aws-sdk-java/2.20 Linux/5.10 OpenJDK_64-Bit_Server_VM/17 vendor/Amazon " * 4,
        "sourceIPAddress": f"10.{drawn.randrange(256)}.{drawn.randrange(256)}.{drawn.randrange(256)}",
    }


if __name__ == "__main__":
    main()
