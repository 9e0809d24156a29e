"""A resident's report in a real Chromium, against the real hub: from the photo to the reopened case."""

import json
from io import BytesIO

import pytest
from PIL import Image

from tests.acceptance.looking import faults

pytestmark = pytest.mark.slow
PHONE = {"width": 390, "height": 844}
SPOKEN = {
    "en-GB": {
        "what": "What is wrong?", "kind": "Broken manhole cover", "send": "Send report", "needs": "tell us where",
        "address": "Address or landmark", "place": "Fifth Street 12", "number": "Your report is number",
        "look": "Follow my report", "reopen": "No, it is not mended", "why": "What is still wrong?",
        "still": "The cover is still missing",
    },
    "zh-CN": {
        "what": "发生了什么", "kind": "井盖破损", "send": "提交上报", "needs": "请告诉我们地点",
        "address": "地址或附近地标", "place": "第6街12号", "number": "您的上报编号为", "look": "查看进度",
        "reopen": "没有修好", "why": "还有什么问题", "still": "井盖仍然缺失",
    },
}  # fmt: skip


def photo():
    """A picture as a phone takes it, with the place in its metadata."""
    kept, exif = BytesIO(), Image.Exif()
    exif.get_ifd(0x8825)[2] = (29.0, 33.0, 0.0)
    Image.new("RGB", (1280, 960), "orange").save(kept, "JPEG", exif=exif)
    return {"name": "p.jpg", "mimeType": "image/jpeg", "buffer": kept.getvalue()}


async def close_as_officer(enter, number):
    officer = await enter("mayor", f"/#/case/{number}")
    await officer.locator("dialog img").first.wait_for()
    await officer.get_by_role("button", name="Close case").click()
    await officer.locator("dialog").last.get_by_label("Note").fill("a new cover lies there")
    await officer.locator("dialog").last.get_by_role("button", name="Close case").click()
    await officer.locator("dialog .line .pill", has_text="Closed").wait_for()


@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
async def test_from_the_photo_to_the_reopened_case(look, enter, locale):
    says = SPOKEN[locale]
    page = await look("/report", viewport=PHONE, locale=locale)
    await page.set_input_files("input[type=file][multiple]", photo())
    await page.locator("figure img").wait_for()
    await page.get_by_label(says["what"]).fill("The cover is gone 井盖没了")
    await page.get_by_text(says["kind"], exact=True).click()
    await page.get_by_role("button", name=says["send"]).click()
    await page.get_by_text(says["needs"]).wait_for()
    await page.get_by_label(says["address"]).fill(says["place"])
    found = {"form": await faults(page, f"resident-1-form-{locale}")}
    await page.get_by_role("button", name=says["send"]).click()
    await page.get_by_text(says["number"]).wait_for()
    found["sent"] = await faults(page, f"resident-2-sent-{locale}")
    number = int("".join(filter(str.isdigit, await page.locator("h1").inner_text())))
    await page.get_by_role("link", name=says["look"]).click()
    await page.locator(".status .state").wait_for()
    found["follow"] = await faults(page, f"resident-3-follow-{locale}")

    await close_as_officer(enter, number)
    await page.reload()
    await page.get_by_role("button", name=says["reopen"]).click()
    await page.get_by_label(says["why"]).fill(says["still"])
    await page.get_by_role("button", name=says["reopen"]).click()
    await page.get_by_text(says["still"]).wait_for()
    found["reopened"] = await faults(page, f"resident-4-reopened-{locale}")
    assert {name: each for name, each in found.items() if each} == {}


async def test_neighbours_are_shown_before_sending_and_can_be_joined(look, hub):
    page = await look("/report", viewport=PHONE, permissions=["geolocation"],
                      geolocation={"longitude": 106.551, "latitude": 29.561})  # fmt: skip
    for _ in range(2):
        await page.get_by_text("Pothole", exact=True).click()
        await page.get_by_label("What is wrong?").fill("A deep hole in the road")
        await page.get_by_role("button", name="Use where I am").click()
        if await page.get_by_role("button", name="join them").count():
            break
        await page.wait_for_timeout(900)
        if await page.get_by_role("button", name="join them").count():
            break
        await page.get_by_role("button", name="Send report").click()
        await page.get_by_text("Your report is number").wait_for()
        await page.get_by_role("button", name="Report something else").click()
    await page.get_by_role("button", name="join them").click()
    assert await faults(page, "resident-5-near") == []
    await page.get_by_role("button", name="Send report").click()
    await page.get_by_text("Your report is number").wait_for()


