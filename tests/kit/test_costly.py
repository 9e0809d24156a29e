"""What takes long is asked for at most a tenth of the time, however many ask."""

from citywide.kit.costly import Costly


def test_an_answer_serves_ten_times_as_long_as_it_took() -> None:
    hands, asked = [100.0], list[float]()

    def takes_five() -> int:
        asked.append(hands[0])
        hands[0] += 5
        return len(asked)

    answer = Costly(takes_five, lambda: hands[0])
    heard = []
    for moment in (100.0, 106.0, 154.0, 156.0, 157.0):
        hands[0] = max(hands[0], moment)
        heard.append(answer.now())
    assert heard == [1, 1, 1, 2, 2]
    assert asked == [100.0, 156.0]


def test_what_fails_is_asked_anew() -> None:
    answers = iter((0, 4))
    answer = Costly(lambda: 1 / next(answers), lambda: 0.0)
    for expected in (None, 0.25):
        try:
            assert answer.now() == expected
        except ZeroDivisionError:
            assert expected is None
