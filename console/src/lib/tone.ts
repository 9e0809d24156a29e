/** What a state feels like: the same word has the same colour on every page. */
import type { Tone } from "./theme";

const WORDS: Record<Tone, string> = {
  bad: "waiting bad alarm raised failed fault broken offline critical overdue lost danger red serious flooded blocked deep_water impassable outbreak outage",
  warn: "paused warning warn late delayed stale degraded suspect amber yellow drifting stuck silent full reopened around fast_rise water_is_coming water_in_an_hour first_water_expected gauge_noisy gauge_rescaled gauge_clock gauge_silent gauge_drifts gauge_stuck",
  ok: "closed ok normal clear cleared free ready done good green online open healthy available mended accepted quiet",
  work: "assigned working checking busy moving running underway active charging on_shift treating pumping received",
  idle: "notice acknowledged idle off unknown none off_shift parked",
};

const TONES = new Map<string, Tone>(
  Object.entries(WORDS).flatMap(([tone, words]) => words.split(" ").map((word) => [word, tone as Tone] as const)),
);

const WORST_FIRST: Tone[] = ["bad", "warn", "work", "ok"];

/** Of several states at once the worst is felt. */
export function toneOf(state: unknown): Tone {
  const felt = String(state ?? "").toLowerCase().split(", ").map((word) => TONES.get(word));
  return WORST_FIRST.find((tone) => felt.includes(tone)) ?? "idle";
}

export function known(state: unknown): boolean {
  return TONES.has(String(state ?? "").toLowerCase());
}

/** The class of a value among ascending steps: 0 below the first. */
export function classOf(value: number, steps: readonly number[]): number {
  let at = 0;
  while (at < steps.length && value >= steps[at]!) at += 1;
  return at;
}

/** The colour of a class when there are `count` of them; the ends of the ramp are always used. */
export function shadeOf(at: number, count: number, ramp: readonly string[]): string {
  if (count <= 1) return ramp[0]!;
  const last = ramp.length - 1;
  return ramp[Math.min(last, Math.round((at * last) / (count - 1)))]!;
}
