"""A duty officer's morning in a real Chromium, against the real hub: water rises, a crew goes, the case is closed."""

import pytest

from tests.acceptance.looking import faults

pytestmark = pytest.mark.slow
PAGES = ["", "hub/wall", "hub/league", "waterlogging/now", "waterlogging/devices"]


async def test_the_morning(enter, hub):
    page = await enter("wen")
    await page.get_by_text("Nothing is wrong").wait_for()
    found = {"quiet": await faults(page, "real-home-quiet")}
    hub.water("gauge/elm-street", 30, 90, 131)
    await page.locator(".case").get_by_text("Elm Street").wait_for(timeout=8000)
    await page.get_by_text("North crew").first.wait_for()
    found["raised"] = await faults(page, "real-home-raised")
    await page.locator(".case").first.click()
    await page.locator("dialog").wait_for()
    await page.wait_for_timeout(500)
    found["case"] = await faults(page, "real-case")
    await page.keyboard.press("Escape")
    assert {name: each for name, each in found.items() if each} == {}


@pytest.mark.parametrize(("locale", "scheme"), [("en-GB", "light"), ("zh-CN", "dark")])
async def test_pages(enter, locale, scheme):
    page = await enter("mayor", locale=locale, color_scheme=scheme)
    found = {}
    for path in PAGES:
        await page.evaluate(f"location.hash = '#/{path}'")
        await page.wait_for_timeout(900)
        found[path] = await faults(page, f"real-{path.replace('/', '-') or 'home'}-{locale}")
    assert {path: each for path, each in found.items() if each} == {}
