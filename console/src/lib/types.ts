/** The words of the hub's HTTP contract, as the console reads them. */

export interface Text {
  en: string;
  zh: string;
}

export interface LonLat {
  lon: number;
  lat: number;
}

export type Cell = string | number | boolean | null | Text | unknown[] | Record<string, unknown>;

/** Into whose hands a case can go, the likeliest unit first. */
export interface Hands {
  units: { id: string; name: string; wanted: boolean; free: boolean; minutes: number | null }[];
  departments: string[];
  cases: { id: number; title: Text; alike: boolean; metres: number | null }[]; // that it may be one with
}

/** What a query answers: rows under columns, and the moment at which they were true. */
export interface Frame {
  as_of: string;
  columns: string[];
  rows: Cell[][];
}

export interface Column {
  name: string;
  label: Text;
  shows?: string;
  unit?: string;
}

export interface Layer {
  label: Text;
  shape?: "points" | "lines" | "areas" | "tracks" | "heat";
  steps?: number[];
  unit?: string;
}

export interface Field {
  name: string;
  label: Text;
  asks?: string;
  required?: boolean;
  choices?: [string, Text | string][];
  known?: string | null;
  among?: object | null;
}

interface Declared {
  title: Text;
  live?: string[];
}

export interface MapWidget extends Declared {
  type: "map";
  layers: Layer[];
}
export interface TableWidget extends Declared {
  empty?: Text | null;
  seen?: string;
  type: "table";
  columns: Column[];
}
/** What a reader may choose to see: among the rows of the widget's last layer. */
export interface Choice {
  label: Text;
  among: object;
}
export interface ChartWidget extends Declared {
  choice?: Choice | null;
  empty?: Text | null;
  type: "chart";
  x: string;
  y: string;
  by?: string | null;
  low?: string | null;
  high?: string | null;
  bands?: [string, string][];
  shape?: "line" | "bar" | "scatter" | "fan" | "tree";
  unit?: string;
  threshold?: number | null;
  along?: Text | null;
  stretches?: string | null;
}
export interface StatWidget extends Declared {
  type: "stat";
  value: string;
  unit?: string;
  worry?: number | null;
}
export interface BoardWidget extends Declared {
  type: "board";
}
export interface TimelineWidget extends Declared {
  type: "timeline";
}
export interface FormWidget extends Declared {
  type: "form";
  action: string;
  fields: Field[];
  shows?: Column[];
}
export interface SceneWidget extends Declared {
  choice?: Choice | null;
  type: "scene";
}

export type Widget =
  | MapWidget
  | TableWidget
  | ChartWidget
  | StatWidget
  | BoardWidget
  | TimelineWidget
  | FormWidget
  | SceneWidget;

export interface Page {
  system: string;
  system_title: Text;
  application: string;
  name: string;
  title: Text;
  widgets: Widget[];
  empty?: Text | null;
  tells?: Text | null;
}

export interface Me {
  name: string;
  roles: string[];
  departments: string[];
  csrf?: string;
}

/** Where the parts of the city's ground are: the land, and the buildings that are seen from near only. */
export type Ground = Partial<Record<"land" | "building", string>>;

export interface CityFacts {
  ground?: Ground;
  name: Text;
  centre: [number, number];
  zoom: number;
  bounds: [number, number, number, number];
  zone?: string;
  words?: Record<string, Text>;
}

export interface Step {
  at: string;
  who: string | Text | null;
  what: string;
  says: Text;
}

export interface Affair {
  id: number;
  title: Text;
  category?: string;
  department?: string;
  state: string;
  opened?: string;
  due?: string | null;
  place?: [number, number] | LonLat | null;
  about?: string | null;
  about_name?: string | null;
  unit_name?: string | null;
  assigned_to?: string | null;
  details?: string | null;
  photos?: string[];
  links?: string[]; // pictures that an app keeps elsewhere
  reporters?: number;
  told?: string; // the follower's own words
  stars?: number | null; // and rating, and when they confirmed
  confirmed?: string | null;
  joined_to?: number | null; // the case that it goes on with
  ours?: boolean; // whether the reader's department holds it, and may move it
  outage?: Outage | null; // the devices it is about, where it is about many
}

/** How many devices failed at once, how many still have, which kinds, and where some of those are. */
export interface Outage {
  devices: number;
  still: number;
  since: string;
  kinds: { kind: string; devices: number; still: number }[];
  places: string[];
}

/** Who reported a case, as far as they agreed to be asked back. */
export interface Reporter {
  id: string;
  name: string | null;
  phone: string | null;
  email: string | null;
}

export interface AffairAnswer {
  case: Affair;
  deadline?: Text | null;
  as_of?: string; // by the city's clock
  steps: Step[];
  can?: string[];
}

export interface Category {
  name: string;
  label: Text;
  has_a_place?: boolean;
}

export interface Neighbour {
  case: number;
  title: Text;
  state: string;
  distance_m: number;
  reporters: number;
}

/** Columns of the newest readings, as the live stream sends them. */
export interface Latest {
  entity: string[];
  quantity: string[];
  value: (number | null)[];
  time: string[];
  lon: (number | null)[];
  lat: (number | null)[];
}
