/** What the home page needs, found in the pages that the systems declare: every board, every figure, one story. */
import { clock } from "../lib/clock.svelte";
import { gather, heaps } from "../lib/open";
import { rows } from "../lib/rows";
import { pathOf, Source } from "../lib/source.svelte";
import type { Page, MapWidget, StatWidget, TableWidget, TimelineWidget, Widget } from "../lib/types";

export interface Spot<W extends Widget = Widget> {
  page: Page;
  index: number;
  widget: W;
}

function spots<W extends Widget>(pages: Page[], type: W["type"]): Spot<W>[] {
  return pages.flatMap((page) =>
    page.widgets.flatMap((widget, index) => (widget.type === type ? [{ page, index, widget: widget as W }] : [])),
  );
}

export class Duty {
  readonly boards: Source[];
  readonly alarmed: Source | undefined;
  readonly told: Source | undefined;
  readonly stats: Spot<StatWidget>[];
  readonly map: Spot<MapWidget> | undefined;
  readonly timeline: Spot<TimelineWidget> | undefined;

  constructor(pages: Page[]) {
    const own = pages.filter(({ system }) => system === "hub");
    const boards = [own, pages].map((some) => spots(some, "board")).find((found) => found.length) ?? [];
    this.boards = boards.map(({ page, index, widget }) => new Source(pathOf(page, index), widget.live ?? ["case"]));
    const alarms = spots<TableWidget>(own, "table").find(({ widget }) => widget.live?.includes("alarm"));
    this.alarmed = alarms && new Source(pathOf(alarms.page, alarms.index), ["alarm"]);
    const told = spots<TableWidget>(own, "table").find(({ widget }) => widget.live?.includes("message"));
    this.told = told && new Source(pathOf(told.page, told.index), ["case", "message"]);
    const others = pages.filter(({ system }) => system !== "hub"); // the hub's own stand in the head
    this.stats = spots<StatWidget>(others, "stat").filter(({ widget }) => typeof widget.worry === "number");
    this.map = spots<MapWidget>(own, "map")[0];
    this.timeline = [own, pages].flatMap((some) => spots<TimelineWidget>(some, "timeline"))[0];
  }

  keep(): () => void {
    const sources = [...this.boards, this.alarmed, this.told].filter((source) => source !== undefined);
    const stops = sources.map((source) => source.keep());
    return () => stops.forEach((stop) => stop());
  }

  cases = $derived.by(() => gather(this.boards.map((board) => rows(board.frame))));
  alarms = $derived.by(() => rows(this.alarmed?.frame ?? null));
  forYou = $derived.by(() => rows(this.told?.frame ?? null));
  heaps = $derived.by(() => heaps(this.cases, clock.now));

  get known(): boolean {
    const asked = [...this.boards, ...(this.alarmed ? [this.alarmed] : [])];
    return asked.every(({ frame, problem }) => frame !== null || problem !== null);
  }
}
