"""A duty officer's morning and a resident's report in a real Chromium, against a mock hub."""

from io import BytesIO

import pytest
from PIL import Image

from tests.acceptance.looking import CELLS_IN_SIGHT, faults, settled

PHONE = {"width": 390, "height": 844}
KEPT = """async () => {
  const names = await caches.keys();
  const all = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
  return all.flat().map(({url}) => new URL(url).pathname);
}"""
PAGES = [
    "",
    "hub/now",
    "waterlogging/overview",
    "transit/fleet",
    "signals/crossing",
    "lighting/ledger",
    "case/3",
]

pytestmark = pytest.mark.slow


def photo():
    """A small orange picture."""
    kept = BytesIO()
    Image.new("RGB", (640, 480), "orange").save(kept, "JPEG")
    return kept.getvalue()


async def test_an_officer_signs_in_and_reads_what_is_wrong(visit):
    page = await visit("/", signed_in=False)
    await page.get_by_label("Name").fill("lin")
    await page.get_by_label("Password").fill("wrong")
    await page.get_by_role("button", name="Sign in").click()
    await page.get_by_text("do not match").wait_for()
    assert await faults(page, "login") == []
    await page.get_by_label("Password").fill("duty")
    await page.get_by_role("button", name="Sign in").click()
    await page.get_by_text("with nobody on it").wait_for()
    assert await page.locator(".case.on-bad").count() >= 2


async def test_a_case_is_assigned_from_the_keyboard_and_leaves_the_heap(visit):
    page = await visit("/")
    await page.locator(".case.on-bad").first.wait_for()
    waiting = await page.locator(".case.on-bad").count()
    await page.keyboard.press("j")
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="Assign").click()
    await page.get_by_label("Crew or person").select_option("North · free · 4 min away")
    await page.get_by_label("Note").fill("nearest")
    await page.get_by_role("button", name="Assign").last.click()
    await page.get_by_text("assign. nearest").wait_for()
    await page.keyboard.press("Escape")
    await page.wait_for_function(f"document.querySelectorAll('.case.on-bad').length === {waiting - 1}")


@pytest.mark.parametrize(("locale", "scheme"), [("en-GB", "light"), ("zh-CN", "dark")])
async def test_no_page_has_a_serious_accessibility_fault(visit, locale, scheme):
    page = await visit("/", locale=locale, color_scheme=scheme)
    assert await page.get_attribute("html", "lang") == ("en" if locale == "en-GB" else "zh-Hans")
    found = {}
    for path in PAGES:
        await page.evaluate(f"location.hash = '#/{path}'")
        if path.startswith("case"):
            await page.locator("dialog .line").wait_for()
        await settled(page)
        found[path] = await faults(page, f"{path.replace('/', '-') or 'home'}-{locale}")
    assert {path: each for path, each in found.items() if each} == {}


async def test_pages_and_help_are_a_few_keys_away(visit):
    page = await visit("/")
    await page.locator(".case").first.wait_for()
    await page.keyboard.press("Control+k")
    await page.keyboard.type("lamps")
    await page.keyboard.press("Enter")
    await page.get_by_text("20,000 rows").wait_for()
    assert await page.locator("[role=row]").count() < 100
    await page.keyboard.press("?")
    await page.get_by_role("heading", name="Keyboard").wait_for()
    await page.keyboard.press("Escape")
    await page.keyboard.press("l")
    await page.get_by_text("20,000 行").wait_for()


async def test_a_wall_shows_no_rail_and_a_phone_folds_it(visit):
    wall = await visit("/?wall=1", viewport={"width": 1920, "height": 1080})
    await wall.locator(".case").first.wait_for()
    assert await wall.locator("#rail").count() == 0
    phone = await visit("/", viewport=PHONE)
    await phone.locator(".case").first.wait_for()
    assert not await phone.locator("#rail").is_visible()
    assert await phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert await faults(phone, "home-phone") == []
    await phone.evaluate("location.hash = '#/lighting/ledger'")
    await phone.get_by_text("20,000 rows").wait_for()
    assert await phone.evaluate(CELLS_IN_SIGHT)
    assert await faults(phone, "ledger-phone") == []


async def test_a_resident_reports_with_a_photo_and_reopens_what_is_not_mended(visit):
    page = await visit("/report", signed_in=False, viewport=PHONE, locale="zh-CN")
    picture = {"name": "p.jpg", "mimeType": "image/jpeg", "buffer": photo()}
    await page.set_input_files("input[type=file][multiple]", picture)
    await page.locator("figure img").wait_for()
    await page.get_by_label("发生了什么").fill("第6街井盖缺失，很危险")
    await page.get_by_text("井盖", exact=True).click()
    assert await faults(page, "report-zh-CN") == []
    await page.get_by_role("button", name="提交上报").click()
    await page.get_by_text("请告诉我们地点").wait_for()
    await page.get_by_label("地址或附近地标").fill("第6街")
    await page.get_by_role("button", name="提交上报").click()
    await page.get_by_text("您的上报编号为").wait_for()
    number = int("".join(filter(str.isdigit, await page.locator("h1").inner_text())))
    await page.get_by_role("link", name="查看进度").click()
    await page.get_by_text("已收到，尚未派人").first.wait_for()
    officer = await visit(f"/#/case/{number}")
    await officer.get_by_role("button", name="Close case").click()
    await officer.locator("dialog").last.get_by_role("button", name="Close case").click()
    await officer.locator("dialog .pill.ok").wait_for()
    await page.reload()
    await page.get_by_role("button", name="没有修好").click()
    await page.get_by_label("还有什么问题").fill("井盖仍然缺失")
    await page.get_by_role("button", name="没有修好").click()
    await page.get_by_text("井盖仍然缺失").wait_for()
    await page.get_by_text("已收到，尚未派人").first.wait_for()
    assert await faults(page, "follow-zh-CN") == []


async def test_near_duplicates_are_shown_before_sending(visit):
    page = await visit("/report", signed_in=False, viewport=PHONE)
    await page.get_by_text("Manhole cover").click()
    await page.locator(".map canvas").first.wait_for()
    await page.wait_for_function("performance.getEntriesByName('map').length > 0")
    await page.locator(".map").click(position={"x": 120, "y": 120})
    await page.get_by_role("button", name="join them").click()
    await page.get_by_text("You join report 2").wait_for()
    assert await faults(page, "report-near") == []


async def test_a_report_without_a_connection_waits_and_is_sent_by_itself(visit):
    page = await visit("/report", signed_in=False)
    await page.get_by_label("What is wrong?").fill("Lamp dark")
    await page.get_by_label("Address or landmark").fill("Elm Street 4")
    await page.context.set_offline(True)
    await page.get_by_role("button", name="Send report").click()
    await page.get_by_role("heading", name="Kept on this phone").wait_for()
    await page.context.set_offline(False)
    await page.get_by_role("heading", name="Your report is number").wait_for()
    await page.get_by_role("button", name="Report something else").click()
    await page.get_by_text("My reports on this phone (1)").wait_for()


async def test_the_report_form_opens_without_a_connection_and_no_status_is_kept(visit):
    page = await visit("/report", signed_in=False)
    await page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    await page.wait_for_timeout(500)
    assert not [path for path in await page.evaluate(KEPT) if path.startswith("/v1")]
    await page.context.set_offline(True)
    await page.reload()
    await page.get_by_role("heading", name="Report a problem").wait_for()
