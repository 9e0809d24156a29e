/** Times as people say them, in the reader's language. */
import type { Lang } from "./prefs.svelte";

let zone: string | undefined;

/** The city's clock rules, wherever the reader sits. */
export function useZone(name: string | undefined): void {
  zone = name;
  offsets.clear();
}

const offsets = new Map<number, number>();

/** A moment as milliseconds on the city's wall clock, for those who draw their own time axis. */
export function onTheWall(at: string): number {
  const moment = Date.parse(at);
  const hours = Math.floor(moment / 3_600_000);
  let offset = offsets.get(hours);
  if (offset === undefined) {
    const shown = new Date(moment).toLocaleString("sv-SE", { timeZone: zone });
    offset = Date.parse(`${shown.replace(" ", "T")}Z`) - Math.floor(moment / 1000) * 1000;
    offsets.set(hours, offset);
  }
  return moment + offset;
}

const locale = (lang: Lang) => (lang === "zh" ? "zh-CN" : "en-GB");

export function hour(at: string | number, lang: Lang): string {
  return new Intl.DateTimeFormat(locale(lang), { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone }).format(
    new Date(at),
  );
}

export function day(at: string | number, lang: Lang): string {
  return new Intl.DateTimeFormat(locale(lang), { month: "short", day: "numeric", timeZone: zone }).format(new Date(at));
}

export function weekday(at: string | number, lang: Lang): string {
  return new Intl.DateTimeFormat(locale(lang), { weekday: "short", month: "short", day: "numeric", timeZone: zone }).format(new Date(at));
}

export function moment(at: string | number, lang: Lang): string {
  return `${day(at, lang)} ${hour(at, lang)}`;
}

const UNITS: [number, string, string][] = [
  [86400, "d", "天"],
  [3600, "h", "小时"],
  [60, "min", "分钟"],
  [1, "s", "秒"],
];

/** A span with its largest unit, and the next one while it still matters. */
export function span(seconds: number, lang: Lang): string {
  const whole = Math.max(0, Math.round(Math.abs(seconds)));
  const at = Math.max(0, UNITS.findIndex(([size]) => whole >= size));
  const index = whole < 1 ? UNITS.length - 1 : at;
  const [size] = UNITS[index]!;
  const first = Math.floor(whole / size);
  const next = UNITS[index + 1];
  const rest = next && first < 10 && index < 2 ? Math.floor((whole - first * size) / next[0]) : 0;
  return part(first, index, lang) + (rest ? (lang === "zh" ? "" : " ") + part(rest, index + 1, lang) : "");
}

function part(count: number, index: number, lang: Lang): string {
  const [, en, zh] = UNITS[index]!;
  return lang === "zh" ? `${count} ${zh}` : `${count} ${en}`;
}

/** How long ago something was. */
export const ago = (at: string, now: number, lang: Lang): string => span((now - Date.parse(at)) / 1000, lang);

type Urgency = "over" | "soon" | "calm" | "none";

/** How pressing a deadline is: past, in its last fifth (or quarter hour), or neither. */
export function urgency(due: string | null | undefined, opened: string | null | undefined, now: number): Urgency {
  if (!due) return "none";
  const left = Date.parse(due) - now;
  if (left < 0) return "over";
  const whole = opened ? Date.parse(due) - Date.parse(opened) : 0;
  return left < Math.max(whole / 5, 15 * 60_000) ? "soon" : "calm";
}
