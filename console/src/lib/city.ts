/** The city's own facts, asked once for all maps of the page. */
import { ask } from "./api";
import { useZone } from "./time";
import type { CityFacts } from "./types";
import { learn } from "./words";

const NOWHERE: CityFacts = {
  name: { en: "City", zh: "城市" },
  centre: [0, 0],
  zoom: 11,
  bounds: [-0.1, -0.1, 0.1, 0.1],
};
/** Whether the hub has said which city this is; without a line nobody has. */
export const isKnown = (city: CityFacts | null): boolean => city !== null && city !== NOWHERE;

let facts: Promise<CityFacts> | null = null;

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
