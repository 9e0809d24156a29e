/** Where points stand and where they go. All that were told of a move set out together and arrive together, so that a
 * crowd has few who move at a time, and those who stand need no drawing anew. */

export const STRIDE = 7; // from x, from y, to x, to y, colour, radius, form
export const GLIDE_MS = 900;
const GATHER_MS = 100; // what is told in one breath sets out together
const AHEAD_MS = 250; // time to draw those who will stand

export class Glide {
  readonly data: Float32Array;
  /** Who stands while the chosen move. */
  readonly standing: Uint32Array;
  stand: number;
  /** Who is on the way, or was the last to arrive. */
  moving = new Uint32Array(0);
  #chosen = new Uint32Array(0);
  #next: Float32Array;
  #told: Uint8Array;
  #waiting: number[] = [];
  #since = 0;
  #began = -Infinity;

  constructor(
    readonly count: number,
    readonly takes = GLIDE_MS,
  ) {
    this.data = new Float32Array(count * STRIDE);
    this.standing = Uint32Array.from({ length: count }, (_, index) => index);
    this.stand = count;
    this.#next = new Float32Array(count * 2);
    this.#told = new Uint8Array(count);
  }

  /** Stand at once at a place, with a look. */
  put(index: number, x: number, y: number, look: readonly [number, number, number]): void {
    this.data.set([x, y, x, y, ...look], index * STRIDE);
    this.#next.set([x, y], index * 2);
  }

  wear(index: number, look: readonly [number, number, number]): void {
    this.data.set(look, index * STRIDE + 4);
  }

  tell(index: number, x: number, y: number, now: number): void {
    [this.#next[index * 2], this.#next[index * 2 + 1]] = [x, y];
    if (this.#told[index]) return;
    this.#told[index] = 1;
    if (this.#waiting.push(index) === 1) this.#since = now;
  }

  /** Set out with the others to where one is: who looks different does not stand with those who look as before. */
  nod(index: number, now: number): void {
    this.tell(index, this.#next[index * 2]!, this.#next[index * 2 + 1]!, now);
  }

  /** Whether anybody has a way before him. */
  get waits(): boolean {
    return this.#waiting.length + this.#chosen.length > 0;
  }

  /** How far those who move have come, 0 to 1. */
  part(now: number): number {
    return this.takes ? Math.min(1, (now - this.#began) / this.takes) : 1;
  }

  gliding(now: number): boolean {
    return this.moving.length > 0 && this.part(now) < 1;
  }

  /** Choose who sets out next, a little before the others arrive; whether that was done now. */
  choose(now: number, gather = GATHER_MS): boolean {
    const early = this.takes && (now < this.#since + gather || now < this.#began + this.takes - AHEAD_MS);
    if (this.#chosen.length || !this.#waiting.length || early) return false;
    [this.#chosen, this.#waiting, this.stand] = [Uint32Array.from(this.#waiting), [], 0];
    for (let index = 0; index < this.count; index += 1) if (!this.#told[index]) this.standing[this.stand++] = index;
    this.#told.fill(0);
    return true;
  }

  /** Let the chosen set out when all others have arrived; whether they did. */
  begin(now: number): boolean {
    if (!this.#chosen.length || this.gliding(now)) return false;
    for (const index of this.moving) this.#stay(index);
    [this.moving, this.#chosen, this.#began] = [this.#chosen, new Uint32Array(0), now];
    for (const index of this.moving) this.#setOut(index);
    return true;
  }

  #stay(index: number): void {
    this.data.copyWithin(index * STRIDE, index * STRIDE + 2, index * STRIDE + 4);
  }

  #setOut(index: number): void {
    this.#stay(index);
    this.data.set(this.#next.subarray(index * 2, index * 2 + 2), index * STRIDE + 2);
  }
}
