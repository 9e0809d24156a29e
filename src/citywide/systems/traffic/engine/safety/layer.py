"""The layer itself: wishes in, safe lights out, once a second for all crossings."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

import numpy as np

from citywide.kit.compiled import compiled
from citywide.systems.traffic.engine.control.layout import Bytes, Flags, Ints
from citywide.systems.traffic.engine.safety.emergency import serves_emergency
from citywide.systems.traffic.engine.safety.fallback import follow_plan, place_in_plan, set_place, with_plans
from citywide.systems.traffic.engine.safety.greens import show
from citywide.systems.traffic.engine.safety.leaving import let_out
from citywide.systems.traffic.engine.safety.memory import Memory, all_red, memory_of, taken_back
from citywide.systems.traffic.engine.safety.model import Lamps, Rules, Steps, dark_lamps
from citywide.systems.traffic.engine.safety.pedestrians import keep_late_calls, take_calls
from citywide.systems.traffic.engine.safety.waits import allowed


@dataclass
class Safety:
    """The lights of all crossings: ask with `step`, read `lamps`."""

    rules: Rules
    lamps: Lamps = field(init=False)

    def __post_init__(self) -> None:
        self.lamps = dark_lamps(self.rules)

    @classmethod
    def begun(cls, rules: Rules, memory: Memory | None = None, away_s: float = 0.0) -> Self:
        """The layer of a process that starts: without a memory, or after more than a second, with everybody red."""
        safety = cls(rules)
        if memory is None:
            safety.lamps = all_red(rules)
        else:
            safety.rules, safety.lamps = taken_back(rules, memory, away_s)
        return safety

    def memory(self) -> dict[str, list[int]]:
        """All that another process needs to go on in the next second as this one would."""
        return memory_of(self.rules, self.lamps)

    def step(
        self, wish: Ints, trusted: Flags, calls: Flags, emergency: Ints | None = None, leaving: Flags | None = None
    ) -> Bytes:
        """One second: wishes (phase or anything else) per crossing, calls per movement; the lights shown.

        `leaving` are the movements of which somebody stood within the crossing a moment ago and is not out.
        """
        crossings, moves = len(self.rules.max_red), len(self.lamps.light)
        going = np.zeros(moves, np.bool_) if leaving is None else leaving
        if (len(wish), len(trusted), len(calls), len(going)) != (crossings, crossings, moves, moves):
            raise ValueError(
                f"{len(wish)} wishes, {len(trusted)} trusted, {len(calls)} calls, {len(going)} leaving; "
                f"accepted: {crossings} crossings, {moves} movements"
            )
        urgent = np.full(len(wish), -1, np.int32) if emergency is None else emergency
        step_all(self.rules, self.lamps, wish, trusted, calls, urgent, going)
        return self.lamps.light

    def run_plans(self, plans: Mapping[int, Steps], into_s: Mapping[int, float]) -> None:
        """Take other fixed plans, each at its place in the cycle; all are refused where one cannot be."""
        self.rules = with_plans(self.rules, plans)
        for crossing, steps in plans.items():
            set_place(self.lamps, crossing, place_in_plan(steps, into_s.get(crossing, 0.0)))


@compiled
def step_all(
    rules: Rules, lamps: Lamps, wish: Ints, trusted: Flags, calls: Flags, urgent: Ints, leaving: Flags
) -> None:
    """One second of every crossing."""
    for crossing in range(len(wish)):
        serving = serves_emergency(rules, lamps, crossing, int(urgent[crossing]))
        take_calls(rules, lamps, crossing, calls, serving)
        asked = follow_plan(rules, lamps, crossing)
        phases = rules.phase_from[crossing + 1] - rules.phase_from[crossing]
        if serving:
            lamps.target[crossing] = urgent[crossing]
        else:
            if trusted[crossing] and 0 <= wish[crossing] < phases:
                asked = int(wish[crossing])
            lamps.target[crossing] = allowed(rules, lamps, crossing, asked)
        let_out(rules, lamps, crossing, leaving, serving)
        show(rules, lamps, crossing)
        keep_late_calls(rules, lamps, crossing, calls)
