/** Where widgets go on a page: figures in a strip, a picture beside its lists, the rest by their need of room. */
import type { Widget } from "./types";

interface Placed {
  widget: Widget;
  index: number;
}
type Band = { kind: "strip" | "row"; items: Placed[] } | { kind: "split"; main: Placed; side: Placed[] };

const PICTURE = new Set(["map", "scene"]);

function slender({ widget }: Placed): boolean {
  if (widget.type === "table") return widget.columns.length <= 3;
  return ["timeline", "chart", "form"].includes(widget.type);
}

function half({ widget }: Placed): boolean {
  return ["chart", "timeline", "form"].includes(widget.type) || (widget.type === "table" && widget.columns.length <= 4);
}

/** Bands from top to bottom; reading order is kept. */
export function arrange(widgets: readonly Widget[]): Band[] {
  const rest: Placed[] = widgets.map((widget, index) => ({ widget, index }));
  const bands: Band[] = [];
  while (rest.length) bands.push(next(rest));
  return bands;
}

function next(rest: Placed[]): Band {
  const first = rest.shift()!;
  if (first.widget.type === "stat") {
    return { kind: "strip", items: [first, ...takeWhile(rest, ({ widget }) => widget.type === "stat", 11)] };
  }
  if (PICTURE.has(first.widget.type)) {
    const side = takeWhile(rest, slender, 2);
    return side.length ? { kind: "split", main: first, side } : { kind: "row", items: [first] };
  }
  return { kind: "row", items: half(first) ? [first, ...takeWhile(rest, half, 1)] : [first] };
}

function takeWhile(rest: Placed[], fits: (placed: Placed) => boolean, most: number): Placed[] {
  const taken: Placed[] = [];
  while (rest.length && taken.length < most && fits(rest[0]!)) taken.push(rest.shift()!);
  return taken;
}
