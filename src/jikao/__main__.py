"""``python -m jikao`` is the ``jikao`` command."""

from jikao.cli import main

if __name__ == "__main__":
    main()
