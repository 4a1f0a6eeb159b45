"""Whether somebody said something: what is asked for in words is not answered by a blank that looks full, nor by a dash."""


def says_something(words: str) -> bool:
    """Whether there is a letter or a digit in it, of any script; characters without width, dots and dashes say nothing."""
    return any(map(str.isalnum, words))
