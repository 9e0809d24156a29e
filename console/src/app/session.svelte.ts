/** Who is at the console, and the pages that may be seen. */
import { ask, Problem, problemOf, remember, send, whenEnded } from "../lib/api";
import { cityFacts } from "../lib/city";
import { live } from "../lib/live.svelte";
import type { CityFacts, Me, Page } from "../lib/types";

class Session {
  me = $state.raw<Me | null>(null);
  pages = $state.raw<Page[]>([]);
  city = $state.raw<CityFacts | null>(null);
  state = $state<"asking" | "out" | "in" | "unreachable">("asking");

  constructor() {
    whenEnded(() => this.state === "in" && this.#end("out"));
  }

  /** Ask who we are; the pages are asked for in the same breath, since most readers are signed in. */
  async begin(): Promise<void> {
    const facts = cityFacts().then((city) => (this.city = city));
    const pages = ask<Page[]>("/v1/pages").catch(() => null);
    try {
      const me = await ask<Me>("/v1/me");
      await facts; // the city's time and words, asked in the same breath
      this.#welcome(me, (await pages) ?? (await ask<Page[]>("/v1/pages")));
    } catch (error) {
      this.state = error instanceof Problem && error.status === 401 ? "out" : "unreachable";
    }
  }

  async enter(name: string, password: string): Promise<void> {
    await send("POST", "/v1/session", { name, password });
    this.#welcome(await ask<Me>("/v1/me"), await ask<Page[]>("/v1/pages"));
  }

  async leave(): Promise<void> {
    const problem = await send("DELETE", "/v1/session").then(() => null, problemOf);
    this.#end(problem?.status === 0 ? "unreachable" : "out");
  }

  #end(how: "out" | "unreachable"): void {
    live.close();
    this.me = null;
    this.pages = [];
    this.state = how;
  }

  #welcome(me: Me, pages: Page[]): void {
    remember(me.csrf);
    this.me = me;
    this.pages = pages;
    this.state = "in";
    live.open();
  }
}

export const session = new Session();
