import { describe, expect, test, vi } from "vitest";
import { actions, moving, STATES } from "./affairs";
import { fits, linesOfCard } from "./cards";
import { arrange } from "./arrange";
import { manyOf } from "./many";
import { gather, heaps } from "./open";
import { Once } from "./once";
import { prefs, say } from "./prefs.svelte";
import { caseOf, digitsOf, figure, figureAmong, place, rows } from "./rows";
import { chosenIn, paceOf } from "./source.svelte";
import { span, urgency } from "./time";
import { classOf, shadeOf, toneOf } from "./tone";
import { refused } from "./refusals";
import { template, wide } from "./widths";
import { called, columnCalled } from "./words";
import type { ChartWidget, Widget } from "./types";
import { lying, option } from "../widgets/chart";
import { onlyMoment } from "../widgets/moment";
import { at, tracks } from "../widgets/scene";
import { mercator, wholeOf } from "../widgets/mercator";

const NOW = Date.parse("2026-03-02T09:00:00Z");
const title = { en: "x", zh: "x" };

describe("words", () => {
  test("a name that holds both languages is said in the reader's", () => {
    const said = (["en", "zh"] as const).map((lang) => ((prefs.lang = lang), say("Elm Hospital · 榆树医院")));
    expect(said).toEqual(["Elm Hospital", "榆树医院"]);
    expect(say("illness · 1、3、5")).toBe("illness · 1、3、5");
  });

  test("and a sentence speaks of it in the reader's language alone", () => {
    const told = { en: "#7 opened: Pump out Elm Street · 榆树街; due 10:12", zh: "#7 抽排Elm Street · 榆树街积水；期限 10:12" };
    const said = (["en", "zh"] as const).map((lang) => ((prefs.lang = lang), say(told)));
    prefs.lang = "en";
    expect(said).toEqual(["#7 opened: Pump out Elm Street; due 10:12", "#7 抽排榆树街积水；期限 10:12"]);
    expect(say("Elm Hospital · 榆树医院: 35 more visits than usual")).toBe("Elm Hospital: 35 more visits than usual");
    expect(say("Ambulance 1 · 救护车 1 passes Mill Road · 磨坊路")).toBe("Ambulance 1 passes Mill Road");
    expect(called("quantity")).toBe("quantity"); // a trait may be named as a column is
    expect(called("Patrol 3 · 交警3组")).toBe("Patrol 3");
  });
});

describe("states", () => {
  test("of several at once the worst is felt, and each is said once", () => {
    expect(["quiet", "water_is_coming, impassable", "unheard of"].map(toneOf)).toEqual(["ok", "bad", "idle"]);
    expect(called("silent, silent, stuck")).toBe("silent, stuck");
  });
});

describe("columns", () => {
  const columns = [{ name: "a", label: title }, { name: "b", label: title }, { name: "c", label: title, shows: "state" }];
  test("what names the row keeps more of itself than other texts when there is little room", () => {
    expect(template(columns, [28, 28, 40], false)).toBe("minmax(20ch, 28ch) minmax(13ch, 28ch) minmax(24ch, 40ch)");
    expect(template(columns, [8, 8, 8], true)).toBe("minmax(8ch, 8fr) minmax(8ch, 8fr) minmax(8ch, 8fr)");
  });
  test("a Chinese sign takes the room of two", () => expect(wide("水 cm")).toBe(5));
});

describe("cards", () => {
  test("a row too wide for a phone becomes a card of as many lines as it needs", () => {
    expect([fits(80, 360), fits(40, 360)]).toEqual([false, true]);
    expect(linesOfCard([20, 10, 12, 8])).toBe(3); // the lead, a pair, and one that is left
    expect(linesOfCard([20, 10, 60, 8, 8])).toBe(5); // a long text between breaks the pairs and has two lines
  });
});

