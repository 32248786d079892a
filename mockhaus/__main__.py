"""`python -m mockhaus` is the command `mockhaus`."""

from mockhaus.cli.process import run

if __name__ == "__main__":
    run()
