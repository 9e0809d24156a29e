/** A query kept fresh: asked once, again when its topics speak (throttled), and at least twice a minute. */
import { ask, problemOf, type Problem } from "./api";
import { clock } from "./clock.svelte";
import { live } from "./live.svelte";
import type { Frame, Page } from "./types";

const THROTTLE_MS = 2000;
const POLL_MS = 30_000;
const MANY_ROWS = 5000; // so many are asked anew more rarely, where each reading moves them anyway
const SHARE = 10; // of its time a widget waits for answers at most this part: a large city's are not asked for without a pause
const LATEST_MS = 5000; // readings never stop: what is computed from them is asked again at this pace
const STALE_S = 60;

/** How long after it was asked something is asked anew at the earliest; what takes long, more rarely. */
export const paceOf = (pace: number, took: number): number => Math.max(pace, Math.min(POLL_MS, SHARE * took));

export class Source {
  frame = $state.raw<Frame | null>(null);
  problem = $state.raw<Problem | null>(null);
  #heard = $state(0); // in this browser's time: a demo's city may run faster than its readers
  #asked = 0;
  #took = 0;
  #waiting = 0;
  #busy: AbortController | null = null;

  constructor(
    readonly path: string,
    readonly topics: readonly string[] = [],
    readonly follows = false, // a widget that moves with each reading itself needs no answer anew
  ) {}

  /** Keep it fresh until the returned function is called; made for `$effect`. */
  keep(): () => void {
    const offs = this.topics.filter((topic) => topic !== "latest").map((topic) => live.on(topic, () => this.soon()));
    if (this.topics.includes("latest")) offs.push(live.on("latest", () => (this.follows ? this.#hear() : this.soon(LATEST_MS))));
    offs.push(live.on("resumed", () => this.soon()));
    const poll = setInterval(() => document.hidden || this.#flows() || this.soon(), POLL_MS);
    void this.load();
    return () => {
      offs.forEach((off) => off());
      clearInterval(poll);
      clearTimeout(this.#waiting);
      this.#waiting = 0;
      this.#busy?.abort();
    };
  }

  #hear(): void {
    if (this.frame) this.#heard = Date.now();
  }

  /** A long answer whose rows move with each reading is kept for some minutes. */
  #flows(): boolean {
    const long = this.follows && (this.frame?.rows.length ?? 0) > MANY_ROWS;
    return long && live.cut === null && Date.now() - this.#asked < 10 * POLL_MS;
  }

  soon(pace = THROTTLE_MS): void {
    if (this.#waiting) return;
    const wait = Math.max(0, this.#asked + paceOf(pace, this.#took) - Date.now());
    this.#waiting = window.setTimeout(() => {
      this.#waiting = 0;
      void this.load();
    }, wait);
  }

  async load(): Promise<void> {
    this.#asked = Date.now();
    this.#busy?.abort();
    const mine = new AbortController();
    this.#busy = mine;
    try {
      const frame = await ask<Frame>(this.path, mine.signal);
      clock.hear(frame.as_of);
      this.#heard = Date.now();
      this.#took = this.#heard - this.#asked;
      this.frame = frame;
      this.problem = null;
    } catch (error) {
      if (!mine.signal.aborted) this.problem = problemOf(error);
    }
  }

  /** Seconds since what is shown was told. */
  get age(): number | null {
    return this.frame ? Math.max(0, (clock.tick - this.#heard) / 1000) : null;
  }

  get stale(): boolean {
    return this.frame !== null && (live.cut !== null || this.problem !== null || this.age! > STALE_S);
  }
}

/** What is asked of a widget when its reader has chosen something. */
export function chosenIn(chosen: string, more = ""): string {
  const parts = [more, chosen && `chosen=${encodeURIComponent(chosen)}`].filter(Boolean);
  return parts.length ? `?${parts.join("&")}` : "";
}

export function pathOf(page: Page, widget: number, extra = ""): string {
  return `/v1/pages/${encodeURIComponent(page.system)}/${encodeURIComponent(page.name)}/${widget}${extra}`;
}
