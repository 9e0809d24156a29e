/** Single keys and what they do; they rest while someone types, and can be switched off. */
import type { Word } from "../lib/words";

export interface Shortcut {
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

export function typing(event: KeyboardEvent): boolean {
  const target = event.target as HTMLElement | null;
  return Boolean(target?.closest("input:not([type=checkbox]):not([type=range]), textarea, select, [contenteditable]"));
}
