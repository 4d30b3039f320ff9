"""Lets ``python -m decidua`` run the terminal tool."""

from decidua.cli import run

if __name__ == "__main__":
    run()
