/** Degrees on the flat sheet that web maps use: the world is 1 wide, and north is up at 0. */
export function mercator(lon: number, lat: number): [number, number] {
  return [lon / 360 + 0.5, north(lat)];
}

export function north(lat: number): number {
  return 0.5 - Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360)) / (2 * Math.PI);
}

/** West, south, east, north, in degrees. */
export type Box = [number, number, number, number];

export function around(places: readonly { lon: number; lat: number }[]): Box | null {
  if (!places.length) return null;
  const box: Box = [180, 90, -180, -90];
  for (const { lon, lat } of places) {
    [box[0], box[1]] = [Math.min(box[0], lon), Math.min(box[1], lat)];
    [box[2], box[3]] = [Math.max(box[2], lon), Math.max(box[3], lat)];
  }
  return box;
}

/** The city and its points: what claims to be far outside does not shrink it; but where all are, there is the city. */
export function wholeOf([w, s, e, n]: Box, points: Box): Box {
  if (points[2] < w || points[0] > e || points[3] < s || points[1] > n) return points; // nobody has said where it lies
  const [wide, high] = [(e - w) / 4, (n - s) / 4];
  return [
    Math.min(w, Math.max(points[0], w - wide)),
    Math.min(s, Math.max(points[1], s - high)),
    Math.max(e, Math.min(points[2], e + wide)),
    Math.max(n, Math.min(points[3], n + high)),
  ];
}
