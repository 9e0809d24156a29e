"""How long lights must last at a crossing, as its facts say."""

from typing import NamedTuple

from citywide.systems.traffic.crossing.facts import Facts, whole


class Times(NamedTuple):
    """Seconds: the least green, then yellow and all-red of vehicles; walk, then clearance of walkers."""

    min_green_s: int = 5
    yellow_s: int = 3
    all_red_s: int = 1
    walk_s: int = 7
    walk_clears_s: int = 6

    @property
    def clears_s(self) -> int:
        """From the end of a green to the next one."""
        return self.yellow_s + self.all_red_s

    @property
    def least_s(self) -> int:
        """Of a split in which vehicles go."""
        return self.min_green_s + self.clears_s

    @property
    def walkers_s(self) -> int:
        """Of a split beside which people walk."""
        return max(self.least_s, self.walk_s + self.walk_clears_s)


def times_of(name: str, facts: Facts) -> Times:
    """A crossing's times; where its facts are silent, the ordinary ones."""
    return Times(*(whole(name, facts, field, usual) for field, usual in Times()._asdict().items()))