describe("rows", () => {
  test("a pair of language columns reads as one text", () => {
    const [row] = rows({ as_of: "", columns: ["title_en", "title_zh"], rows: [["Flood", "积水"]] });
    expect(row!["title"]).toEqual({ en: "Flood", zh: "积水" });
  });
  test("a place is found in any of its forms", () => {
    expect(place({ lon: "1.5", lat: 2 })).toEqual([1.5, 2]);
    expect(place({ place: [1, 2] })).toEqual([1, 2]);
    expect(place({ place: { lon: 1, lat: 2 } })).toEqual([1, 2]);
    expect(place({ lon: null, lat: null })).toBeNull();
  });
  test("a link to a case is a case, anything else is not", () => {
    expect(["/cases/12", "case/12", "/v1/cases/12"].map(caseOf)).toEqual([12, 12, 12]);
    expect([null, "/transit/fleet", "showcase/1"].map(caseOf)).toEqual([null, null, null]);
  });
  test("a number keeps the digits that matter", () => {
    expect([1234.56, 12.345, 1.2345, 7].map((value) => figure(value, "en"))).toEqual(["1,235", "12.3", "1.23", "7"]);
    expect(figure(null, "en")).toBe("–");
    expect([0.00123, 0.0004].map((value) => figure(value, "en"))).toEqual(["0.0012", "0.0004"]);
  });
  test("and in a column the same digits behind the point, but for what would vanish", () => {
    const shown = (values: number[]) => values.map((value) => figureAmong(value, "en", digitsOf(values)));
    expect(shown([8.9, 8, 100])).toEqual(["8.9", "8.0", "100.0"]);
    expect(shown([3, 1200])).toEqual(["3", "1,200"]);
    expect(shown([0, 12.5, 0.003])).toEqual(["0.0", "12.5", "0.003"]);
  });
});

describe("time", () => {
  test("a span is said with its two largest units", () => {
    expect([5, 65, 3700, 90_000].map((seconds) => span(seconds, "en"))).toEqual(["5 s", "1 min", "1 h 1 min", "1 d 1 h"]);
    expect(span(0, "en")).toBe("0 s");
    expect(span(3700, "zh")).toBe("1 小时1 分钟");
  });
  test("a deadline is past, pressing, calm or absent", () => {
    const due = (minutes: number) => new Date(NOW + minutes * 60_000).toISOString();
    expect(urgency(due(-1), due(-100), NOW)).toBe("over");
    expect(urgency(due(10), due(-100), NOW)).toBe("soon");
    expect(urgency(due(90), due(-100), NOW)).toBe("calm");
    expect(urgency(null, null, NOW)).toBe("none");
  });
});

describe("cases", () => {
  const row = (id: number, state: string, who: string | null, due: string) => ({ id, title: "t", state, assigned_to: who, due });
  test("boards are read together, each case once, the most urgent on top", () => {
    const cases = gather([[row(2, "waiting", null, "2026-03-02T12:00:00Z"), row(1, "working", "crew", "2026-03-02T08:00:00Z")], [row(2, "waiting", null, "2026-03-02T12:00:00Z")]]);
    expect(cases.map(({ id }) => id)).toEqual([1, 2]);
    const { nobody, onWay, over } = heaps(cases, NOW);
    expect([nobody.length, onWay.length, over]).toEqual([1, 1, 1]);
  });
  test("where not every case was sent, their number is that of all", () => {
    const all = { all_open: 40_000, all_nobody: 30_000, all_check: 1000, all_over: 5 };
    const some = gather([[{ ...row(1, "waiting", null, "2026-03-02T08:00:00Z"), ...all }]]);
    expect(heaps(some, NOW)).toMatchObject({ over: 5, of: { open: 40_000, nobody: 30_000, onWay: 9000, check: 1000 } });
    const every = gather([[{ ...row(1, "waiting", null, "2026-03-02T08:00:00Z"), ...all, all_open: 1 }]]);
    expect(heaps(every, NOW).of).toEqual({ open: 1, nobody: 1, onWay: 0, check: 0 });
  });
  test("where not every thing was sent, a map's legend says of how many these are the first", () => {
    expect(manyOf([{ id: "1", alike: 100_000 }, { id: "2", alike: 100_000 }])).toEqual({ n: 2, all: 100_000 });
    expect(manyOf([{ id: "1", alike: 1 }])).toEqual({ n: 1, all: 1 });
    expect(manyOf([{ id: "1" }])).toEqual({ n: 1, all: 1 });
    expect(manyOf([])).toEqual({ n: 0, all: 0 });
  });
  test("every move between columns is an action its state allows", () => {
    for (const from of STATES) {
      for (const to of STATES) {
        const action = moving(from, to);
        if (action) expect(actions(from)).toContain(action);
      }
    }
  });
});

