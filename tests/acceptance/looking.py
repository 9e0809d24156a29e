"""How a page is looked at: a screenshot for people, axe for what they may overlook."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
AXE = ROOT / "console" / "node_modules" / "axe-core" / "axe.min.js"
SHOTS = ROOT / "screenshots"
CELLS_IN_SIGHT = """() => {
  const cells = [...document.querySelectorAll("[role=gridcell]")].map((cell) => cell.getBoundingClientRect());
  return cells.length > 4 && cells.every(({left, right}) => left >= 0 && right <= innerWidth);
}"""
SERIOUS = """async () => {
  const found = await axe.run(document, {resultTypes: ["violations"]});
  const grave = found.violations.filter(({impact}) => impact === "serious" || impact === "critical");
  const shown = ({html, any}) => html.slice(0, 160) + " " + (any[0]?.message ?? "");
  return grave.map(({id, nodes}) => `${id}: ${nodes.slice(0, 3).map(shown).join(" | ")}`);
}"""


DRAWN = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
SETTLED = """() => document.querySelector("#main section") && !document.querySelector("#main [aria-busy=true]")"""


async def settled(page):
    """Wait until the page has turned, and every panel that asked has its answer and is drawn."""
    await page.evaluate(DRAWN)
    await page.wait_for_function(SETTLED)
    await page.evaluate(DRAWN)


async def shot(page, name):
    """Leave a screenshot."""
    SHOTS.mkdir(exist_ok=True)
    await page.screenshot(path=SHOTS / f"{name}.png", full_page=True)


async def faults(page, name):
    """Serious accessibility faults; leaves a screenshot of what was looked at."""
    await shot(page, name)
    if not await page.evaluate("typeof axe === 'object'"):
        await page.evaluate(AXE.read_text())
    return await page.evaluate(SERIOUS)
