/**
 * Moving points over a map, 50,000 and more: a sheet of its own above the ground, so that a moving bus does not
 * redraw the streets. Positions glide on the graphics side; a batch of updates costs one upload.
 */
import { outfit, type Dot } from "./dot";
import { Glide, GLIDE_MS, STRIDE } from "./glide";
import { Ink, type Look } from "./ink";
import { around, mercator, north, type Box } from "./mercator";

const CROWD = 3000; // from so many on those who stand are drawn apart from those who move

interface View {
  /** The middle of the view in web-mercator units (the world is 1 wide). */
  x: number;
  y: number;
  /** Width of the world in CSS pixels. */
  world: number;
}

export class Points {
  readonly canvas = document.createElement("canvas");
  #ink: Ink | null;
  #still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  #glide = this.#over(0);
  #at = new Map<string, number>();
  #dots: Dot[] = [];
  #origin: [number, number] = [0, 0];
  #frame = 0;
  #drawn = 0;
  #slow = 16;
  #ticked = 0;
  #changed = false; // a look, since the last upload
  #asked = false; // for a drawing of what is known
  #coming = false; // some are chosen, and those who stay behind are being drawn
  #colours: [palette: readonly string[], halo: string] | null = null;

  constructor(
    private view: () => View,
    private scale = 1, // how much larger than laid out it is drawn
  ) {
    this.canvas.className = "points";
    this.canvas.setAttribute("aria-hidden", "true");
    this.#ink = Ink.on(this.canvas);
    // a driver may take the graphics away for a moment, on a wall that shows the city for weeks
    this.canvas.addEventListener("webglcontextlost", (event) => event.preventDefault());
    this.canvas.addEventListener("webglcontextrestored", () => this.#again());
  }

  get count(): number {
    return this.#dots.length;
  }

  /** Colours by index, at most sixteen, and the halo that parts points from the ground. */
  paint(palette: readonly string[], halo: string): void {
    this.#colours = [palette, halo];
    this.#ink?.paint(palette, halo);
    this.redraw();
  }

  #again(): void {
    this.#ink = Ink.on(this.canvas);
    if (this.#colours) this.#ink?.paint(...this.#colours);
    this.#ink?.load(this.#glide);
    this.#coming = false;
    this.redraw();
  }

  /** Replace all dots; those that were there before glide from where they are. */
  set(dots: Dot[], origin: [number, number]): void {
    const [before, old, now] = [this.#at, this.#dots, performance.now()];
    const fresh = this.#origin[0] !== origin[0] || this.#origin[1] !== origin[1];
    this.#origin = origin;
    this.#dots = dots;
    this.#at = new Map(dots.map((dot, index) => [dot.id, index]));
    this.#glide = this.#over(dots.length);
    dots.forEach((dot, index) => {
      const was = (fresh ? undefined : old[before.get(dot.id) ?? -1]) ?? dot;
      this.#glide.put(index, ...this.#place(was.lon, was.lat), outfit(dot));
      if (was.lon !== dot.lon || was.lat !== dot.lat) this.#glide.tell(index, ...this.#place(dot.lon, dot.lat), now);
    });
    if (this.#glide.choose(now, 0)) this.#glide.begin(now);
    this.#ink?.load(this.#glide);
    this.#ink?.forget();
    this.#changed = this.#coming = false;
    this.redraw();
  }

  /** West, south, east and north of all dots; null where there are none. */
  extent(): Box | null {
    return around(this.#dots);
  }

  /** Where a dot stands among the others, for who speaks of it often; -1 when there is none. */
  index(id: string): number {
    return this.#at.get(id) ?? -1;
  }

  /** Let a dot glide to a place; `flush` sends the batch. */
  move(index: number, lon: number, lat: number): void {
    const dot = this.#dots[index];
    if (!dot || (dot.lon === lon && dot.lat === lat)) return;
    [dot.lon, dot.lat] = [lon, lat];
    this.#glide.tell(index, lon / 360 + 0.5 - this.#origin[0], north(lat) - this.#origin[1], performance.now());
  }

  /** Give a dot another look; `flush` sends the batch. */
  wear(index: number, look: Pick<Dot, "colour" | "radius" | "ring">): void {
    const dot = this.#dots[index];
    if (!dot || (dot.colour === look.colour && dot.radius === look.radius && dot.ring === look.ring)) return;
    Object.assign(dot, look);
    this.#glide.wear(index, outfit(dot));
    if (this.#crowd) this.#glide.nod(index, performance.now());
    else this.#changed = true;
  }

  flush(): void {
    if (this.#changed || this.#glide.waits) this.#next();
  }

  /** The nearest dot within reach of a place on the screen (CSS pixels from the top left). */
  nearest(x: number, y: number, reach = 12): Dot | null {
    const { x: cx, y: cy, world } = this.view();
    const [w, h] = [this.canvas.clientWidth, this.canvas.clientHeight];
    const mx = cx + (x - w / 2) / world - this.#origin[0];
    const my = cy + (y - h / 2) / world - this.#origin[1];
    const { data } = this.#glide;
    let best = (reach / world) ** 2;
    let found = -1;
    for (let index = 0, at = 2; index < this.#dots.length; index += 1, at += STRIDE) {
      const far = (data[at]! - mx) ** 2 + (data[at + 1]! - my) ** 2;
      if (far <= best) [best, found] = [far, index];
    }
    return this.#dots[found] ?? null;
  }

  resize(width: number, height: number): void {
    const ratio = this.#ratio;
    const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (this.canvas.width === w && this.canvas.height === h) return;
    this.canvas.width = w;
    this.canvas.height = h;
    this.draw();
  }

  redraw(): void {
    this.#asked = true;
    this.#next();
  }

  /** Draw now, in the same frame as the map below. */
  draw(): void {
    const [ink, glide, now] = [this.#ink, this.#glide, performance.now()];
    if (!ink || !this.canvas.width) return;
    this.#advance(ink, now);
    ink.clear();
    if (this.#crowd) ink.crowd(glide, this.#look(), glide.part(now), this.#coming);
    else if (glide.count) ink.all(glide, this.#look(), glide.part(now));
    this.#asked = glide.gliding(now); // who arrives is drawn once more
  }

  stop(): void {
    cancelAnimationFrame(this.#frame);
    this.#ink?.stop();
  }

  #next(): void {
    if (!this.#frame) this.#frame = requestAnimationFrame((time) => this.#tick(time));
  }

  #tick(time: number): void {
    this.#frame = 0;
    const [ink, now] = [this.#ink, performance.now()];
    if (!ink) return;
    const moves = this.#glide.gliding(now);
    // what the machine manages between two frames, not what we ask of it
    if (moves) this.#slow = 0.92 * this.#slow + 0.08 * Math.min(200, time - this.#ticked);
    this.#ticked = time;
    // a machine that cannot keep up gets fewer, evenly spaced frames instead of a jammed page
    if (moves && time - this.#drawn + 4 < this.#pause()) return this.#next();
    if (this.#advance(ink, now) || moves || this.#coming || this.#asked) {
      this.#drawn = time;
      this.draw();
    }
    if (this.#asked || this.#changed || this.#glide.waits) this.#next();
  }

  /** Choose who sets out, let them when all is ready, and send what has changed; whether there is something to draw. */
  #advance(ink: Ink, now: number): boolean {
    if (this.#glide.choose(now) && this.#crowd) {
      ink.gather(this.#glide);
      this.#coming = true;
    }
    const set = (!this.#coming || ink.ready) && this.#glide.begin(now);
    if (set && this.#coming) ink.turn(this.#glide);
    if (set) this.#coming = false;
    if (!set && !this.#changed) return false;
    ink.load(this.#glide);
    this.#changed = false;
    return true;
  }

  get #crowd(): boolean {
    return this.#glide.count >= CROWD;
  }

  get #ratio(): number {
    return Math.min(2, devicePixelRatio) * this.scale;
  }

  #look(): Look {
    const { x, y, world } = this.view();
    const ratio = this.#ratio;
    const scale = 2 * world * ratio;
    return {
      centre: [x - this.#origin[0], y - this.#origin[1]],
      scale: [scale / this.canvas.width, -scale / this.canvas.height],
      ratio,
      thin: this.#thin(world),
    };
  }

  /** A crowd is drawn small until one comes close enough to tell its members apart. */
  #thin(world: number): number {
    if (this.#dots.length < 1500) return this.canvas.clientWidth < 480 ? 0.75 : 1;
    const zoom = Math.log2(world / 512);
    return Math.max(this.#dots.length > 20_000 ? 0.4 : 0.55, Math.min(1, (zoom - 8) / 7));
  }

  #pause(): number {
    if (this.#slow > 50) return 120;
    return this.#slow > 24 ? 66 : this.#slow > 19 ? 33 : 0;
  }

  #over(count: number): Glide {
    return new Glide(count, this.#still ? 0 : GLIDE_MS);
  }

  #place(lon: number, lat: number): [number, number] {
    const [x, y] = mercator(lon, lat);
    return [x - this.#origin[0], y - this.#origin[1]];
  }
}
