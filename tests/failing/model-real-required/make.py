def build():
    raise AssertionError("must not be asked")
