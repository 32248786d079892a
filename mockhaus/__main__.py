"""`python -m mockhaus` is the command `mockhaus`."""

from mockhaus.cli.main import main

if __name__ == "__main__":
    main(prog_name="mockhaus")
