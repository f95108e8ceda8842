"""The labels that the project has."""

from __future__ import annotations

import pytest

from learning.messages import LabelSpace, label_space
from scripts.common import ROOT


@pytest.fixture(scope="session")
def space() -> LabelSpace:
    return label_space(ROOT)