async def test_a_report_without_a_connection_waits_on_the_phone_and_is_sent_by_itself(look, hub):
    page = await look("/report", viewport=PHONE)
    await page.set_input_files("input[type=file][multiple]", photo())
    await page.locator("figure img").wait_for()
    await page.get_by_label("What is wrong?").fill("Rubbish lies here since Monday")
    await page.get_by_label("Address or landmark").fill("Mill Road 7")
    await page.context.set_offline(True)
    await page.get_by_role("button", name="Send report").click()
    await page.get_by_text("Kept on this phone").wait_for()
    assert await faults(page, "resident-6-kept") == []
    await page.get_by_role("button", name="Report something else").click()
    await page.get_by_text("1 waiting to be sent").wait_for()
    await page.context.set_offline(False)
    await page.get_by_text("My reports on this phone (1)").wait_for(timeout=60_000)
    await page.get_by_text("My reports on this phone (1)").click()
    await page.get_by_role("link", name="Report ").first.click()
    shown = await page.locator("img.photo").first.get_attribute("src")
    body = await (await page.request.get(hub.address + shown)).body()
    assert not Image.open(BytesIO(body)).getexif()


async def test_a_report_whose_answer_is_lost_on_the_way_is_one_report_all_the_same(look, hub):
    page = await look("/report", viewport=PHONE)
    answered = []

    async def lose_the_answer(route):
        answered.append(await (await route.fetch()).json())
        await route.abort()

    await page.route("**/v1/reports", lose_the_answer, times=1)
    await page.get_by_label("What is wrong?").fill("The street lamp is dark")
    await page.get_by_label("Address or landmark").fill("Old Quay 3")
    await page.get_by_role("button", name="Send report").click()
    await page.get_by_text("Kept on this phone").wait_for()
    await page.evaluate("dispatchEvent(new Event('online'))")
    await page.get_by_text(f"Your report is number {answered[0]['case']}.").wait_for()
    seen = await page.request.get(f"{hub.address}/v1/follow/{answered[0]['follow']}")
    assert (await seen.json())["case"]["reporters"] == 1


async def reported(hub, page, address, **who):
    """A report as the page sends it."""
    told = {"category": "street_light", "address": address, "text": "It is dark here", **who}
    answer = await page.request.post(hub.address + "/v1/reports", multipart={"report": json.dumps(told)})
    return await answer.json()


async def do(page, act, note, into=None):
    """An act on the open case, by its button and the little form behind it."""
    await page.locator("dialog .acts").get_by_role("button", name=act).click()
    if into:
        await page.get_by_label("The case that it is one with").select_option(str(into))
    await page.get_by_label("Note").fill(note)
    await page.locator("dialog").last.get_by_role("button", name=act).click()


async def test_two_reports_are_made_one_by_hand_and_parted_again(enter, hub):
    page = await enter("mayor")
    one, other = [(await reported(hub, page, f"Quay {number}"))["case"] for number in (1, 2)]
    await page.evaluate(f"location.hash = '#/case/{one}'")
    await do(page, "Same as another", "one lamp", into=other)
    await page.locator("dialog .pill", has_text="Joined").wait_for()
    await page.get_by_role("link", name=f"The same matter as case {other}").click()
    await page.locator("dialog", has_text=f"#{one} is the same matter").wait_for()
    await page.evaluate(f"location.hash = '#/case/{one}'")
    await do(page, "Part from it again", "two lamps")
    await page.locator("dialog .pill", has_text="Waiting").wait_for()


async def test_a_resident_takes_consent_back_with_one_tap(look, hub):
    page = await look("/report", viewport=PHONE)
    link = (await reported(hub, page, "Quay 3", name="Zhao", phone="13912345678"))["follow"]
    await page.goto(f"{hub.address}/follow/{link}")
    await page.get_by_role("button", name="Take it back").click()
    await page.get_by_text("Taken back.").wait_for()
    assert await faults(page, "resident-7-consent") == []
    assert not (await (await page.request.get(f"{hub.address}/v1/consent/{link}")).json())["contact"]


async def test_the_call_taker_sees_what_the_caller_has_open_already(enter):
    page = await enter("mayor", "/#/hotline/calls")
    number = page.locator("input[type=tel]")
    await number.fill("023 6812 3456")
    await number.press("Tab")
    await page.get_by_text("No open case goes with this.").wait_for()
    await page.locator("form textarea").fill("The street light is out 路灯不亮")
    await page.get_by_label("Where").fill("Elm Street 9")
    await page.locator("form button.main").click()
    await page.locator("form .end", has_text="opened").wait_for(timeout=60_000)
    await number.fill("02368123456")
    await number.press("Tab")
    await page.get_by_text("1 open with this already:").wait_for()
    await page.locator(".known a", has_text="Elm Street 9").wait_for()
    assert await faults(page, "calls-known") == []
