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


# Sources. Median incubation: influenza A 1.4 days (Lessler 2009, doi 10.1016/S1473-3099(09)70069-6), norovirus 1.2
# (Lee 2013, doi 10.1186/1471-2334-13-446), hand, foot and mouth 4.4 in kindergartens and 4.7 in primary schools
# (Yang 2017, doi 10.1038/s41598-017-16705-7). Mean serial interval: influenza A(H1N1)pdm09 2.8 days, A(H3N2) 2.2 (Vink
# 2014, doi 10.1093/aje/kwu209); norovirus from the outbreaks to which Heijne 2009 (doi 10.3201/eid1501.080299) fits a
# gamma, where households alone gave 52 hours (Götz 2001). Assumed: every spread, how long before onset people infect,
# days to the visit, and the serial interval of hand, foot and mouth disease.
INFLUENZA = Course(1.4, 0.6, 2.8, 1.5, 1)
NOROVIRUS = Course(1.2, 0.6, 3.6, 2.0, 1, to_visit=1.0)
HAND_FOOT_AND_MOUTH = Course(4.5, 2.0, 5.0, 2.0, 3, to_visit=1.5)
