"""The version of decidua, in one place."""

__version__ = "0.1.0"