describe("a page", () => {
  const stat: Widget = { type: "stat", title, value: "n" };
  const map: Widget = { type: "map", title, layers: [] };
  const line: Widget = { type: "timeline", title };
  const board: Widget = { type: "board", title };
  test("lays figures in a strip and a picture beside its lists", () => {
    const bands = arrange([stat, stat, map, line, board]);
    expect(bands.map(({ kind }) => kind)).toEqual(["strip", "split", "row"]);
  });
  test("shows every widget once, in reading order", () => {
    const widgets = [map, stat, line, line, line, board, stat, map];
    const shown = arrange(widgets).flatMap((band) => (band.kind === "split" ? [band.main, ...band.side] : band.items));
    expect(shown.map(({ index }) => index)).toEqual(widgets.map((_, index) => index));
  });
});

describe("colours and places", () => {
  test("a class grows with its value and the ramp's ends are used", () => {
    expect([1, 5, 7, 30].map((value) => classOf(value, [5, 10]))).toEqual([0, 1, 1, 2]);
    expect([shadeOf(0, 3, ["a", "b", "c"]), shadeOf(2, 3, ["a", "b", "c"])]).toEqual(["a", "c"]);
    expect(toneOf("Overdue")).toBe("bad");
    expect(toneOf("never heard of")).toBe("idle");
  });
  test("mercator puts null island in the middle of the world", () => {
    expect(mercator(0, 0)).toEqual([0.5, 0.5]);
    expect(mercator(180, 85.0511287798066)[1]).toBeCloseTo(0, 6);
  });
});

test("bars lie beside their names where beneath there is no room for all", () => {
  const chart = { type: "bar", title, x: "kind", y: "n", shape: "bar" } as unknown as ChartWidget;
  const bars = (many: number) => Array.from({ length: many }, (_, at) => ({ kind: `k${at}`, n: at }));
  expect([lying(chart, bars(6)), lying(chart, bars(7)), lying({ ...chart, shape: "line" }, bars(7))]).toEqual([0, 7, 0]);
});

describe("a replay", () => {
  const track = tracks([
    { t: 10, id: "a", x: 10, y: 0, heading: 10 },
    { t: 0, id: "a", x: 0, y: 0, heading: 350 },
  ])[0]!;
  test("a thing is half way at half time and turns the short way", () => {
    const half = at(track, 5)!;
    expect([half.x, half.heading]).toEqual([5, 360]);
  });
  test("a thing is not there before its first and after its last moment", () => {
    expect([at(track, -1), at(track, 11)]).toEqual([null, null]);
  });
});

test("what a reader has chosen is asked for, beside the layer", () => {
  expect(chosenIn("")).toBe("");
  expect(chosenIn("12 3")).toBe("?chosen=12%203");
  expect(chosenIn("", "layer=1")).toBe("?layer=1");
  expect(chosenIn("02", "layer=1")).toBe("?layer=1&chosen=02");
});

test("a chart's list has its columns' names in both languages", () => {
  expect(columnCalled("time")).toEqual({ en: "time", zh: "时间" });
  expect(columnCalled("in_cycle_s")).toEqual({ en: "in cycle s", zh: "in cycle s" });
});

