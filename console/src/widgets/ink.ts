/** Points on the graphics side: one program, one buffer. Of a crowd, those who stand are drawn a few at a time on a sheet
 * of their own; once it is whole, a frame costs a copy of it and those who move. */
import { STRIDE, type Glide } from "./glide";

const VERTEX = `#version 300 es
in vec4 path; in vec3 look;
uniform vec2 centre; uniform vec2 scale; uniform float part; uniform float ratio; uniform float thin; uniform vec3 palette[16];
out vec3 colour; out float size; out float ring; flat out float mark;
void main() {
  gl_Position = vec4((mix(path.xy, path.zw, part) - centre) * scale, 0.0, 1.0);
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

const UNIFORMS = ["centre", "scale", "part", "ratio", "thin", "palette", "halo"];

/** What is looked at: its middle, clip units per map unit, device pixels per CSS pixel, how small a crowd is drawn. */
export interface Look {
  centre: [number, number];
  scale: [number, number];
  ratio: number;
  thin: number;
}

/** Those who stand, as they look from one place. */
class Paper {
  readonly frame: WebGLFramebuffer;
  readonly order: WebGLBuffer;
  name = ""; // of the look
  count = 0;
  done = 0;
  #size = "";
  #sheet: WebGLTexture | null = null;

  constructor(private readonly gl: WebGL2RenderingContext) {
    [this.frame, this.order] = [gl.createFramebuffer(), gl.createBuffer()];
  }

  get whole(): boolean {
    return this.done >= this.count;
  }

  /** Blank, for a look. */
  begin(name: string): void {
    const { gl } = this;
    const { width, height } = gl.canvas;
    [this.name, this.done] = [name, 0];
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.frame);
    if (this.#size !== `${width} ${height}`) this.#cut(width, height);
    this.#size = `${width} ${height}`;
    gl.clear(gl.COLOR_BUFFER_BIT);
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
  }

  #cut(width: number, height: number): void {
    const { gl } = this;
    gl.deleteTexture(this.#sheet);
    this.#sheet = gl.createTexture();
    gl.bindTexture(gl.TEXTURE_2D, this.#sheet);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, width, height, 0, gl.RGBA, gl.UNSIGNED_BYTE, null);
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, this.#sheet, 0);
  }
}

const AT_ONCE = 8000; // so many of a crowd in one frame

export class Ink {
  #place: Record<string, WebGLUniformLocation | null> = {};
  #shown: Paper;
  #drawn: Paper;
  #movers: WebGLBuffer;
  #before = ""; // the look of the frame before
  #steady = false;

  private constructor(private readonly gl: WebGL2RenderingContext) {
    [this.#shown, this.#drawn, this.#movers] = [new Paper(gl), new Paper(gl), gl.createBuffer()];
    this.#prepare();
  }

  /** Null where a browser has no such graphics. */
  static on(canvas: HTMLCanvasElement): Ink | null {
    const gl = canvas.getContext("webgl2", { antialias: false, premultipliedAlpha: true, depth: false });
    return gl && new Ink(gl);
  }

  paint(palette: readonly string[], halo: string): void {
    this.gl.uniform3fv(this.#place["palette"]!, palette.slice(0, 16).flatMap(rgb));
    this.gl.uniform3fv(this.#place["halo"]!, rgb(halo));
    this.forget();
  }

  /** What is kept no longer holds. */
  forget(): void {
    this.#shown.name = this.#drawn.name = "";
  }

  /** All points anew. */
  load({ data }: Glide): void {
    this.gl.bufferData(this.gl.ARRAY_BUFFER, data, this.gl.DYNAMIC_DRAW);
  }

  /** Begin to draw those who will stand, beside what is shown. */
  gather({ standing, stand }: Glide): void {
    [this.#drawn.name, this.#drawn.count] = ["", stand];
    this.#send(this.#drawn.order, standing.subarray(0, stand));
  }

  /** Others set out: show those who now stand. */
  turn({ moving }: Glide): void {
    [this.#shown, this.#drawn] = [this.#drawn, this.#shown];
    this.#send(this.#movers, moving);
  }

  /** Whether those who will stand are drawn; while somebody moves the map nobody waits for that. */
  get ready(): boolean {
    return !this.#steady || (this.#drawn.name !== "" && this.#drawn.whole);
  }

  clear(): void {
    this.gl.viewport(0, 0, this.gl.canvas.width, this.gl.canvas.height);
    this.gl.clear(this.gl.COLOR_BUFFER_BIT);
  }

  all({ count }: Glide, look: Look, part: number): void {
    this.#aim(look, part);
    this.gl.drawArrays(this.gl.POINTS, 0, count);
  }

  /** The same at less cost while the look stays. */
  crowd(glide: Glide, look: Look, part: number, coming: boolean): void {
    const name = JSON.stringify([look, this.gl.canvas.width, this.gl.canvas.height]);
    this.#steady = name === this.#before;
    this.#before = name;
    if (this.#steady && coming) this.#more(name, look);
    if (!this.#steady || this.#shown.name !== name || !this.#shown.whole) return this.all(glide, look, part);
    this.#copy();
    this.#aim(look, part);
    this.gl.bindBuffer(this.gl.ELEMENT_ARRAY_BUFFER, this.#movers);
    this.gl.drawElements(this.gl.POINTS, glide.moving.length, this.gl.UNSIGNED_INT, 0);
  }

  stop(): void {
    this.gl.getExtension("WEBGL_lose_context")?.loseContext();
  }

  #aim({ centre, scale, ratio, thin }: Look, part: number): void {
    this.gl.uniform2fv(this.#place["centre"]!, centre);
    this.gl.uniform2fv(this.#place["scale"]!, scale);
    this.gl.uniform1f(this.#place["part"]!, part);
    this.gl.uniform1f(this.#place["ratio"]!, ratio);
    this.gl.uniform1f(this.#place["thin"]!, thin);
  }

  /** Some more of those who will stand. */
  #more(name: string, look: Look): void {
    const [paper, { gl }] = [this.#drawn, this];
    if (paper.name !== name) paper.begin(name);
    const some = Math.min(AT_ONCE, paper.count - paper.done);
    if (some <= 0) return;
    this.#aim(look, 1);
    gl.bindFramebuffer(gl.FRAMEBUFFER, paper.frame);
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, paper.order);
    gl.drawElements(gl.POINTS, some, gl.UNSIGNED_INT, paper.done * 4);
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    paper.done += some;
  }

  #copy(): void {
    const { gl } = this;
    const { width, height } = gl.canvas;
    gl.bindFramebuffer(gl.READ_FRAMEBUFFER, this.#shown.frame);
    gl.blitFramebuffer(0, 0, width, height, 0, 0, width, height, gl.COLOR_BUFFER_BIT, gl.NEAREST);
    gl.bindFramebuffer(gl.READ_FRAMEBUFFER, null);
  }

  #send(to: WebGLBuffer, order: Uint32Array): void {
    this.gl.bindBuffer(this.gl.ELEMENT_ARRAY_BUFFER, to);
    this.gl.bufferData(this.gl.ELEMENT_ARRAY_BUFFER, order, this.gl.DYNAMIC_DRAW);
  }

  #prepare(): void {
    const { gl } = this;
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
    attribute("look", 3, 4);
    for (const name of UNIFORMS) this.#place[name] = gl.getUniformLocation(program, name);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
  }
}

function rgb(colour: string): [number, number, number] {
  const hex = Number.parseInt(colour.slice(1, 7), 16);
  return [(hex >> 16) / 255, ((hex >> 8) & 255) / 255, (hex & 255) / 255];
}
