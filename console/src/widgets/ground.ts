/** How the city's ground looks: quiet, so that what happens on it stands out. */
import type { ExpressionSpecification, LayerSpecification, StyleSpecification } from "maplibre-gl";
import type { Lang } from "../lib/prefs.svelte";
import { GROUND } from "../lib/theme";
import type { Ground } from "../lib/types";

type Colours = (typeof GROUND)["light"];
const FONTS = ["Noto Sans Regular"];
const is = (layer: string): ExpressionSpecification => ["==", ["get", "layer"], layer];
const wide = (at12: number, at16: number) =>
  ["interpolate", ["exponential", 1.6], ["zoom"], 10, at12 * 0.5, 12, at12, 16, at16] as unknown as number;
const MAJOR = ["motorway", "trunk", "primary", "bridge", "tunnel"];
const isMajor = ["in", ["get", "class"], ["literal", MAJOR]] as unknown as ExpressionSpecification;

/** From here on buildings are seen, and a little before they are fetched. */
export const NEAR = 13.5;
const NOTHING: GeoJSON.FeatureCollection = { type: "FeatureCollection", features: [] };

/** A city without a map gets a plain sheet; buildings come later, to who looks from near. */
export function groundStyle(ground: Ground, theme: "light" | "dark", lang: Lang): StyleSpecification {
  const part = (data: string | undefined) => ({ type: "geojson", data: data ?? NOTHING, tolerance: 0.5, buffer: 32 }) as const;
  return {
    version: 8,
    sources: { ground: part(ground.land), building: part(undefined) },
    layers: [...areas(GROUND[theme]), ...ways(GROUND[theme]), ...labels(GROUND[theme], lang)],
  };
}

function areas(colour: Colours): LayerSpecification[] {
  const fill = (layer: keyof Colours): LayerSpecification => ({
    id: layer,
    type: "fill",
    source: "ground",
    filter: ["all", is(layer), ["!=", ["geometry-type"], "LineString"]],
    paint: { "fill-color": colour[layer], "fill-antialias": layer !== "building" },
  });
  const river: LayerSpecification = {
    id: "river",
    type: "line",
    source: "ground",
    filter: ["all", is("water"), ["==", ["geometry-type"], "LineString"]],
    paint: { "line-color": colour.water, "line-width": wide(2, 14) },
  };
  const building = { ...fill("building"), source: "building", minzoom: NEAR } as LayerSpecification;
  return [
    { id: "ground", type: "background", paint: { "background-color": colour.land } },
    ...(["land", "wood", "park", "water"] as const).map(fill),
    river,
    building,
  ];
}

function ways(colour: Colours): LayerSpecification[] {
  const line = (id: string, filter: ExpressionSpecification, paint: object, minzoom = 0): LayerSpecification =>
    ({ id, type: "line", source: "ground", filter, paint, minzoom, layout: { "line-cap": "round", "line-join": "round" } }) as LayerSpecification;
  const minor: ExpressionSpecification = ["all", is("road"), ["!", isMajor]] as ExpressionSpecification;
  const major: ExpressionSpecification = ["all", is("road"), isMajor] as ExpressionSpecification;
  return [
    line("district", is("district"), { "line-color": colour.district, "line-width": 1, "line-dasharray": [3, 3], "line-opacity": 0.6 }),
    line("road-minor", minor, { "line-color": colour.road, "line-width": wide(0.8, 7) }, 11.5),
    line("road-casing", major, { "line-color": colour.casing, "line-width": wide(3.6, 15) }),
    line("road-major", major, { "line-color": colour.motorway, "line-width": wide(2.4, 12) }),
    line("rail", is("rail"), { "line-color": colour.rail, "line-width": wide(1.2, 3), "line-dasharray": [4, 2] }),
  ];
}

function labels(colour: Colours, lang: Lang): LayerSpecification[] {
  const text = (id: string, filter: ExpressionSpecification, size: number, colour_: string, minzoom = 0): LayerSpecification => ({
    id,
    type: "symbol",
    source: "ground",
    minzoom,
    filter,
    layout: { "text-field": ["get", `name_${lang}`], "text-font": FONTS, "text-size": size, "text-max-width": 8, "text-padding": 6 },
    paint: { "text-color": colour_, "text-halo-color": colour.halo, "text-halo-width": 1.4 },
  });
  const way: LayerSpecification = {
    ...text("road-name", ["all", is("road"), isMajor] as ExpressionSpecification, 11, colour.label, 13),
    layout: { "text-field": ["get", `name_${lang}`], "text-font": FONTS, "text-size": 11, "symbol-placement": "line" },
  } as LayerSpecification;
  const water = ["==", ["get", "class"], "water"] as unknown as ExpressionSpecification;
  return [
    way,
    text("name", ["all", is("label"), ["!", water]] as ExpressionSpecification, 12, colour.label),
    text("water-name", ["all", is("label"), water] as ExpressionSpecification, 12, colour.waterLabel),
  ];
}