test("a refusal is said in the reader's language, and as it came where there is no word for it", () => {
  const before = prefs.lang;
  prefs.lang = "zh";
  expect([refused("where is it?"), refused("12 of 9")]).toEqual(["请说明地点", "12 of 9"]);
  prefs.lang = "en";
  expect(refused("where is it?")).toBe("where is it?");
  prefs.lang = before;
});

test("a map shows the city and what lies around it; where all lies elsewhere, nobody has said where the city is", () => {
  expect(wholeOf([106, 29, 107, 30], [106.2, 29.1, 106.5, 29.4])).toEqual([106, 29, 107, 30]);
  expect(wholeOf([106, 29, 107, 30], [0, 0, 106.5, 29.4])).toEqual([105.75, 28.75, 107, 30]);
  expect(wholeOf([106, 29, 107, 30], [116, 39, 117, 40])).toEqual([116, 39, 117, 40]);
});

test("what takes long to answer is asked anew more rarely, but twice a minute at least", () => {
  expect([20, 1500, 60_000].map((took) => paceOf(2000, took))).toEqual([2000, 15_000, 30_000]);
});

describe("what is sent again", () => {
  test("goes under the same key until it was answered or is something else", () => {
    const once = new Once();
    const [first, again, other] = [once.key({ title: "x" }), once.key({ title: "x" }), once.key({ title: "y" })];
    expect(first).toMatch(/^[A-Za-z0-9_-]{32}$/);
    expect(again).toBe(first);
    expect(other).not.toBe(first);
    once.answered();
    expect(once.key({ title: "y" })).not.toBe(other);
  });
});

describe("a chart of one moment", () => {
  const chart = { title, x: "time", y: "value", low: "low", high: "high", shape: "fan", unit: "cm" } as ChartWidget;
  const at = "2026-03-02T08:00:00Z";
  const told = [{ time: at, value: 12, low: 9, high: 20 }];
  vi.stubGlobal("getComputedStyle", () => ({ fontFamily: "sans" }));

  test("is told from one of several, and from one along something else", () => {
    expect(onlyMoment("time", told)).toBe(at);
    expect(onlyMoment("time", [...told, { time: "2026-03-02T08:05:00Z", value: 1 }])).toBeNull();
    expect(onlyMoment("time", [{ time: "Elm Street", value: 1 }])).toBeNull();
    expect(onlyMoment("time", [])).toBeNull();
  });

  test("names its moment in the reader's language, says the figure beside its dot, and stands its band upright", () => {
    type Shown = { xAxis: { min: number; max: number; axisLabel: { customValues: number[]; formatter: (at: number) => string } }; series: { data: number[][]; label?: { formatter: (at: object) => string } }[] };
    const [en, zh] = (["en", "zh"] as const).map((lang) => option(chart, told, "light", lang) as unknown as Shown);
    const [wall] = en!.xAxis.axisLabel.customValues;
    expect([en!.xAxis.min, en!.xAxis.max]).toEqual([wall! - 1_800_000, wall! + 1_800_000]);
    expect(en!.xAxis.axisLabel.formatter(wall!)).toMatch(/^2 Mar, \d\d:00$/);
    expect(zh!.xAxis.axisLabel.formatter(wall!)).toMatch(/^3月2日 \d\d:00$/);
    const [band, main] = en!.series;
    expect(band!.data).toEqual([[wall, 9], [wall, 20]]);
    expect(main!.label!.formatter({ value: [wall, 12] })).toBe("12 cm");
  });

  test("and of two moments is a line as ever", () => {
    const shown = option(chart, [...told, { ...told[0]!, time: "2026-03-02T08:05:00Z" }], "light", "en") as unknown as { xAxis: object; series: object[] };
    expect(shown.xAxis).not.toHaveProperty("min");
    expect(shown.series).toHaveLength(3);
  });
});
