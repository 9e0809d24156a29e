/**
 * Moving points over a map, 50,000 and more: a sheet of its own above the ground, so that a moving bus does not
 * redraw the streets. Positions glide on the graphics side; a batch of updates costs one upload.
 */

const STRIDE = 8; // from x, from y, to x, to y, start, colour, radius, ring
const GLIDE_MS = 900;

const VERTEX = `#version 300 es
in vec4 path; in float start; in vec3 look;
uniform vec2 centre; uniform vec2 scale; uniform float now; uniform float glide; uniform float ratio; uniform float thin; uniform vec3 palette[16];
out vec3 colour; out float size; out float ring; flat out float mark;
void main() {
  float t = glide > 0.0 ? clamp((now - start) / glide, 0.0, 1.0) : 1.0;
  vec2 at = mix(path.xy, path.zw, t);
  gl_Position = vec4((at - centre) * scale, 0.0, 1.0);
  mark = floor(look.z * 0.5);
  ring = look.z - mark * 2.0;
  size = (look.y * thin + ring * 4.0) * 2.0 * ratio + 2.0;
  gl_PointSize = size;
  colour = palette[int(look.x)];
}`;

const FRAGMENT = `#version 300 es
precision mediump float;
in vec3 colour; in float size; in float ring; flat in float mark;
uniform vec3 halo;
out vec4 ink;
void main() {
  float edge = size * 0.5;
  vec2 p = gl_PointCoord * size - edge;
  float far = length(p); // a disc, a square, a diamond, a triangle
  if (mark > 0.5) {
    vec2 q = abs(p);
    far = mark < 1.5 ? max(q.x, q.y) * 1.16 : mark < 2.5 ? (q.x + q.y) * 0.86 : max(p.y, q.x * 0.866 - p.y * 0.5) * 1.7;
  }
  if (far > edge) discard;
  float body = edge - (ring > 0.5 ? 8.0 : 2.0) * 0.75;
  float whole = clamp(edge - far, 0.0, 1.0);
  float inside = clamp(body - far + 0.5, 0.0, 1.0);
  vec3 outer = ring > 0.5 ? colour : halo;
  float strength = mix(ring > 0.5 ? 0.38 : 0.9, 1.0, inside) * whole;
  ink = vec4(mix(outer, colour, inside) * strength, strength);
}`;

export interface Dot {
  id: string;
  lon: number;
  lat: number;
  colour: number;
  radius: number;
  ring: boolean;
  mark?: number; // a disc where nothing else is said
}

export interface View {
  /** The middle of the view in web-mercator units (the world is 1 wide). */
  x: number;
  y: number;
  /** Width of the world in CSS pixels. */
  world: number;
}

export function mercator(lon: number, lat: number): [number, number] {
  return [lon / 360 + 0.5, north(lat)];
}

function north(lat: number): number {
  return 0.5 - Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360)) / (2 * Math.PI);
}

export class Points {
  readonly canvas = document.createElement("canvas");
  #gl: WebGL2RenderingContext | null;
  #place: Record<string, WebGLUniformLocation | null> = {};
  #data = new Float32Array(0);
  #at = new Map<string, number>();
  #dots: Dot[] = [];
  #origin: [number, number] = [0, 0];
  #epoch = performance.now();
  #moving = 0;
  #frame = 0;
  #drawn = 0;
  #slow = 16;
  #ticked = 0;
  #dirty = false;
  #still = matchMedia("(prefers-reduced-motion: reduce)").matches;

