"""Lets ``python -m decidua`` run the terminal tool."""

from decidua.start import run

if __name__ == "__main__":
    run()
