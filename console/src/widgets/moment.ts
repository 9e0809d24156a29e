/** A chart that has heard of one moment only: no line runs yet, so its dots say what they are, and a band stands upright. */
import { number, figure, type Row } from "../lib/rows";
import { onTheWall } from "../lib/time";
import type { Lang } from "../lib/prefs.svelte";

export const TIME = /^\d{4}-\d\d-\d\d[T ]/;
const AROUND_MS = 30 * 60_000;

/** The one moment that all rows tell of, as they write it; none where they tell of several, or along something else. */
export function onlyMoment(x: string, all: Row[]): string | null {
  const told = new Set(all.map((row) => row[x]).filter((cell) => cell !== null && cell !== undefined));
  const [at] = told;
  return told.size === 1 && typeof at === "string" && TIME.test(at) ? at : null;
}

/** An axis of an hour about it, which names it and nothing that nobody has told of. */
export function axisAbout(at: string, lang: Lang, colour: string): object {
  const wall = onTheWall(at);
  const named = new Intl.DateTimeFormat(lang === "zh" ? "zh-CN" : "en-GB", {
    month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: "UTC",
  });
  const formatter = (value: number) => named.format(value);
  return { min: wall - AROUND_MS, max: wall + AROUND_MS, axisLabel: { color: colour, customValues: [wall], formatter } };
}

/** A dot with its figure beside it. */
export const dot = (unit: string | undefined, lang: Lang): object => ({
  showSymbol: true,
  symbolSize: 10,
  label: { show: true, position: "right", formatter: ({ value }: { value: [number, number] }) => `${figure(number(value[1]), lang)} ${unit ?? ""}`.trim() },
  labelLayout: { hideOverlap: true },
});

/** From the lowest to the highest that is told of one moment. */
export const upright = (x: number, low: number | null, high: number | null, colour: string): object => ({
  type: "line", silent: true, showSymbol: false, tooltip: { show: false }, z: 2,
  data: [[x, low], [x, high]], lineStyle: { color: colour, width: 14, opacity: 0.18, cap: "butt" },
});
