/** A city map: MapLibre's ground with our points above it, kept in step; north is up and the view is flat. */
import { Map as Ground, setWorkerCount, setWorkerUrl, type LayerSpecification } from "maplibre-gl";
import "maplibre-gl/dist/maplibre-gl.css";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?url";
import { cityFacts, cityGround } from "../lib/city";
import type { Lang } from "../lib/prefs.svelte";
import { groundStyle } from "./ground";
import { mercator, Points } from "./points";

setWorkerUrl(new URL(workerUrl, location.href).href);
setWorkerCount(1);

export interface Shape {
  id: string;
  data: GeoJSON.FeatureCollection;
  layers: LayerSpecification[];
}

export class Sheet {
  readonly points: Points;
  #shapes = new Map<string, Shape>();
  #dressed = "";
  #styled = false;
  #gone = false;

  private constructor(
    readonly map: Ground,
    readonly box: HTMLElement,
  ) {
    this.points = new Points(() => this.view());
    map.getCanvasContainer().after(this.points.canvas);
    map.on("style.load", () => {
      this.#styled = true;
      this.#shapes.forEach((shape) => this.#lay(shape));
    });
    map.on("render", () => this.points.draw());
    map.once("idle", () => performance.mark("map"));
    map.on("resize", () => this.#fit());
    this.#fit();
  }

  /** A map in this box, looking at the whole city. */
  static async in(box: HTMLElement, theme: "light" | "dark", lang: Lang, label: string): Promise<Sheet> {
    const [city, ground] = await Promise.all([cityFacts(), cityGround()]);
    const map = new Ground({
      container: box,
      style: groundStyle(ground, theme, lang),
      center: city.centre,
      zoom: city.zoom,
      minZoom: Math.max(0, city.zoom - 4),
      maxZoom: 19,
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      fadeDuration: 0,
      canvasContextAttributes: { antialias: false },
    });
    map.touchZoomRotate.disableRotation();
    map.keyboard.disableRotation();
    map.getCanvas().setAttribute("aria-label", label);
    map.fitBounds(city.bounds, { animate: false, padding: 12 });
    const sheet = new Sheet(map, box);
    sheet.#dressed = theme + lang;
    return sheet;
  }

  /** The ground in the reader's theme and language; what was laid on it stays. */
  async dress(theme: "light" | "dark", lang: Lang): Promise<void> {
    if (this.#dressed === theme + lang) return;
    this.#dressed = theme + lang;
    const ground = await cityGround();
    if (this.#dressed !== theme + lang || this.#gone) return;
    this.#styled = false;
    this.map.setStyle(groundStyle(ground, theme, lang), { diff: false });
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

  async whole(): Promise<void> {
    this.map.fitBounds((await cityFacts()).bounds, { padding: 12, duration: 400 });
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
    this.#gone = true;
    this.points.stop();
    this.map.remove();
  }

  #fit(): void {
    this.points.resize(this.box.clientWidth, this.box.clientHeight);
  }

  #lay(shape: Shape): void {
    for (const layer of shape.layers) if (this.map.getLayer(layer.id)) this.map.removeLayer(layer.id);
    if (this.map.getSource(shape.id)) this.map.removeSource(shape.id);
    this.map.addSource(shape.id, { type: "geojson", data: shape.data, generateId: true });
    const below = this.map.getLayer("road-name") ? "road-name" : undefined;
    for (const layer of shape.layers) this.map.addLayer(layer, below);
  }
}
