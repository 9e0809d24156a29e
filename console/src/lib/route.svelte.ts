/** Where the reader is: the address after `#`, so that every page and case can be linked to. */

export interface Place {
  system: string | null;
  page: string | null;
  case: number | null;
}

export function parse(hash: string): Place {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?");
  const parts = path.split("/").filter(Boolean).map(decodeURIComponent);
  const asked = new URLSearchParams(query).get("case");
  const open = parts[0] === "case" ? Number(parts[1]) : asked ? Number(asked) : null;
  const page = parts[0] === "case" ? [] : parts;
  return { system: page[0] ?? null, page: page[1] ?? null, case: open || null };
}

export function address(place: Place): string {
  const path = place.system ? `#/${encodeURIComponent(place.system)}/${encodeURIComponent(place.page ?? "")}` : "#/";
  return place.case ? `${path}?case=${place.case}` : path;
}

class Route {
  at = $state.raw<Place>(parse(location.hash));

  constructor() {
    addEventListener("hashchange", () => (this.at = parse(location.hash)));
  }

  go(place: Partial<Place>): void {
    location.hash = address({ system: null, page: null, case: null, ...place });
  }

  openCase(id: number): void {
    this.go({ ...this.at, case: id });
  }

  closeCase(): void {
    this.go({ ...this.at, case: null });
  }
}

export const route = new Route();
