"""A duty officer's morning in a real Chromium, against the real hub: water rises, a crew goes, the case is closed."""

import re

import pytest

from tests.acceptance.looking import CELLS_IN_SIGHT, faults, settled, shot

pytestmark = pytest.mark.slow
PAGES = ["", "hub/wall", "hub/league", "waterlogging/now", "waterlogging/devices", "case/1"]
IN_TIME = 8000  # milliseconds; nothing is reloaded meanwhile


async def act(page, name, note=""):
    """Do something with the open case, by its button and the little form behind it."""
    await page.locator("dialog .acts").get_by_role("button", name=name, exact=True).click()
    asked = page.locator("dialog").last
    if note:
        await asked.get_by_label("Note").fill(note)
    await asked.get_by_role("button", name=name, exact=True).click()


async def state(page, name):
    await page.locator("dialog .line .pill", has_text=name).wait_for()


async def test_from_a_quiet_morning_to_a_dry_road(enter, hub):
    page = await enter("wen")
    await page.get_by_text("Nothing is wrong").wait_for()
    found = {"quiet": await faults(page, "duty-1-quiet")}

    hub.water("gauge/elm-street", 30, 90, 131)
    case = page.locator(".case", has_text="Pump out 榆树街下穿道 Elm Street")
    await case.get_by_text("北区抢险队 North").wait_for(timeout=IN_TIME)
    alarm = page.locator("li", has_text="13 cm of water").filter(has=page.get_by_role("button"))
    await alarm.wait_for(timeout=IN_TIME)
    found["raised"] = await faults(page, "duty-2-raised")
    await alarm.get_by_role("button", name="Acknowledge").click()
    await page.get_by_text("wen has seen: 13 cm of water").wait_for(timeout=IN_TIME)
    await page.locator(".cases li", has_text="13 cm of water").get_by_text("Acknowledged").wait_for()

    await case.click()
    await page.locator(".deadline", has_text=re.compile(r"^due .*2 hours, day and night from")).wait_for()
    await page.get_by_text("nearest of 2 free").last.wait_for()
    found["case"] = await faults(page, "duty-3-case")
    await act(page, "Pause", "the road is closed by the police")
    await state(page, "Paused")
    paused = re.compile(r"paused with 2\.0 h left, until .+ at the latest: the road is closed")
    await page.locator(".deadline", has_text=paused).wait_for()
    await act(page, "Resume")
    await act(page, "Start work")
    await state(page, "Working")
    await act(page, "Ask for a check")
    await act(page, "Close case", "pumped out, looked at")
    await state(page, "Closed")
    found["closed"] = await faults(page, "duty-4-closed")
    await page.keyboard.press("Escape")
    await page.get_by_text("No open case").wait_for(timeout=IN_TIME)

    hub.water("gauge/elm-street", 20)
    await page.get_by_text("Nothing is wrong").wait_for(timeout=IN_TIME)
    assert {name: each for name, each in found.items() if each} == {}


@pytest.mark.parametrize(("locale", "scheme"), [("en-GB", "light"), ("zh-CN", "dark")])
async def test_the_managers_pages_have_no_serious_fault_in_either_language(enter, hub, locale, scheme):
    hub.water("gauge/mill-road", 40, 110, 262)
    page = await enter("mayor", locale=locale, color_scheme=scheme)
    await page.locator(".case", has_text="Mill Road").wait_for(timeout=IN_TIME)
    found = {}
    for path in PAGES:
        await page.evaluate(f"location.hash = '#/{path}'")
        await page.locator("dialog h2" if path.startswith("case") else "#main section").first.wait_for()
        await settled(page)
        assert await page.evaluate("(nav => nav.scrollHeight <= nav.clientHeight)(document.querySelector('#rail nav'))")
        found[path] = await faults(page, f"real-{path.replace('/', '-') or 'home'}-{locale}")
    assert {path: each for path, each in found.items() if each} == {}


async def test_a_phone_shows_every_cell_of_a_row_too_wide_for_it(enter, hub):
    hub.water("gauge/mill-road", 40, 110, 262)
    page = await enter("mayor", "/#/hub/wall", viewport={"width": 390, "height": 844})
    await page.get_by_role("gridcell", name="cm of water at").first.wait_for(timeout=IN_TIME)
    assert await page.evaluate(CELLS_IN_SIGHT)
    assert await faults(page, "real-hub-wall-phone") == []


async def test_the_league_names_the_department_in_the_readers_language(enter):
    page = await enter("mayor", "/#/hub/league", locale="zh-CN")
    await page.get_by_role("gridcell", name="排水部门").wait_for()
    await page.keyboard.press("l")
    await page.get_by_role("gridcell", name="Drainage").wait_for()


async def test_times_are_the_citys_wherever_the_reader_sits(enter):
    far = await enter("wen", timezone_id="America/New_York")
    near = await enter("wen", timezone_id="Asia/Shanghai")
    clock = "document.querySelector('#rail time').textContent"
    assert (await far.evaluate(clock))[:2] == (await near.evaluate(clock))[:2]


async def test_a_restarted_hub_is_heard_again_and_nothing_is_missed(enter, hub):
    page = await enter("wen")
    await page.locator(".flow", has_text="Live").wait_for()
    hub.stop()
    await page.locator(".flow.cut").wait_for()
    await page.locator(".fresh.stale").first.wait_for()
    await shot(page, "duty-5-cut-off")
    hub.start()
    hub.water("gauge/old-quay", 30, 90, 151)
    await page.locator(".case", has_text="Old Quay").wait_for()
    await page.locator(".flow", has_text="Live").wait_for()
    await page.locator(".fresh").first.wait_for()
    await page.wait_for_function("!document.querySelector('.fresh.stale')")
    assert await page.get_by_text("老码头 Old Quay").count() > 0
