"""A command called as in the tests of the command line."""

from tests.kaoping.test_cli import run as run
