"""How a disease runs, in the days that physicians speak of, and as the engines reckon with it."""

from math import ceil

from msgspec import Struct

from citywide.systems.epidemic.engine.natural_history import NaturalHistory


class Course(Struct, frozen=True):
    """Days from infection to falling ill, from one case's onset to the next one's, and from onset to the hospital."""

    incubation: float = 4.5
    incubation_sd: float = 2.0
    serial: float = 5.0
    infectious_sd: float = 2.0
    infectious_before: int = 3  # days before onset
    to_visit: float = 1.2

    def history(self) -> NaturalHistory:
        """The natural history that has this incubation and this serial interval."""
        infectious = max(0.5, self.serial - self.incubation + self.infectious_before)
        longest = ceil(max(16, self.incubation + 4 * self.incubation_sd, infectious + 4 * self.infectious_sd))
        return NaturalHistory(
            self.incubation, self.incubation_sd, -self.infectious_before, infectious, self.infectious_sd, longest
        )


# Incubation: Lessler et al. 2009 (influenza A), Lee et al. 2013 (norovirus), Yang et al. 2017 (hand, foot and mouth);
# serial intervals: Vink et al. 2014 (influenza A), Heijne et al. 2009 (norovirus).
INFLUENZA = Course(1.4, 0.6, 2.8, 1.5, 1)
NOROVIRUS = Course(1.2, 0.6, 3.6, 2.0, 1, to_visit=1.0)
HAND_FOOT_AND_MOUTH = Course(4.5, 2.0, 5.0, 2.0, 3, to_visit=1.5)
