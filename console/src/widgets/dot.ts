/** A point on the map, and how its looks are told to the graphics side. */
export interface Dot {
  id: string;
  lon: number;
  lat: number;
  colour: number;
  radius: number;
  ring: boolean;
  mark?: number; // a disc where nothing else is said
}

/** Its colour, its radius, and its mark and whether it is ringed in one number. */
export function outfit(dot: Pick<Dot, "colour" | "radius" | "ring" | "mark">): [number, number, number] {
  return [dot.colour, dot.radius, (dot.ring ? 1 : 0) + 2 * (dot.mark ?? 0)];
}
