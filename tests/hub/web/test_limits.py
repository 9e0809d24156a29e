"""How often one address may ask, and who counts as one."""

from citywide.hub.web.limits import Limit, neighbourhood


def test_an_address_that_asks_too_often_waits() -> None:
    now = [0.0]
    limit = Limit(at_once=2, per_second=0.5, clock=lambda: now[0])
    assert [limit.allows("a") for _ in range(3)] == [True, True, False]
    assert limit.allows("b")
    now[0] = 2.0
    assert [limit.allows("a") for _ in range(2)] == [True, False]


def test_each_caller_is_counted_alone_however_the_listener_writes_addresses() -> None:
    assert neighbourhood("::ffff:203.0.113.7") == neighbourhood("203.0.113.7") == "203.0.113.7"
    assert neighbourhood("2001:db8:1:2::1") == neighbourhood("2001:db8:1:2:ffff::") != neighbourhood("2001:db8:1:3::1")
