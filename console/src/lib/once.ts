/** What was sent and may not have arrived is sent again under the same key: the hub does it once. */

/** Letters that nobody guesses. */
export function secret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(24));
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_");
}

/** The key of one request: the same while its words are, and a new one once it was answered. */
export class Once {
  #words: string | null = null;
  #key = "";

  key(words: unknown): string {
    const told = JSON.stringify(words);
    if (told !== this.#words) [this.#words, this.#key] = [told, secret()];
    return this.#key;
  }

  answered(): void {
    this.#words = null;
  }
}
