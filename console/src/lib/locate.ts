/** Where this device is, if it tells. */
import type { LonLat } from "./types";

export function locate(): Promise<LonLat> {
  return new Promise((done, fail) => {
    if (!navigator.geolocation) return fail(new Error("no geolocation"));
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => done({ lon: coords.longitude, lat: coords.latitude }),
      fail,
      { enableHighAccuracy: true, timeout: 12_000, maximumAge: 30_000 },
    );
  });
}
