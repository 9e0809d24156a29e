/** A city map: MapLibre's ground with our points above it, kept in step; north is up and the view is flat. */
import { Map as Drawing, setWorkerCount, setWorkerUrl, type GeoJSONSource, type LayerSpecification } from "maplibre-gl";
import "maplibre-gl/dist/maplibre-gl.css";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?url";
import { cityFacts } from "../lib/city";
import { larger } from "../lib/larger";
import type { Lang } from "../lib/prefs.svelte";
import type { CityFacts } from "../lib/types";
import { groundStyle, NEAR } from "./ground";
import { mercator, wholeOf, type Box } from "./mercator";
import { Points } from "./points";

setWorkerUrl(new URL(workerUrl, location.href).href);
setWorkerCount(1);

export interface Shape {
  id: string;
  data: GeoJSON.FeatureCollection;
  layers: LayerSpecification[];
}

const within = (inner: Box, outer: Box) =>
  inner[0] >= outer[0] && inner[1] >= outer[1] && inner[2] <= outer[2] && inner[3] <= outer[3];

const POINT = 20; // room for a point or a pin at the edge

/** What stands over the map's corners, as margins: the buttons at the right, the legend to the left or below. */
function margins(box: HTMLElement, scale: number): { top: number; right: number; bottom: number; left: number } {
  const [wide, high] = [box.clientWidth, box.clientHeight];
  const around = { top: POINT, right: POINT, bottom: POINT, left: POINT };
  const over = (name: string) => box.parentElement?.querySelector<HTMLElement>(name);
  const [buttons, legend] = [over(".zoom"), over(".legend")];
  if (buttons && wide > 300) around.right += (buttons.offsetWidth + 10) / scale;
  if (!legend) return around;
  const [w, h] = [(legend.offsetWidth + 10) / scale, (legend.offsetHeight + 10) / scale];
  if ((wide - w) * high > wide * (high - h)) around.left += wide - w > 160 ? w : 0;
  else around.bottom += high - h > 120 ? h : 0;
  return around;
}

export class Sheet {
  readonly points: Points;
  #shapes = new Map<string, Shape>();
  #dressed = "";
  #styled = false;
  #near = false; // buildings have been asked for
  #held = false; // somebody has taken the map where they want it
  #framed: Box | null = null;

  private constructor(
    readonly map: Drawing,
    readonly box: HTMLElement,
    private readonly city: CityFacts,
    readonly scale: number,
  ) {
    this.points = new Points(() => this.view(), scale);
    map.getCanvasContainer().after(this.points.canvas);
    map.on("style.load", () => {
      this.#styled = true;
      this.#shapes.forEach((shape) => this.#lay(shape));
      this.#build();
    });
    map.on("zoom", () => this.#build());
    map.on("render", () => this.points.draw());
    map.once("idle", () => performance.mark("map"));
    map.on("resize", () => this.#fit());
    map.on("movestart", (event) => (this.#held ||= "originalEvent" in event && Boolean(event.originalEvent)));
    this.#fit();
  }

  /** A map in this box, looking at the whole city. */
  static async in(box: HTMLElement, theme: "light" | "dark", lang: Lang, label: string): Promise<Sheet> {
    const city = await cityFacts();
    const scale = larger();
    box.style.setProperty("--scale", String(scale)); // laid out small and drawn large: fewer tiles, letters that are read
    const map = new Drawing({
      container: box,
      style: groundStyle(city.ground ?? {}, theme, lang),
      center: city.centre,
      zoom: city.zoom,
      minZoom: Math.max(0, city.zoom - 4),
      maxZoom: 19,
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      fadeDuration: 0,
      pixelRatio: devicePixelRatio * scale,
      canvasContextAttributes: { antialias: false },
    });
    map.touchZoomRotate.disableRotation();
    map.keyboard.disableRotation();
    map.getCanvas().setAttribute("aria-label", label);
    const sheet = new Sheet(map, box, city, scale);
    sheet.frame();
    sheet.#dressed = theme + lang;
    return sheet;
  }

  /** The ground in the reader's theme and language; what was laid on it stays. */
  dress(theme: "light" | "dark", lang: Lang): void {
    if (this.#dressed === theme + lang) return;
    this.#dressed = theme + lang;
    this.#styled = this.#near = false;
    this.map.setStyle(groundStyle(this.city.ground ?? {}, theme, lang), { diff: false });
  }

  /** Lines, areas and heat lie on the ground, below the points. */
  lay(shape: Shape): void {
    const old = this.#shapes.get(shape.id);
    this.#shapes.set(shape.id, shape);
    if (!this.#styled) return;
    const source = this.map.getSource(shape.id) as { setData?: (data: GeoJSON.FeatureCollection) => void } | undefined;
    if (source && old && JSON.stringify(old.layers) === JSON.stringify(shape.layers)) source.setData?.(shape.data);
    else this.#lay(shape);
  }

  show(id: string, visible: boolean): void {
    for (const layer of this.#styled ? (this.#shapes.get(id)?.layers ?? []) : []) {
      if (this.map.getLayer(layer.id)) this.map.setLayoutProperty(layer.id, "visibility", visible ? "visible" : "none");
    }
  }

  /** The first look: the whole city and every point, none beneath a panel; left alone once somebody has moved it. */
  frame(): void {
    const bounds = this.#everything();
    if (this.#held || (this.#framed && within(bounds, this.#framed))) return;
    this.#framed = bounds;
    this.map.fitBounds(bounds, { animate: false, padding: margins(this.box, this.scale) });
  }

  whole(): void {
    this.map.fitBounds(this.#everything(), { padding: margins(this.box, this.scale), duration: 400 });
  }

  #everything(): Box {
    const points = this.points.extent();
    return points ? wholeOf(this.city.bounds, points) : this.city.bounds;
  }

  view(): { x: number; y: number; world: number } {
    const { lng, lat } = this.map.getCenter();
    const [x, y] = mercator(lng, lat);
    return { x, y, world: 512 * 2 ** this.map.getZoom() };
  }

  origin(): [number, number] {
    const [w, s, e, n] = this.map.getBounds().toArray().flat() as [number, number, number, number];
    return mercator((w + e) / 2, (s + n) / 2);
  }

  remove(): void {
    this.points.stop();
    this.map.remove();
  }

  #fit(): void {
    this.points.resize(this.box.clientWidth, this.box.clientHeight);
  }

  /** Most of a map is buildings: they are fetched once somebody comes close to them. */
  #build(): void {
    const { building } = this.city.ground ?? {};
    if (this.#near || !this.#styled || !building || this.map.getZoom() < NEAR - 0.5) return;
    this.#near = true;
    void this.map.getSource<GeoJSONSource>("building")?.setData(building);
  }

  #lay(shape: Shape): void {
    for (const layer of shape.layers) if (this.map.getLayer(layer.id)) this.map.removeLayer(layer.id);
    if (this.map.getSource(shape.id)) this.map.removeSource(shape.id);
    this.map.addSource(shape.id, { type: "geojson", data: shape.data, generateId: true });
    const below = this.map.getLayer("road-name") ? "road-name" : undefined;
    for (const layer of shape.layers) this.map.addLayer(layer, below);
  }
}
