/** How many rows were sent, and how many there are of them in the city, as its own count beside each tells. */
import { number, type Row } from "./rows";

export function manyOf(shown: Row[]): { n: number; all: number } {
  const n = shown.length;
  return { n, all: Math.max(n, number(shown[0]?.["alike"]) ?? 0) };
}
