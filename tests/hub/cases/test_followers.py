"""Each who reported a case has a word of their own; the first has the last, and nobody can speak for them."""

from citywide.hub import Point
from citywide.hub.cases.verdict import confirm, rate
from citywide.hub.reports.receive import Report, hash_of, take
from citywide.hub.testing import TrialCity

PLACE = Point(106.5, 29.5)


class Told:
    """A case that residents tell of, one after the other."""

    def __init__(self, city: TrialCity) -> None:
        self.city, self.case = city, None
        self.case, self.first = self.told()

    def told(self) -> tuple[int, bytes]:
        report = Report("pothole", "deep hole", PLACE, join=self.case)
        with self.city.hub.database.transaction() as connection:
            taken = take(connection, self.city.hub.desk, report, [], self.city.clock.now())
        return taken.case, hash_of(taken.follow)

    def do(self, act: str, *more: object) -> None:
        desk, now = self.city.hub.desk, self.city.clock.now()
        with self.city.hub.database.transaction() as connection:
            if act == "rate":
                rate(connection, self.case, more[1], more[0], now)
            elif act == "confirm":
                confirm(desk, connection, self.case, more[0], now)
            else:
                getattr(desk, act)(connection, self.case, now, "resident", *more)

    def row(self) -> dict:
        return self.city.hub.database.rows("select * from hub.cases where id = %s", (self.case,))[0]


def test_who_joins_can_lower_the_stars_and_cannot_raise_or_give_them(city: TrialCity) -> None:
    told = Told(city)
    joiners = [told.told()[1] for _ in range(3)]
    told.do("close", "done")
    for joiner in joiners:
        told.do("rate", 5, joiner)
    assert told.row()["stars"] is None
    told.do("rate", 2, told.first)
    assert told.row()["stars"] == 2
    told.do("rate", 5, told.first)
    assert told.row()["stars"] == 5
    for joiner in joiners[:2]:
        told.do("rate", 1, joiner)
    assert told.row()["stars"] == 3
    own = city.hub.database.rows("select stars from hub.follower where cases = %s order by number", (told.case,))
    assert [each["stars"] for each in own] == [5, 1, 1, 5]

    late = Told(city)
    city.at("08:30")
    late.do("close", "done")
    late.do("rate", 4, late.first)
    city.at("08:40")
    late.do("reopen")
    after = late.told()[1]
    late.do("close", "done")
    late.do("rate", 1, after)
    assert late.row()["stars"] == 4, "who came after it was said to be done is heard by reopening it"


def test_only_the_first_who_told_it_confirms_for_the_case(city: TrialCity) -> None:
    told = Told(city)
    city.at("07:58")  # the host's clock was put back: who came first did so whatever it says
    joiner = told.told()[1]
    city.hub.database.rows("update hub.cases set state = 'checking' where id = %s returning id", (told.case,))
    told.do("confirm", joiner)
    assert (told.row()["state"], told.row()["confirmed"]) == ("checking", None)
    told.do("confirm", told.first)
    assert (told.row()["state"], told.row()["confirmed"]) == ("closed", city.clock.now())
    told.do("reopen", "not mended")
    said = city.hub.database.rows("select confirmed from hub.follower where cases = %s", (told.case,))
    assert said == [{"confirmed": None}] * 2
