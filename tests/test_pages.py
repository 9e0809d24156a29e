"""What every page owes to who opens it for the first time."""

from citywide.app import EVERYTHING


def test_every_page_tells_a_newcomer_what_to_look_at_in_one_line_of_either_language() -> None:
    pages = [page for system in EVERYTHING for page in system.pages]
    assert len(pages) > 20
    for page in pages:
        assert page.tells is not None, page.name
        assert 20 < len(page.tells.en) <= 110, page.name
        assert 10 < len(page.tells.zh) <= 60, page.name
        assert not page.tells.zh.isascii()
