/** Reading rows by the names of their columns. */
import type { Cell, Frame, Text } from "./types";

export type Row = Record<string, Cell>;

/** Rows as objects; a pair of columns `x_en`, `x_zh` reads as one text `x`. */
export function rows(frame: Frame | null): Row[] {
  if (!frame) return [];
  const names = frame.columns;
  const pairs = names.filter((name) => name.endsWith("_en") && names.includes(name.slice(0, -3) + "_zh"));
  return frame.rows.map((cells) => {
    const row: Row = {};
    names.forEach((name, index) => (row[name] = cells[index] ?? null));
    for (const name of pairs) {
      const stem = name.slice(0, -3);
      row[stem] = { en: String(row[name] ?? ""), zh: String(row[stem + "_zh"] ?? "") } satisfies Text;
    }
    return row;
  });
}

export function number(cell: Cell | undefined): number | null {
  if (cell === null || cell === undefined || cell === "") return null;
  const value = Number(cell);
  return Number.isFinite(value) ? value : null;
}

/** A number with the digits that carry meaning and no more. */
export function figure(value: number | null, lang: string): string {
  if (value === null) return "–";
  const size = Math.abs(value);
  const digits = size >= 100 || Number.isInteger(value) ? 0 : size >= 10 ? 1 : 2;
  return new Intl.NumberFormat(lang === "zh" ? "zh-CN" : "en-GB", { maximumFractionDigits: digits }).format(value);
}

/** Where a row is, from `lon`/`lat`, a `place` pair, or a point geometry. */
export function place(row: Row): [number, number] | null {
  const lon = number(row["lon"]);
  const lat = number(row["lat"]);
  if (lon !== null && lat !== null) return [lon, lat];
  return pair(row["place"]);
}

export function pair(place: unknown): [number, number] | null {
  if (Array.isArray(place) && place.length >= 2) return [Number(place[0]), Number(place[1])];
  if (place && typeof place === "object" && "lon" in place && "lat" in place) {
    return [Number(place.lon), Number(place.lat)];
  }
  return null;
}

/** The case that a row's `href` opens, if it opens one. */
export function caseOf(href: unknown): number | null {
  const found = /(?:^|\/)cases?\/(\d+)/.exec(String(href ?? ""));
  return found ? Number(found[1]) : null;
}
