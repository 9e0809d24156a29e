"""What the made-up city holds: cases, vehicles, gauges, and a few things that keep happening."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from console.mock.ground import HALF, Place, anywhere

Text = dict[str, str]
WRONG = [
    ("Pump out Elm Street underpass", "榆树街下穿道排水", "drainage"),
    ("Manhole cover missing on 6th Street", "第6街井盖缺失", "roads"),
    ("Street lights dark along North Bank", "北岸路灯不亮", "lighting"),
    ("Rubbish not collected at West Gate market", "西门市场垃圾未清运", "sanitation"),
    ("Tree across the road at Elm Hill", "榆山路树木倒伏", "parks"),
    ("Gas smell reported in Old Town", "老城燃气异味", "gas"),
    ("Water main leaking at New Harbour", "新港供水管漏水", "water"),
]
STATES = ["waiting", "assigned", "working", "paused", "checking", "closed"]
AFTER = {
    "assign": "assigned",
    "start": "working",
    "pause": "paused",
    "resume": "working",
    "reroute": "waiting",
    "check": "checking",
    "close": "closed",
    "reopen": "waiting",
}


def now() -> datetime:
    """The hub's clock."""
    return datetime.now(UTC)


def text(en: str, zh: str) -> Text:
    """Both languages."""
    return {"en": en, "zh": zh}


class State:
    """Everything of one run; `seed` decides it all."""

    def __init__(self, seed: int = 1, vehicles: int = 10_000, cases: int = 14) -> None:
        self.dice = random.Random(seed)  # noqa: S311 - a made-up city
        self.cases = [self._case(number) for number in range(1, cases + 1)]
        self.vehicles: list[Place] = [anywhere(self.dice) for _ in range(vehicles)]
        self.gauges: list[Place] = [anywhere(self.dice) for _ in range(40)]
        self.depths = [abs(self.dice.gauss(3, 5)) for _ in self.gauges]
        self.story = [self._happened(back) for back in range(40)]
        self.followed: dict[str, int] = {}
        self.news: list[tuple[str, dict[str, Any]]] = []

    def _case(self, number: int) -> dict[str, Any]:
        en, zh, department = WRONG[number % len(WRONG)]
        opened = now() - timedelta(minutes=self.dice.uniform(2, 300))
        state = STATES[number % len(STATES)]
        lon, lat = anywhere(self.dice)
        return {
            "id": number,
            "title": text(en, zh),
            "state": state,
            "opened": opened.isoformat(),
            "due": (opened + timedelta(minutes=self.dice.choice([90, 240, 400]))).isoformat(),
            "category": department,
            "department": department,
            "lon": lon,
            "lat": lat,
            "about": None,
            "assigned_to": None if state == "waiting" else f"crew/{self.dice.choice(['north', 'south', 'river'])}",
            "details": "",
            "photos": [],
            "steps": [_step(opened, "opened", text("The case was opened.", "案件已受理。"))],
        }

    def _happened(self, back: int) -> dict[str, Any]:
        en, zh, _ = WRONG[back % len(WRONG)]
        kind = ["alarm", "case", "clear", "closed"][back % 4]
        at = now() - timedelta(minutes=back * 7)
        return {
            "index": 1000 - back,
            "kind": kind,
            "at": at.isoformat(),
            "says": text(f"{kind}: {en}", f"{zh}（{kind}）"),
        }

    def case(self, number: int) -> dict[str, Any] | None:
        """The case of that number, if there is one."""
        return next((case for case in self.cases if case["id"] == number), None)

    def open_case(self, title: Text, category: str, place: Place | None, details: str = "") -> dict[str, Any]:
        """A new case, waiting."""
        case = self._case(len(self.cases) + 1)
        lon, lat = place or (None, None)
        case |= {
            "title": title,
            "category": category,
            "state": "waiting",
            "assigned_to": None,
            "lon": lon,
            "lat": lat,
        }
        case |= {
            "details": details,
            "opened": now().isoformat(),
            "due": (now() + timedelta(hours=4)).isoformat(),
        }
        self.cases.append(case)
        self.tell_case(case)
        return case

    def act(self, case: dict[str, Any], action: str, note: str, to: str | None) -> None:
        """Carry out one action and say so."""
        case["state"] = AFTER[action]
        if action == "assign":
            case["assigned_to"] = to
        if action == "reroute":
            case |= {"department": to, "assigned_to": None}
        case["steps"].append(_step(now(), action, text(f"{action}. {note}".strip(), f"{action}。{note}")))
        self.tell_case(case)

    def tell_case(self, case: dict[str, Any]) -> None:
        """Put the change on the live stream, with its entry in the log."""
        self.news.append(("case", {"id": case["id"], "state": case["state"]}))
        entry = {
            "index": len(self.story) + 1000,
            "kind": "case",
            "at": now().isoformat(),
            "says": case["title"],
        }
        self.story.insert(0, entry)
        self.news.append(("evidence", entry))

    def drive(self, count: int) -> dict[str, list[Any]]:
        """Move that many vehicles a little; the columns of `latest`."""
        chosen = [self.dice.randrange(len(self.vehicles)) for _ in range(count)] if self.vehicles else []
        for at in chosen:
            lon, lat = self.vehicles[at]
            self.vehicles[at] = (
                lon + self.dice.gauss(0, 0.004) * HALF[0],
                lat + self.dice.gauss(0, 0.004) * HALF[1],
            )
        speeds = [self.dice.uniform(0, 60) for _ in chosen]
        return {
            "entity": [f"bus/{at}" for at in chosen],
            "quantity": ["speed"] * len(chosen),
            "value": speeds,
            "time": [now().isoformat()] * len(chosen),
            "lon": [self.vehicles[at][0] for at in chosen],
            "lat": [self.vehicles[at][1] for at in chosen],
        }


def _step(at: datetime, what: str, says: Text) -> dict[str, Any]:
    return {"at": at.isoformat(), "who": "hub", "what": what, "says": says}
