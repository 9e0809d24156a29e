/** The city's own facts and ground, asked once for all maps of the page. */
import { ask } from "./api";
import { useZone } from "./time";
import type { CityFacts } from "./types";
import { learn } from "./words";

type Feature = GeoJSON.Feature<GeoJSON.Geometry, Record<string, unknown>>;
export type Ground = GeoJSON.FeatureCollection<GeoJSON.Geometry, Record<string, unknown>>;

const NOWHERE: CityFacts = {
  name: { en: "City", zh: "城市" },
  centre: [0, 0],
  zoom: 11,
  bounds: [-0.1, -0.1, 0.1, 0.1],
};
/** Whether the hub has said which city this is; without a line nobody has. */
export const isKnown = (city: CityFacts | null): boolean => city !== null && city !== NOWHERE;

const EMPTY: Ground = { type: "FeatureCollection", features: [] };

let facts: Promise<CityFacts> | null = null;
let ground: Promise<Ground> | null = null;

export function cityFacts(): Promise<CityFacts> {
  facts ??= ask<CityFacts>("/v1/city").then(
    (city) => {
      useZone(city.zone);
      learn(city.words ?? {});
      return city;
    },
    () => {
      facts = null;
      return NOWHERE;
    },
  );
  return facts;
}

/** The ground to draw on; a city without a map gets a plain sheet. */
export function cityGround(): Promise<Ground> {
  ground ??= ask<Ground>("/v1/city/map").then(flatten, () => {
    ground = null;
    return EMPTY;
  });
  return ground;
}

/** Vector tiles carry flat properties only, so that names move up a level. */
function flatten(collection: Ground): Ground {
  return { ...collection, features: collection.features.map(flat) };
}

function flat(feature: Feature): Feature {
  const { name, ...properties } = feature.properties;
  const both = (typeof name === "string" ? { en: name, zh: name } : (name ?? {})) as { en?: string; zh?: string };
  return { ...feature, properties: { ...properties, name_en: both.en ?? "", name_zh: both.zh ?? both.en ?? "" } };
}
