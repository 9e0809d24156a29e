/** A replay drawn on a canvas: things with a heading and a size on a fixed ground, between the moments we know. */
import { number, type Row } from "../lib/rows";
import type { Palette } from "../lib/theme";
import { known, toneOf } from "../lib/tone";
import { say } from "../lib/prefs.svelte";

interface Thing {
  shape: string;
  x: number;
  y: number;
  heading: number;
  length: number;
  width: number;
  state: string;
}
interface Track {
  id: string;
  times: number[];
  things: Thing[];
}
interface Mark {
  shape: string;
  kind: string;
  label: string;
  points: [number, number][];
  width: number;
}
interface Extent {
  left: number;
  bottom: number;
  right: number;
  top: number;
}

const time = (cell: unknown) => (typeof cell === "number" ? cell : Number(cell) || Date.parse(String(cell)) / 1000 || 0);

/** Each thing with its moments in order. */
export function tracks(all: Row[]): Track[] {
  const byId = new Map<string, Track>();
  for (const row of [...all].sort((a, b) => time(a["t"]) - time(b["t"]))) {
    const id = String(row["id"]);
    const track = byId.get(id) ?? { id, times: [], things: [] };
    byId.set(id, track);
    track.times.push(time(row["t"]));
    track.things.push(thing(row));
  }
  return [...byId.values()];
}

function thing(row: Row): Thing {
  const of = (name: string, otherwise: number) => number(row[name]) ?? otherwise;
  return {
    shape: String(row["shape"] ?? "box"), x: of("x", 0), y: of("y", 0), heading: of("heading", 0),
    length: of("length", 4), width: of("width", 1.8), state: String(row["state"] ?? ""),
  };
}

export function marks(all: Row[]): Mark[] {
  return all.map((row) => ({
    shape: String(row["shape"] ?? "line"),
    kind: String(row["kind"] ?? row["state"] ?? ""),
    label: say(row["label"] ?? row["name"] ?? ""),
    points: pointsOf(row),
    width: number(row["width"]) ?? 0,
  }));
}

function pointsOf(row: Row): [number, number][] {
  const given = row["points"] ?? row["geometry"];
  const parsed: unknown = typeof given === "string" && given ? JSON.parse(given) : given;
  if (Array.isArray(parsed)) return parsed as [number, number][];
  if (parsed && typeof parsed === "object" && "coordinates" in parsed) {
    const { type, coordinates } = parsed as { type: string; coordinates: unknown };
    return (type === "Polygon" ? (coordinates as unknown[])[0] : type === "Point" ? [coordinates] : coordinates) as [number, number][];
  }
  const [x, y] = [number(row["x"]), number(row["y"])];
  if (x === null || y === null) return [];
  const [l, w] = [number(row["length"]) ?? 0, number(row["width"]) ?? 0];
  return l && w && row["shape"] !== "text" ? rectangle(x, y, l, w, number(row["heading"]) ?? 0) : [[x, y]];
}

function rectangle(x: number, y: number, length: number, width: number, degrees: number): [number, number][] {
  const [c, s] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  const corners: [number, number][] = [[1, 1], [1, -1], [-1, -1], [-1, 1]];
  return corners.map(([a, b]) => [x + (a * length * c) / 2 - (b * width * s) / 2, y + (a * length * s) / 2 + (b * width * c) / 2]);
}

/** A thing at a moment: between two known moments it moves straight; outside them it is not there. */
export function at(track: Track, t: number): Thing | null {
  const { times, things } = track;
  if (!times.length || t < times[0]! || t > times.at(-1)!) return null;
  let low = 0;
  let high = times.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (times[middle]! <= t) low = middle;
    else high = middle;
  }
  const [a, b] = [things[low]!, things[high]!];
  const gap = times[high]! - times[low]!;
  const part = gap > 0 ? (t - times[low]!) / gap : 1;
  const turn = ((b.heading - a.heading + 540) % 360) - 180;
  const nearest = part < 1 ? a : b;
  return { ...nearest, x: a.x + (b.x - a.x) * part, y: a.y + (b.y - a.y) * part, heading: a.heading + turn * part };
}

