/** Reports that wait on this phone go by themselves: with the line, when the page is looked at, and every half minute. */
import { flush, kept, mine, type Kept, type Sent } from "./queue";

const AGAIN_MS = 30_000;

class Outbox {
  waiting = $state.raw<Kept[]>([]);
  sent = $state.raw<Sent[]>(mine());

  async look(): Promise<void> {
    this.waiting = await kept().catch(() => []);
    this.sent = mine();
  }

  send = async (): Promise<void> => {
    await flush().catch(() => null);
    await this.look();
  };

  #due = (): void => {
    if (!document.hidden && this.waiting.some(({ refused }) => !refused)) void this.send();
  };

  /** Keep trying while the page is open; returns how to stop. */
  start(): () => void {
    void this.look().then(this.send);
    const timer = setInterval(this.#due, AGAIN_MS);
    addEventListener("online", this.send);
    document.addEventListener("visibilitychange", this.#due);
    return () => {
      clearInterval(timer);
      removeEventListener("online", this.send);
      document.removeEventListener("visibilitychange", this.#due);
    };
  }
}

export const outbox = new Outbox();
