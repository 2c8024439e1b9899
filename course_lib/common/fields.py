"""What the numbers of a configuration may be."""


def positive(config, *names):
    """Raise a ValueError unless each of these fields is 1 or more."""
    at_least(config, 1, *names)


def at_least(config, low, *names):
    """Raise a ValueError unless each of these fields is so much or more."""
    for name in names:
        if not getattr(config, name) >= low:
            raise ValueError(f"{name}={getattr(config, name)}: it has to be {low} or more.")


def between(config, low, high, *names):
    """Raise a ValueError unless each of these fields lies between two numbers, or is one of them."""
    for name in names:
        if not low <= getattr(config, name) <= high:
            raise ValueError(f"{name}={getattr(config, name)}: it has to be {low} to {high}.")
