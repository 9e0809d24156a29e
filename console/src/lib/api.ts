/** One way to the hub: same origin, JSON, the CSRF word on every mutation, and problems as objects. */

interface Fault {
  where: string;
  what: string;
  accepted?: string;
}

/** An answer of the hub that says what was wrong, where, and what is accepted (RFC 9457). */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
    readonly detail = "",
    readonly faults: Fault[] = [],
  ) {
    super(detail || title);
  }

  /** What was said about one field; `where` may be a name, a path or a JSON pointer. */
  about(field: string): Fault | undefined {
    return this.faults.find((fault) => fault.where.split(/[.$/[\]]+/).includes(field));
  }
}

/** The hub's own refusal, to be shown; what else goes wrong is a fault of ours and goes on. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  throw error;
}

let csrf = "";
let ended = (): void => {};

/** What is to be done once the hub no longer knows who asks. */
export function whenEnded(act: () => void): void {
  ended = act;
}

export function remember(word: string | undefined): void {
  csrf = word ?? "";
}

export async function ask<T>(path: string, signal?: AbortSignal): Promise<T> {
  return answer<T>(await reach(path, { headers: { Accept: "application/json" }, signal }));
}

export async function send<T>(method: "POST" | "DELETE", path: string, body?: unknown, signal?: AbortSignal, key = ""): Promise<T> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (csrf) headers["X-CSRF"] = csrf;
  if (key) headers["Idempotency-Key"] = key;
  const form = body instanceof FormData;
  if (body !== undefined && !form) headers["Content-Type"] = "application/json";
  const payload = form ? body : body === undefined ? undefined : JSON.stringify(body);
  return answer<T>(await reach(path, { method, headers, body: payload, signal }));
}

/** Post something whose answer nobody reads; what was wrong with it, if anything. */
export async function tell(path: string, body: unknown): Promise<Problem | null> {
  return send("POST", path, body).then(() => null, problemOf);
}

async function reach(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(path, { credentials: "same-origin", ...init });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Problem(0, "unreachable");
  }
}

async function answer<T>(response: Response): Promise<T> {
  const text = await response.text();
  const body = text ? parsed(text) : null;
  if (response.ok) return body as T;
  if (response.status === 401) ended();
  const said = (body ?? {}) as { title?: string; detail?: string; errors?: Fault[] };
  throw new Problem(response.status, said.title ?? response.statusText, said.detail, said.errors ?? []);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return { title: text.slice(0, 200) };
  }
}
