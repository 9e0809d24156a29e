/** The colours of both themes in one place: style sheets, charts, maps and scenes read the same table. */

const light = {
  ground: "#f4f6f4",
  panel: "#ffffff",
  raised: "#fbfcfb",
  sunken: "#ebefec",
  line: "#dbe2de",
  edge: "#7b8a84",
  ink: "#15201d",
  soft: "#45534e",
  muted: "#5a6863",
  accent: "#0b625c",
  "accent-ink": "#ffffff",
  "accent-wash": "#dff0ed",
  bad: "#b3201a",
  "bad-ink": "#ffffff",
  "bad-wash": "#fdebe8",
  warn: "#855000",
  "warn-wash": "#fdf1d8",
  ok: "#1a6b45",
  "ok-wash": "#e2f3e9",
  work: "#1d58a6",
  "work-wash": "#e4eefb",
  shade: "rgba(15, 30, 26, 0.14)",
  veil: "rgba(21, 32, 29, 0.42)",
};

const dark: typeof light = {
  ground: "#0d1312",
  panel: "#151d1b",
  raised: "#1a2421",
  sunken: "#0a100f",
  line: "#27332f",
  edge: "#71827c",
  ink: "#e8efec",
  soft: "#c0cdc8",
  muted: "#9aaaa4",
  accent: "#5cc9be",
  "accent-ink": "#06201d",
  "accent-wash": "#14342f",
  bad: "#ff8b80",
  "bad-ink": "#2b0502",
  "bad-wash": "#3a1714",
  warn: "#f0b54a",
  "warn-wash": "#33270f",
  ok: "#63ca94",
  "ok-wash": "#12301f",
  work: "#8bb8ff",
  "work-wash": "#152642",
  shade: "rgba(0, 0, 0, 0.5)",
  veil: "rgba(0, 0, 0, 0.6)",
};

export type Palette = typeof light;
export type Tone = "bad" | "warn" | "ok" | "work" | "idle";

/** How the ground of the map is coloured in each theme. */
export const GROUND = {
  light: {
    land: "#f1f2ec", water: "#b9d6e3", wood: "#d9e6cf", park: "#d3e8c9", road: "#ffffff", casing: "#dcdcd2",
    motorway: "#f7e3b4", rail: "#a9b0b5", building: "#e3e1d8", district: "#98a29d", label: "#3d4a45", halo: "#f6f7f2",
    waterLabel: "#3a6c86",
  },
  dark: {
    land: "#141b1a", water: "#12303f", wood: "#16261c", park: "#1a2e20", road: "#2c3735", casing: "#0f1514",
    motorway: "#4a4430", rail: "#414b4c", building: "#1d2624", district: "#5d6b66", label: "#b6c4be", halo: "#101615",
    waterLabel: "#7fb4cf",
  },
};

/** Sequential colours for classes of a value, calm to alarming. */
export const STEPS = {
  light: ["#3c8d84", "#e0b33a", "#e0782f", "#c62f26", "#7c1330"],
  dark: ["#4fb3a8", "#ecc45a", "#f28f4a", "#ff6a5e", "#e05585"],
};

/** Colours of series that stand beside one another. */
export const SERIES = {
  light: ["#0b625c", "#b5651d", "#1d58a6", "#8a3a77", "#5f7a1f", "#a33a2c", "#4a5aa8", "#6b6257"],
  dark: ["#5cc9be", "#f0a35e", "#8bb8ff", "#e29ad0", "#b3d069", "#ff8b80", "#a9b4ff", "#c9bfb2"],
};

export const palettes = { light, dark };

/** Write the palette to the document as custom properties. */
export function wear(theme: "light" | "dark"): void {
  const root = document.documentElement;
  for (const [name, value] of Object.entries(palettes[theme])) root.style.setProperty(`--${name}`, value);
  root.style.colorScheme = theme;
  root.dataset.theme = theme;
}
