/** How wide a table's columns are, in signs: every row is a grid of its own, so that what the columns hold decides, the same in each. */
import type { Column } from "./types";

const [MOST, LEAST, GAP, PILL] = [84, 6, 3, 6];
const KEPT = { lead: 20, text: 13, state: 24, other: 30 };

/** How many signs of room a text takes; a Chinese one takes two. */
export const wide = (text: string): number => [...text].reduce((sum, sign) => sum + (sign > "\u2e7f" ? 2 : 1), 0);

/** What a column asks for: its longest text or its title whole, and `more` beside a state. */
export function wished({ shows }: Column, title: string, texts: readonly string[], more = 0): number {
  const longest = texts.reduce((most, text) => Math.max(most, wide(text)), 0) + (shows === "state" ? PILL : GAP);
  return Math.min(MOST, Math.max(LEAST, wide(title) + GAP, longest + more));
}

/** What a column keeps when there is little room: figures and times whole, of texts and states the beginning; the first names the row. */
export function least(signs: number, { shows = "text" }: Column, at: number): number {
  if (shows !== "text" && shows !== "state") return Math.min(signs, KEPT.other);
  return Math.min(signs, at ? KEPT[shows] : KEPT.lead);
}

/** The columns of the grid: with room to spare in proportion, otherwise short ones whole before long ones. */
export const template = (columns: readonly Column[], signs: readonly number[], roomy: boolean): string =>
  signs.map((each, at) => `minmax(${least(each, columns[at]!, at)}ch, ${each}${roomy ? "fr" : "ch"})`).join(" ");
