"""`python -m jaxgan`: the same as `jaxgan`."""

from jaxgan.run.commands.cli import main

if __name__ == "__main__":
    main()
