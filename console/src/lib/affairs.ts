/** What can be done to a case in each state, and who is on it. */
import { tell, type Problem } from "./api";
import type { Word } from "./words";

export const STATES = ["waiting", "assigned", "working", "paused", "checking", "closed"] as const;
export type State = (typeof STATES)[number];
export type Action = "assign" | "start" | "pause" | "resume" | "reroute" | "check" | "close" | "reopen" | "merge" | "part";

const ALLOWED: Record<string, Action[]> = {
  waiting: ["assign", "reroute", "pause", "close", "merge"],
  assigned: ["start", "assign", "pause", "reroute", "check", "close", "merge"],
  working: ["check", "pause", "reroute", "assign", "close", "merge"],
  paused: ["resume", "reroute"],
  checking: ["close", "reopen"],
  closed: ["reopen"],
};

/** The actions open to a case, the likeliest first; one that was joined to another can only be parted from it. */
export function actions(state: string, joinedTo?: number | null): Action[] {
  return joinedTo ? ["part"] : (ALLOWED[state] ?? []);
}

const MOVES: Record<string, Partial<Record<State, Action>>> = {
  waiting: { assigned: "assign", paused: "pause", closed: "close" },
  assigned: { working: "start", paused: "pause", checking: "check", closed: "close" },
  working: { checking: "check", paused: "pause", closed: "close" },
  paused: { waiting: "resume", assigned: "resume" }, // who had it has it again, unless sent elsewhere meanwhile
  checking: { closed: "close", waiting: "reopen" },
  closed: { waiting: "reopen" },
};

/** The action that takes a card from one column to another, if there is one. */
export function moving(from: string, to: string): Action | undefined {
  return MOVES[from]?.[to as State];
}

export function wordOf(action: Action): Word {
  return action === "close" ? "closeCase" : action;
}

/** An officer has seen an alarm; what was wrong with saying so, if anything. */
export const acknowledge = (alarm: unknown): Promise<Problem | null> => tell(`/v1/alarms/${encodeURIComponent(String(alarm))}/acknowledge`, { note: "" });

/** Whether photos of how it looks now go with it: the reporter sees them. */
export const proves = (action: Action): boolean => action === "check" || action === "close";

/** What an action must be told besides a note: where to, or to whom. */
const NEEDS: Partial<Record<Action, "assignTo" | "routeTo" | "mergeTo">> = { assign: "assignTo", reroute: "routeTo", merge: "mergeTo" };
export const needs = (action: Action) => NEEDS[action] ?? null;

/** Whether it must say why. */
export const explains = (action: Action): boolean => ["reroute", "reopen", "pause", "merge"].includes(action);
