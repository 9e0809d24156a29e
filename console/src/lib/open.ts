/** The open cases of all boards, each once, and the three heaps of a duty officer. */
import { number, place, type Row } from "./rows";
import { urgency } from "./time";
import type { Cell, Text } from "./types";

export interface Open {
  id: number;
  title: Text | string;
  state: string;
  opened: string | null;
  due: string | null;
  department: string;
  who: string | null;
  about: Cell;
  place: [number, number] | null;
  row: Row;
}

const text = (cell: Cell | undefined) => (cell === null || cell === undefined || cell === "" ? null : String(cell));

export function openCase(row: Row): Open | null {
  const id = number(row["id"] ?? row["case"]);
  if (id === null) return null;
  return {
    id,
    title: (row["title"] as Text | string | null) ?? `#${id}`,
    state: String(row["state"] ?? "waiting"),
    opened: text(row["opened"]),
    due: text(row["due"]),
    department: text(row["department"]) ?? "",
    who: text(row["assigned_to"] ?? row["crew"]),
    about: row["about"] ?? null,
    place: place(row),
    row,
  };
}

/** Every case once, the most urgent deadline on top; a case without one stands last. */
export function gather(boards: Row[][]): Open[] {
  const cases = new Map<number, Open>();
  for (const row of boards.flat()) {
    const open = openCase(row);
    if (open) cases.set(open.id, open);
  }
  return [...cases.values()].sort(byDeadline);
}

function byDeadline(a: Open, b: Open): number {
  const due = (open: Open) => (open.due ? Date.parse(open.due) : Infinity);
  return due(a) - due(b) || a.id - b.id;
}

interface Heaps {
  nobody: Open[];
  onWay: Open[];
  check: Open[];
  over: number;
  of: { open: number; nobody: number; onWay: number; check: number };
}

/** Nobody on it, somebody on it, waiting for a check; a large city sends the most urgent, and how many there are of all. */
export function heaps(cases: Open[], now: number): Heaps {
  const open = cases.filter(({ state }) => state !== "closed");
  const check = open.filter(({ state }) => state === "checking");
  const nobody = open.filter(({ state, who }) => state === "waiting" || (!who && state !== "checking"));
  const onWay = open.filter((each) => !check.includes(each) && !nobody.includes(each));
  const over = open.filter(({ due, opened }) => urgency(due, opened, now) === "over").length;
  const held = { open: open.length, nobody: nobody.length, onWay: onWay.length, check: check.length };
  const all = (word: string) => number(open[0]?.row[`all_${word}`]) ?? 0;
  if (all("open") <= open.length) return { nobody, onWay, check, over, of: held };
  const of = { open: all("open"), nobody: all("nobody"), check: all("check") };
  return { nobody, onWay, check, over: Math.max(over, all("over")), of: { ...of, onWay: of.open - of.nobody - of.check } };
}
