/** Single keys and what they do; they rest while someone types, and can be switched off. */
import { prefs } from "../lib/prefs.svelte";
import type { Word } from "../lib/words";

interface Shortcut {
  keys: string[];
  says: Word;
}

export const SHORTCUTS: Shortcut[] = [
  { keys: ["?"], says: "kHelp" },
  { keys: ["Ctrl K", "/"], says: "kSearch" },
  { keys: ["h"], says: "kHome" },
  { keys: ["n"], says: "kNew" },
  { keys: [",", "."], says: "kPages" },
  { keys: ["j", "k"], says: "kRows" },
  { keys: ["[", "]"], says: "kMove" },
  { keys: ["← ↑ → ↓", "+ −"], says: "kMap" },
  { keys: ["Space"], says: "kPlay" },
  { keys: ["w"], says: "kWall" },
  { keys: ["t"], says: "kTheme" },
  { keys: ["l"], says: "kLang" },
  { keys: ["Esc"], says: "kEsc" },
];

const TYPED_INTO = "input:not([type=checkbox]):not([type=range]), textarea, select, [contenteditable]";

/** Whether a single key means its shortcut just now: nobody types, and nothing is open above the page. */
export function listens({ ctrlKey, metaKey, altKey, target }: KeyboardEvent): boolean {
  if (!prefs.keys || ctrlKey || metaKey || altKey || document.querySelector("dialog[open]")) return false;
  return !(target as HTMLElement | null)?.closest?.(TYPED_INTO);
}
