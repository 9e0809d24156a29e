/** Readings as they come, taken in a few milliseconds a frame, so that a flood of them never jams the page. */
import type { Latest } from "../lib/types";

const BUDGET_MS = 6;
const LOOK_EVERY = 128;
const MOST_WAITING = 8; // beyond this, being late is worse than one long frame

export class Taking {
  #waiting: Latest[] = [];
  #at = 0;
  #frame = 0;

  constructor(
    private readonly take: (latest: Latest, at: number) => void,
    private readonly done: () => void,
  ) {}

  hear(latest: Latest): void {
    this.#waiting.push(latest);
    if (document.hidden || this.#waiting.length > MOST_WAITING) this.#some(Infinity);
    else this.#frame ||= requestAnimationFrame(() => this.#some(performance.now() + BUDGET_MS));
  }

  stop(): void {
    cancelAnimationFrame(this.#frame);
    this.#waiting = [];
  }

  #some(until: number): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    while (this.#waiting.length && this.#through(this.#waiting[0]!, until)) {
      this.#waiting.shift();
      this.#at = 0;
    }
    this.done();
    if (this.#waiting.length) this.#frame = requestAnimationFrame(() => this.#some(performance.now() + BUDGET_MS));
  }

  /** Whether all of it is taken before the time is up. */
  #through(latest: Latest, until: number): boolean {
    while (this.#at < latest.entity.length) {
      this.take(latest, this.#at);
      this.#at += 1;
      if (this.#at % LOOK_EVERY === 0 && performance.now() > until) return false;
    }
    return true;
  }
}
