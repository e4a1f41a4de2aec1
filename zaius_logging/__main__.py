"""The command `zaius-logging`."""


def main() -> None:
    """Run the command."""
