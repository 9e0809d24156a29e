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
  if (size > 0 && size < 0.1) return written(value, lang, { maximumSignificantDigits: 2 });
  return written(value, lang, { maximumFractionDigits: size >= 100 || Number.isInteger(value) ? 0 : size >= 10 ? 1 : 2 });
}

/** How many digits stand behind the point in a column, so that its figures can be compared at a glance. */
export function digitsOf(values: readonly (number | null)[]): number {
  const told = values.filter((value) => value !== null);
  const most = told.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  return most >= 1000 || told.every(Number.isInteger) ? 0 : most >= 10 ? 1 : 2;
}

/** A figure of a column; one that would vanish among such digits keeps its own. */
export function figureAmong(value: number | null, lang: string, digits: number): string {
  const vanishes = value !== null && value !== 0 && Math.abs(value) < 0.5 * 10 ** -digits;
  if (value === null || vanishes) return figure(value, lang);
  return written(value, lang, { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

const written = (value: number, lang: string, how: Intl.NumberFormatOptions): string =>
  new Intl.NumberFormat(lang === "zh" ? "zh-CN" : "en-GB", how).format(value);

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