export function extent(all: Track[], ground: Mark[]): Extent {
  const box: Extent = { left: Infinity, bottom: Infinity, right: -Infinity, top: -Infinity };
  const add = (x: number, y: number) => {
    box.left = Math.min(box.left, x);
    box.right = Math.max(box.right, x);
    box.bottom = Math.min(box.bottom, y);
    box.top = Math.max(box.top, y);
  };
  for (const { points } of ground) points.forEach(([x, y]) => add(x, y));
  if (box.left === Infinity) for (const { things } of all) things.forEach(({ x, y }) => add(x, y));
  if (box.left === Infinity) return { left: 0, bottom: 0, right: 1, top: 1 };
  const pad = Math.max(box.right - box.left, box.top - box.bottom, 1) * 0.03;
  return { left: box.left - pad, bottom: box.bottom - pad, right: box.right + pad, top: box.top + pad };
}

/** Draw the ground and everything on it; y points up, headings turn anticlockwise from east. */
export function paint(canvas: HTMLCanvasElement, all: Track[], ground: Mark[], box: Extent, t: number, palette: Palette): void {
  const ratio = Math.min(2, devicePixelRatio);
  const [w, h] = [canvas.clientWidth, canvas.clientHeight];
  if (canvas.width !== w * ratio || canvas.height !== h * ratio) {
    canvas.width = w * ratio;
    canvas.height = h * ratio;
  }
  const pen = canvas.getContext("2d")!;
  const scale = Math.min(w / (box.right - box.left), h / (box.top - box.bottom));
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.fillStyle = palette.sunken;
  pen.fillRect(0, 0, w, h);
  const middle: [number, number] = [(box.left + box.right) / 2, (box.bottom + box.top) / 2];
  const put = ([x, y]: [number, number]): [number, number] => [w / 2 + (x - middle[0]) * scale, h / 2 - (y - middle[1]) * scale];
  for (const mark of ground) drawMark(pen, mark, put, scale, palette);
  for (const track of all) {
    const now = at(track, t);
    if (now) drawThing(pen, now, put, scale, palette);
  }
}

type Put = (at: [number, number]) => [number, number];

function drawMark(pen: CanvasRenderingContext2D, mark: Mark, put: Put, scale: number, palette: Palette): void {
  if (!mark.points.length) return;
  pen.beginPath();
  mark.points.forEach((point, index) => (index ? pen.lineTo(...put(point)) : pen.moveTo(...put(point))));
  const toned = known(mark.kind) ? palette[toneKey(mark.kind)] : palette.line;
  if (["area", "polygon", "box"].includes(mark.shape)) {
    pen.closePath();
    pen.fillStyle = known(mark.kind) ? `${toned}44` : palette.panel;
    pen.fill();
    pen.strokeStyle = toned;
    pen.lineWidth = 1;
    pen.stroke();
  } else if (mark.shape !== "text") {
    pen.strokeStyle = known(mark.kind) ? toned : palette.edge;
    pen.setLineDash(mark.shape === "dashed" ? [6, 5] : []);
    pen.lineWidth = Math.max(1, mark.width * scale);
    pen.stroke();
    pen.setLineDash([]);
  }
  if (mark.label) write(pen, mark.label, put(mark.points[0]!), palette);
}

function write(pen: CanvasRenderingContext2D, label: string, [x, y]: [number, number], palette: Palette): void {
  pen.font = `12px ${getComputedStyle(document.body).fontFamily}`;
  pen.fillStyle = palette.muted;
  pen.fillText(label, x + 4, y - 4);
}

function drawThing(pen: CanvasRenderingContext2D, one: Thing, put: Put, scale: number, palette: Palette): void {
  const [x, y] = put([one.x, one.y]);
  const [l, w] = [Math.max(3, one.length * scale), Math.max(3, one.width * scale)];
  pen.save();
  pen.translate(x, y);
  pen.rotate((-one.heading * Math.PI) / 180);
  pen.fillStyle = known(one.state) ? palette[toneKey(one.state)] : palette.accent;
  pen.beginPath();
  if (one.shape === "circle" || one.shape === "person") pen.arc(0, 0, Math.max(l, w) / 2, 0, 7);
  else pen.roundRect(-l / 2, -w / 2, l, w, Math.min(3, w / 3));
  pen.fill();
  if (one.shape !== "circle" && one.shape !== "person" && l > 8) {
    pen.fillStyle = palette.panel;
    pen.globalAlpha = 0.75;
    pen.fillRect(l / 2 - l * 0.28, -w * 0.36, l * 0.12, w * 0.72);
  }
  pen.restore();
}

function toneKey(state: string): "bad" | "warn" | "ok" | "work" | "edge" {
  const tone = toneOf(state);
  return tone === "idle" ? "edge" : tone;
}
