/** Rows of a layer as what a map can draw. */
import type { LayerSpecification } from "maplibre-gl";
import { number, place, type Row } from "../lib/rows";
import { STEPS, palettes, type Tone } from "../lib/theme";
import { classOf, known, shadeOf, toneOf } from "../lib/tone";
import type { Layer } from "../lib/types";
import type { Dot } from "./dot";
import type { Shape } from "./sheet";

const TONES: Tone[] = ["idle", "ok", "work", "warn", "bad"];
const PLAIN = 5; // a point of which nothing is said but where it is
const STEPS_AT = 6;
const FEW = 300; // where there is room, a point may be seen from across the room

/** The sixteen colours that points may wear: tones, plain, then up to ten steps. */
export function pointColours(theme: "light" | "dark"): string[] {
  const palette = palettes[theme];
  const tones = [palette.edge, palette.ok, palette.work, palette.warn, palette.bad, palette.accent];
  return [...tones, ...Array.from({ length: 10 }, (_, index) => STEPS[theme][index % 5]!)];
}

function stepColour(value: number, steps: readonly number[], theme: "light" | "dark"): number {
  const shade = shadeOf(classOf(value, steps), steps.length + 1, STEPS[theme]);
  return STEPS_AT + STEPS[theme].indexOf(shade);
}

/** The look of a point: the class of its value, else the tone of its state; trouble is larger and ringed. */
export function look(row: Row, layer: Layer, theme: "light" | "dark", count = 0): Pick<Dot, "colour" | "radius" | "ring"> {
  const tone = known(row["state"]) ? toneOf(row["state"]) : null;
  const value = number(row["value"]);
  const ring = tone === "bad";
  const radius = (ring ? 5.5 : tone === "ok" ? 3.3 : 4) * (count < FEW ? 1.6 : 1); // what is well steps back
  if (layer.steps?.length && value !== null) return { colour: stepColour(value, layer.steps, theme), radius, ring };
  return { colour: tone ? TONES.indexOf(tone) : PLAIN, radius, ring };
}

const MOST_STATES = 4;

/** The states that colour a layer's points, most frequent first: what the legend has to explain. */
export function states(all: Row[], layer: Layer): { state: string; tone: Tone; count: number }[] {
  const counts = new Map<string, number>();
  for (const row of all) {
    if (!known(row["state"]) || (layer.steps?.length && number(row["value"]) !== null)) continue;
    const state = String(row["state"]);
    counts.set(state, (counts.get(state) ?? 0) + 1);
  }
  const found = [...counts].map(([state, count]) => ({ state, tone: toneOf(state), count }));
  return found.sort((a, b) => b.count - a.count).slice(0, MOST_STATES);
}

/** Each layer has a mark of its own, so that a crew is no gauge even where both are green. */
export const MARKS = ["M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2z", "M3 3h10v10H3z", "M8 1l7 7-7 7-7-7z", "M8 2l7 12H1z"];

export function dots(layerIndex: number, layer: Layer, all: Row[], theme: "light" | "dark"): Dot[] {
  return all.flatMap((row) => {
    const at = place(row);
    if (!at) return [];
    return [{ id: `${layerIndex}:${String(row["id"])}`, lon: at[0], lat: at[1], ...look(row, layer, theme, all.length), mark: layerIndex % MARKS.length }];
  });
}

/** Lines, areas, tracks and heat as GeoJSON with their paint. */
export function shape(index: number, layer: Layer, all: Row[], theme: "light" | "dark"): Shape {
  const id = `layer-${index}`;
  const features = all.flatMap((row) => feature(row, layer, theme));
  return { id, data: { type: "FeatureCollection", features }, layers: paints(id, layer, theme) };
}

function feature(row: Row, layer: Layer, theme: "light" | "dark"): GeoJSON.Feature[] {
  const geometry = geometryOf(row);
  if (!geometry) return [];
  const value = number(row["value"]);
  const colour = colourOf(row, layer, value, theme);
  return [{ type: "Feature", geometry, properties: { id: row["id"], colour, weight: value ?? 1 } }];
}

function geometryOf(row: Row): GeoJSON.Geometry | null {
  const given = row["geometry"];
  if (typeof given === "string" && given) return JSON.parse(given) as GeoJSON.Geometry;
  if (given && typeof given === "object") return given as unknown as GeoJSON.Geometry;
  const at = place(row);
  return at && { type: "Point", coordinates: at };
}

function colourOf(row: Row, layer: Layer, value: number | null, theme: "light" | "dark"): string {
  if (layer.steps?.length && value !== null) {
    return shadeOf(classOf(value, layer.steps), layer.steps.length + 1, STEPS[theme]);
  }
  return pointColours(theme)[known(row["state"]) ? TONES.indexOf(toneOf(row["state"])) : PLAIN]!;
}

function paints(id: string, layer: Layer, theme: "light" | "dark"): LayerSpecification[] {
  const colour = ["get", "colour"] as unknown as string;
  const line = { id: `${id}-line`, type: "line", source: id, layout: { "line-cap": "round", "line-join": "round" } };
  if (layer.shape === "heat") return [heat(id, theme)];
  if (layer.shape === "areas") {
    return [
      { id: `${id}-fill`, type: "fill", source: id, paint: { "fill-color": colour, "fill-opacity": 0.32 } },
      { ...line, paint: { "line-color": colour, "line-width": 1.2 } } as LayerSpecification,
    ];
  }
  const width = layer.shape === "tracks" ? 2.4 : 3.4;
  const dash = layer.shape === "tracks" ? { "line-dasharray": [2, 1.4] } : {};
  return [{ ...line, paint: { "line-color": colour, "line-width": width, ...dash } } as LayerSpecification];
}

function heat(id: string, theme: "light" | "dark"): LayerSpecification {
  const [a, b, c, d, e] = STEPS[theme] as [string, string, string, string, string];
  const ramp = [0, "rgba(0,0,0,0)", 0.15, `${a}66`, 0.4, `${b}99`, 0.65, `${c}bb`, 0.85, d, 1, e];
  return {
    id: `${id}-heat`,
    type: "heatmap",
    source: id,
    paint: {
      "heatmap-weight": ["get", "weight"],
      "heatmap-radius": ["interpolate", ["linear"], ["zoom"], 10, 10, 15, 34],
      "heatmap-color": ["interpolate", ["linear"], ["heatmap-density"], ...ramp] as never,
      "heatmap-opacity": 0.75,
    },
  };
}
