/** One live stream for the whole console; it resumes by itself, and says since when it has been cut. */
import type { Latest } from "./types";

const TOPICS = ["case", "alarm", "message", "evidence", "latest"];
type Hearer = (data: never) => void;

class Live {
  /** When the stream was cut, in this browser's time; null while it flows. */
  cut = $state<number | null>(null);
  /** How many updates arrived, for those who measure. */
  updates = 0;
  #source: EventSource | null = null;
  #hearers = new Map<string, Set<Hearer>>();
  #retry = 0;

  open(): void {
    if (this.#source) return;
    const source = new EventSource(`/v1/live?topics=${TOPICS.join(",")}`);
    this.#source = source;
    source.onopen = () => this.#flowing();
    source.onerror = () => this.#broken(source);
    for (const topic of TOPICS) {
      source.addEventListener(topic, (event) => this.#tell(topic, (event as MessageEvent<string>).data));
    }
  }

  close(): void {
    clearTimeout(this.#retry);
    this.#source?.close();
    this.#source = null;
  }

  on(topic: "latest", hearer: (latest: Latest) => void): () => void;
  on(topic: string, hearer: (data: Record<string, unknown>) => void): () => void;
  on(topic: string, hearer: Hearer): () => void {
    const hearers = this.#hearers.get(topic) ?? new Set();
    this.#hearers.set(topic, hearers.add(hearer));
    return () => hearers.delete(hearer);
  }

  #flowing(): void {
    const was = this.cut;
    this.cut = null;
    if (was !== null) this.#pass("resumed", {});
  }

  #broken(source: EventSource): void {
    this.cut ??= Date.now();
    if (source.readyState !== EventSource.CLOSED) return;
    // the browser gave up (an answer that is no stream): ask again ourselves, gently
    this.#source = null;
    this.#retry = window.setTimeout(() => this.open(), 5000);
  }

  #tell(topic: string, text: string): void {
    this.updates += 1;
    this.#pass(topic, JSON.parse(text));
  }

  #pass(topic: string, data: unknown): void {
    for (const hearer of this.#hearers.get(topic) ?? []) hearer(data as never);
  }
}

export const live = new Live();
