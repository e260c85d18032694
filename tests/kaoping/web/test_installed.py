"""Whether the web desk can be tested here: what it needs comes with kaoping[desk], and so with kaoping[test]."""

import pytest

from tests.kaoping.web.conftest import LACKING


def test_what_the_desk_needs_is_installed() -> None:
    if LACKING:
        pytest.skip(f"the web desk is not tested: {' '.join(LACKING)} not installed (kaoping[test])")