  constructor(private view: () => View) {
    this.canvas.className = "points";
    this.canvas.setAttribute("aria-hidden", "true");
    this.#gl = this.canvas.getContext("webgl2", { antialias: false, premultipliedAlpha: true, depth: false });
    if (this.#gl) this.#prepare(this.#gl);
  }

  get count(): number {
    return this.#dots.length;
  }

  /** Colours by index, at most sixteen, and the halo that parts points from the ground. */
  paint(palette: readonly string[], halo: string): void {
    const gl = this.#gl;
    if (!gl) return;
    gl.uniform3fv(this.#place["palette"]!, palette.slice(0, 16).flatMap(rgb));
    gl.uniform3fv(this.#place["halo"]!, rgb(halo));
    this.redraw();
  }

  /** Replace all dots; those that were there before glide from where they are. */
  set(dots: Dot[], origin: [number, number]): void {
    const before = this.#at;
    const old = this.#dots;
    const fresh = this.#origin[0] !== origin[0] || this.#origin[1] !== origin[1];
    this.#origin = origin;
    this.#dots = dots;
    this.#at = new Map(dots.map((dot, index) => [dot.id, index]));
    this.#data = new Float32Array(dots.length * STRIDE);
    const now = performance.now() - this.#epoch;
    dots.forEach((dot, index) => {
      const was = fresh ? undefined : old[before.get(dot.id) ?? -1];
      this.#write(index, was ?? dot, dot, now);
    });
    this.#touch(old.length > 0);
  }

  /** West, south, east and north of all dots; null where there are none. */
  extent(): [number, number, number, number] | null {
    if (!this.#dots.length) return null;
    const box: [number, number, number, number] = [180, 90, -180, -90];
    for (const { lon, lat } of this.#dots) {
      box[0] = Math.min(box[0], lon);
      box[1] = Math.min(box[1], lat);
      box[2] = Math.max(box[2], lon);
      box[3] = Math.max(box[3], lat);
    }
    return box;
  }

  /** Where a dot stands among the others, for who speaks of it often; -1 when there is none. */
  index(id: string): number {
    return this.#at.get(id) ?? -1;
  }

  /** Let a dot glide to a place; `flush` sends the batch. */
  move(index: number, lon: number, lat: number): void {
    const dot = this.#dots[index];
    if (!dot || (dot.lon === lon && dot.lat === lat)) return;
    const [data, at] = [this.#data, index * STRIDE];
    [dot.lon, dot.lat] = [lon, lat];
    [data[at], data[at + 1]] = [data[at + 2]!, data[at + 3]!];
    data[at + 2] = lon / 360 + 0.5 - this.#origin[0];
    data[at + 3] = north(lat) - this.#origin[1];
    data[at + 4] = performance.now() - this.#epoch;
    this.#dirty = true;
  }

  /** Give a dot another look; `flush` sends the batch. */
  wear(index: number, look: Pick<Dot, "colour" | "radius" | "ring">): void {
    const dot = this.#dots[index];
    if (!dot) return;
    Object.assign(dot, look);
    this.#data.set([look.colour, look.radius, form(dot)], index * STRIDE + 5);
    this.#dirty = true;
  }

  flush(): void {
    if (!this.#dirty) return;
    if (!this.#still) this.#moving = performance.now() + GLIDE_MS + 50;
    this.redraw();
  }

  /** The nearest dot within reach of a place on the screen (CSS pixels from the top left). */
  nearest(x: number, y: number, reach = 12): Dot | null {
    const { x: cx, y: cy, world } = this.view();
    const [w, h] = [this.canvas.clientWidth, this.canvas.clientHeight];
    const mx = cx + (x - w / 2) / world - this.#origin[0];
    const my = cy + (y - h / 2) / world - this.#origin[1];
    let best = (reach / world) ** 2;
    let found = -1;
    for (let index = 0, at = 2; index < this.#dots.length; index += 1, at += STRIDE) {
      const far = (this.#data[at]! - mx) ** 2 + (this.#data[at + 1]! - my) ** 2;
      if (far <= best) [best, found] = [far, index];
    }
    return this.#dots[found] ?? null;
  }

  resize(width: number, height: number): void {
    const ratio = Math.min(2, devicePixelRatio);
    const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (this.canvas.width === w && this.canvas.height === h) return;
    this.canvas.width = w;
    this.canvas.height = h;
    this.draw();
  }

  redraw(): void {
    if (!this.#frame) this.#frame = requestAnimationFrame((time) => this.#tick(time));
  }

  /** Draw now, in the same frame as the map below. */
  draw(): void {
    const gl = this.#gl;
    if (!gl || !this.canvas.width) return;
    const { x, y, world } = this.view();
    const ratio = Math.min(2, devicePixelRatio);
    gl.viewport(0, 0, this.canvas.width, this.canvas.height);
    gl.clear(gl.COLOR_BUFFER_BIT);
    if (!this.#dots.length) return;
    if (this.#dirty) gl.bufferData(gl.ARRAY_BUFFER, this.#data, gl.DYNAMIC_DRAW);
    this.#dirty = false;
    gl.uniform2f(this.#place["centre"]!, x - this.#origin[0], y - this.#origin[1]);
    gl.uniform2f(this.#place["scale"]!, (2 * world * ratio) / this.canvas.width, (-2 * world * ratio) / this.canvas.height);
    gl.uniform1f(this.#place["now"]!, performance.now() - this.#epoch);
    gl.uniform1f(this.#place["glide"]!, this.#still ? 0 : GLIDE_MS);
    gl.uniform1f(this.#place["ratio"]!, ratio);
    gl.uniform1f(this.#place["thin"]!, this.#thin(world));
    gl.drawArrays(gl.POINTS, 0, this.#dots.length);
  }

  stop(): void {
    cancelAnimationFrame(this.#frame);
    this.#gl?.getExtension("WEBGL_lose_context")?.loseContext();
  }

  #tick(time: number): void {
    this.#frame = 0;
    // what the machine manages between two frames, not what we ask of it
    const beat = Math.min(200, time - this.#ticked);
    this.#ticked = time;
    if (this.#moving > performance.now()) this.#slow = 0.92 * this.#slow + 0.08 * beat;
    const gap = time - this.#drawn + 4;
    // a machine that cannot keep up gets fewer, evenly spaced frames instead of a jammed page
    if (this.#moving > performance.now() && gap < this.#pause()) return this.redraw();
    this.#drawn = time;
    this.draw();
    if (this.#moving > performance.now()) this.redraw();
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

  #touch(gliding: boolean): void {
    const gl = this.#gl;
    if (!gl) return;
    this.#dirty = true;
    if (gliding && !this.#still) this.#moving = performance.now() + GLIDE_MS + 50;
    this.redraw();
  }

  #write(index: number, from: { lon: number; lat: number }, dot: Dot, now: number): void {
    const [fx, fy] = mercator(from.lon, from.lat);
    const [tx, ty] = mercator(dot.lon, dot.lat);
    const [ox, oy] = this.#origin;
    const at = index * STRIDE;
    this.#data.set([fx - ox, fy - oy, tx - ox, ty - oy, now, dot.colour, dot.radius, form(dot)], at);
  }

  #prepare(gl: WebGL2RenderingContext): void {
    const program = gl.createProgram();
    for (const [kind, source] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT]] as const) {
      const shader = gl.createShader(kind)!;
      gl.shaderSource(shader, source);
      gl.compileShader(shader);
      gl.attachShader(program, shader);
    }
    gl.linkProgram(program);
    gl.useProgram(program);
    gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
    const attribute = (name: string, size: number, offset: number) => {
      const at = gl.getAttribLocation(program, name);
      gl.enableVertexAttribArray(at);
      gl.vertexAttribPointer(at, size, gl.FLOAT, false, STRIDE * 4, offset * 4);
    };
    attribute("path", 4, 0);
    attribute("start", 1, 4);
    attribute("look", 3, 5);
    for (const name of ["centre", "scale", "now", "glide", "ratio", "thin", "palette", "halo"]) {
      this.#place[name] = gl.getUniformLocation(program, name);
    }
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
  }
}

/** Its mark and whether it is ringed, in one number. */
function form(dot: Pick<Dot, "ring" | "mark">): number {
  return (dot.ring ? 1 : 0) + 2 * (dot.mark ?? 0);
}

export function rgb(colour: string): [number, number, number] {
  const hex = Number.parseInt(colour.slice(1, 7), 16);
  return [(hex >> 16) / 255, ((hex >> 8) & 255) / 255, (hex & 255) / 255];
}
