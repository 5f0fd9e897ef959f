"""Settings that every test shares.

``make test`` draws the same examples every time, so that it passes or fails for a reason in the code;
``HYPOTHESIS_PROFILE=explore`` goes looking for new ones.
"""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("steady", derandomize=True, deadline=None)
settings.register_profile("explore", deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))
