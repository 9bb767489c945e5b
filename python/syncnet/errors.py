"""What goes wrong."""


class Error(RuntimeError):
    """`code` is stable ("not_found", "cancelled", ...: docs/api.md lists them), `hint` says what to do."""

    def __init__(self, message: str, code: str, hint: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.hint = hint

    def __reduce__(self):
        return type(self), (str(self), self.code, self.hint)
