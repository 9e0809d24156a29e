/** Wall mode: big type, no rail, pages that turn by themselves (`?wall=1&pages=a/b,c/d&every=30`). */
import { route } from "../lib/route.svelte";
import type { Page } from "../lib/types";

class Wall {
  on = $state(new URLSearchParams(location.search).get("wall") === "1");
  part = $state(0);
  many = $state(false);
  #asked = new URLSearchParams(location.search);

  toggle(): void {
    this.on = !this.on;
    const address = new URL(location.href);
    if (this.on) address.searchParams.set("wall", "1");
    else address.searchParams.delete("wall");
    history.replaceState(null, "", address);
  }

  /** Turn the pages while the wall is on; a reader's own step starts the wait anew. */
  turn(pages: Page[]): (() => void) | undefined {
    document.documentElement.classList.toggle("wall", this.on);
    if (!this.on) return undefined;
    const stops = this.#stops(pages);
    this.many = stops.length > 1;
    if (!this.many) return undefined;
    const every = Math.max(5, Number(this.#asked.get("every")) || 30) * 1000;
    let began = Date.now();
    const again = () => (began = Date.now());
    addEventListener("hashchange", again);
    const timer = setInterval(() => {
      this.part = Math.min(1, (Date.now() - began) / every);
      if (this.part >= 1) this.#next(stops);
    }, 500);
    return () => {
      clearInterval(timer);
      removeEventListener("hashchange", again);
    };
  }

  #stops(pages: Page[]): string[] {
    const asked = this.#asked.get("pages")?.split(",").filter(Boolean);
    return asked ?? ["", ...pages.map(({ system, name }) => `${system}/${name}`)];
  }

  #next(stops: string[]): void {
    const here = route.at.system ? `${route.at.system}/${route.at.page}` : "";
    const [system, page] = (stops[(stops.indexOf(here) + 1) % stops.length] ?? "").split("/");
    route.go({ system: system || null, page: page ?? null });
  }
}

export const wall = new Wall();
