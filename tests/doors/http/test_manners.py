"""Every answer has the same manners, be it a page, a file, a reading or a refusal."""

import pytest
from litestar.testing import TestClient

from citywide.doors.http.assets import STATIC

ANYWHERE = ["/", "/v1/city", "/v1/pages", "/nothing/here", "/v1/readings", "/schema", "/metrics"]


@pytest.mark.parametrize("path", ANYWHERE)
def test_a_refusal_is_as_safe_as_an_answer(door: TestClient, path: str) -> None:
    door.cookies.clear()
    headers = door.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["cache-control"] in {"no-cache", "no-store"}
    assert headers["content-type"].count("charset") <= 1


@pytest.mark.parametrize("path", ANYWHERE)
def test_head_says_what_get_would_without_saying_it(door: TestClient, path: str) -> None:
    door.cookies.clear()
    asked, headed = door.get(path), door.head(path)
    assert headed.status_code == asked.status_code
    assert headed.headers["content-type"] == asked.headers["content-type"]
    assert headed.content == b""


def test_a_stream_that_never_ends_ends_for_head(door: TestClient, sign_in) -> None:
    sign_in("wen")
    headed = door.head("/v1/live?topics=alarm")
    assert (headed.status_code, headed.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")


def test_a_way_that_is_shut_names_those_that_are_open(door: TestClient) -> None:
    shut = door.put("/v1/session")
    assert (shut.status_code, set(shut.headers["allow"].split(", "))) == (405, {"OPTIONS", "POST", "DELETE"})
    assert "HEAD" in door.post("/v1/city").headers["allow"]


def test_who_is_not_known_is_told_how_to_be(door: TestClient) -> None:
    door.cookies.clear()
    assert door.get("/v1/pages").headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("path", ["/services.json", "/nope.js", "/wp-login.php", "/reports", "/v2/x", "/a%00.js"])
def test_what_is_not_there_is_not_found(door: TestClient, path: str) -> None:
    program = door.get(path, headers={"accept": "application/json"})
    assert (program.status_code, program.headers["content-type"]) == (404, "application/problem+json")
    person = door.get(path, headers={"accept": "text/html,*/*"})
    assert (person.status_code, "<div id=" in person.text) == (404, True)


def test_pages_are_asked_for_anew_and_what_they_are_made_of_is_kept(door: TestClient) -> None:
    for path in ("/", "/report", "/follow/abc"):
        assert door.get(path).headers["cache-control"] == "no-cache"
    asset = next((STATIC / "assets").glob("*.js")).name
    packed = door.get(f"/assets/{asset}", headers={"accept-encoding": "br, gzip"})
    plain = door.get(f"/assets/{asset}", headers={"accept-encoding": "identity"})
    assert (packed.headers["content-encoding"], plain.headers.get("content-encoding")) == ("gzip", None)
    assert packed.content == plain.content == (STATIC / "assets" / asset).read_bytes()
    assert all("immutable" in each.headers["cache-control"] for each in (packed, plain))
    assert [door.get(f"/assets/{gone}").status_code for gone in ("gone.js", "..%2Findex.html", "%00.js")] == [404] * 3


def test_search_engines_are_kept_from_residents_links(door: TestClient) -> None:
    assert "Disallow: /follow/" in door.get("/robots.txt").text


def test_the_figures_tell_of_this_worker_and_of_the_databases_log(door: TestClient) -> None:
    figures = door.get("/metrics").text
    assert "citywide_log_not_kept 0.0" in figures
    assert 'citywide_parts_kept{worker="' in figures
