/** What the reader chose: language, theme, single-key shortcuts; kept in this browser only. */
import type { Text } from "./types";
import { palettes, wear, type Palette } from "./theme";

export type Lang = "en" | "zh";
type Choice = "auto" | "light" | "dark";

const KEY = "citywide.prefs";
const systemDark = matchMedia("(prefers-color-scheme: dark)");

function remembered(): { lang?: Lang; theme?: Choice; keys?: boolean } {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "{}");
  } catch {
    return {};
  }
}

class Prefs {
  lang = $state<Lang>("en");
  choice = $state<Choice>("auto");
  keys = $state(true);
  #dark = $state(systemDark.matches);

  constructor() {
    const kept = remembered();
    this.lang = kept.lang ?? (navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en");
    this.choice = kept.theme ?? "auto";
    this.keys = kept.keys ?? true;
    systemDark.addEventListener("change", (event) => {
      this.#dark = event.matches;
      this.apply();
    });
    this.apply();
  }

  get theme(): "light" | "dark" {
    if (this.choice !== "auto") return this.choice;
    return this.#dark ? "dark" : "light";
  }

  get palette(): Palette {
    return palettes[this.theme];
  }

  set(change: { lang?: Lang; choice?: Choice; keys?: boolean }): void {
    Object.assign(this, change);
    const kept = { lang: this.lang, theme: this.choice, keys: this.keys };
    try {
      localStorage.setItem(KEY, JSON.stringify(kept));
    } catch {
      // a private window forgets: the choice still holds for this page
    }
    this.apply();
  }

  flipLang(): void {
    this.set({ lang: this.lang === "en" ? "zh" : "en" });
  }

  flipTheme(): void {
    this.set({ choice: this.theme === "dark" ? "light" : "dark" });
  }

  apply(): void {
    document.documentElement.lang = this.lang === "zh" ? "zh-Hans" : "en";
    wear(this.theme);
  }
}

export const prefs = new Prefs();

/** A name in both languages in one string, as devices bring it: `Elm Hospital · 榆树医院`; no sentence goes on after it. */
const BOTH = /^([A-Z][^\u4e00-\u9fff]*) · ([\u4e00-\u9fff](?:(?![:,;]? [A-Za-z]{2}|: ).)*)$/;

/** The same within a sentence: what is to go of such a name, for readers of English and of Chinese. */
const OTHER = { en: / · [\u3400-\u9fff][\u3000-\u9fff\uff00-\uffef0-9]*/g, zh: /[A-Z][^\u3000-\u9fff\uff00-\uffef·]* · (?=[\u3400-\u9fff])/g };
const NUMBERED = /( \d+) · [\u3400-\u9fff]+\1(?!\d)/g; // `Ambulance 1 · 救护车 1`, within a sentence

/** The words of a text in the reader's language, and of the names in it; other plain strings stay as they are. */
export function say(text: unknown): string {
  if (text === null || text === undefined) return "";
  if (typeof text === "object" && "en" in text && "zh" in text) {
    const both = text as Text;
    return one(both[prefs.lang] || both.en || both.zh);
  }
  return typeof text === "object" ? JSON.stringify(text) : one(String(text));
}

function one(text: string): string {
  if (!text.includes(" · ")) return text;
  const both = BOTH.exec(text);
  if (both) return both[prefs.lang === "zh" ? 2 : 1]!;
  return (prefs.lang === "en" ? text.replace(NUMBERED, "$1") : text).replace(OTHER[prefs.lang], "");
}
