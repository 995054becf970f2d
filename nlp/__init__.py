"""Pure computation: text and arrays in, values out. No database, nothing of ours imported."""

import sys
from pathlib import Path

BUNDLED = Path(__file__).with_name("bundled")
"""What a wheel of ours brings inside (hatch_build.py); elsewhere it is installed beside us, and this is no folder."""

if BUNDLED.is_dir():
    sys.path.insert(0, str(BUNDLED))
