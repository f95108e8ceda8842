"""One target under atheris: `python -m benchmarks.fuzz.one TARGET` and libFuzzer's own arguments."""

from __future__ import annotations

import sys

import atheris  # type: ignore[import-not-found,import-untyped,unused-ignore]

with atheris.instrument_imports(include=["blina"]):
    from benchmarks.fuzz.targets import TARGETS

if __name__ == "__main__":
    TARGETS[sys.argv[1]](b"")  # what is loaded at the first call takes no time of a run
    atheris.Setup([sys.argv[0], *sys.argv[2:]], TARGETS[sys.argv[1]])
    atheris.Fuzz()
