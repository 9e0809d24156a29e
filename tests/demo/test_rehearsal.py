"""What is compiled before the first demo is compiled by living."""

from citywide.commands import rehearsal


def test_a_small_city_lives_for_a_while_behind_a_hub_of_its_own() -> None:
    assert rehearsal.main() == 0
