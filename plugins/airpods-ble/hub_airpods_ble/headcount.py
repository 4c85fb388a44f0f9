"""How many of a team are there."""


class Headcount:
    """Counts one team.

    With `report: team` it is not remembered over a restart who is there, only how many: `expected` people whom nobody can name.
    Each of the first that are heard again is taken for one of them; those not heard by `until` (seconds) have gone.
    """

    def __init__(self, *, heard: int = 0, expected: int = 0, until: float = 0.0) -> None:
        self._heard = heard
        self._expected = expected
        self._until = until

    @property
    def present(self) -> int:
        """How many are there, as far as anybody knows."""
        return self._heard + self._expected

    def arrive(self) -> bool:
        """Count one more; tell whether that is news, and not one of those who were expected."""
        self._heard += 1
        if self._expected:
            self._expected -= 1
            return False
        return True

    def leave(self) -> None:
        """Count one less."""
        self._heard -= 1

    def wait(self, now: float) -> bool:
        """Let time pass; tell whether one of those who were expected has gone. Call again while it says so."""
        if not self._expected or now < self._until:
            return False
        self._expected -= 1
        return True
