/** The city's clock as the hub tells it: a demo may run faster than the wall, and phones are often wrong. */

class Clock {
  /** This browser's time, once a second; pages read it to age what they show. */
  tick = $state(Date.now());
  #ahead = 0;
  #heard = false;

  constructor() {
    setInterval(() => (this.tick = Date.now()), 1000);
  }

  /** Learn how far the hub's time is from this browser's. */
  hear(asOf: string): void {
    const ahead = Date.parse(asOf) - Date.now();
    if (Number.isNaN(ahead)) return;
    if (!this.#heard || ahead > this.#ahead) this.#ahead = ahead;
    this.#heard = true;
  }

  /** The city's time now. */
  get now(): number {
    return this.tick + this.#ahead;
  }
}

export const clock = new Clock();
