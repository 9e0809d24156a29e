/** Rows as a picture: line, bar, scatter, a fan with its bands, or a tree in time; only the parts of ECharts that are used. */
import { BarChart, GraphChart, LineChart, ScatterChart } from "echarts/charts";
import {
  AriaComponent, DataZoomInsideComponent, GridComponent, LegendComponent, MarkLineComponent, TooltipComponent,
} from "echarts/components";
import { init, use, type EChartsCoreOption, type EChartsType } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { say, type Lang } from "../lib/prefs.svelte";
import { figure, number, type Row } from "../lib/rows";
import { palettes, SERIES, type Palette } from "../lib/theme";
import { onTheWall } from "../lib/time";
import { called, calledIn, w } from "../lib/words";
import type { ChartWidget } from "../lib/types";
import { axisAbout, dot, onlyMoment, TIME, upright } from "./moment";

use([
  BarChart, GraphChart, LineChart, ScatterChart, GridComponent, TooltipComponent, LegendComponent, MarkLineComponent,
  DataZoomInsideComponent, AriaComponent, CanvasRenderer,
]);

export const draw = (box: HTMLElement, scale: number): EChartsType =>
  init(box, null, { renderer: "canvas", devicePixelRatio: devicePixelRatio * scale });

type Theme = "light" | "dark";
type XType = "time" | "value" | "category";

function xType(all: Row[], x: string, shape: string | undefined): XType {
  const first = all.find((row) => row[x] !== null)?.[x];
  if (typeof first === "string" && TIME.test(first)) return "time";
  return typeof first === "number" && shape !== "bar" ? "value" : "category";
}

const UPRIGHT = 6; // of so many bars at most the names have room beneath

/** How many bars lie one below the other, each beside its name; none where they stand. */
export function lying(widget: ChartWidget, all: Row[]): number {
  if (widget.shape !== "bar" || xType(all, widget.x, widget.shape) !== "category") return 0;
  const bars = categories(widget, all).length;
  return bars > UPRIGHT ? bars : 0;
}

/** Everything ECharts is told about one chart. */
export function option(widget: ChartWidget, all: Row[], theme: Theme, lang: Lang): EChartsCoreOption {
  const palette = palettes[theme];
  const groups = grouped(widget, all);
  const names = [...groups.keys()];
  const flat = lying(widget, all) > 0;
  const only = onlyMoment(widget.x, all);
  const axes = [acrossAxis(widget, all, palette, lang), upAxis(widget, all, palette)];
  const [xAxis, yAxis] = flat ? [axes[1], { ...axes[0], inverse: true }] : axes;
  return {
    animation: false,
    useUTC: true, // times are given as the city's wall clock shows them
    aria: { enabled: true, label: { description: described(widget, all, names) } },
    color: SERIES[theme],
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: palette.soft },
    grid: { left: 8, right: 16, top: names.length > 1 ? 34 : 12, bottom: widget.along ? 22 : 6, containLabel: true },
    legend: { show: names.length > 1, top: 0, left: 0, type: "scroll", data: names, icon: "roundRect", itemWidth: 12, itemHeight: 8, textStyle: { color: palette.soft } },
    tooltip: tooltip(widget, lang, palette),
    xAxis,
    yAxis,
    dataZoom: xType(all, widget.x, widget.shape) === "category" ? [] : [{ type: "inside", zoomOnMouseWheel: "ctrl", moveOnMouseMove: false }],
    series: names.flatMap((name, at) => series(widget, name, groups.get(name)!, theme, at, flat, only ? lang : null)),
  };
}

function tooltip(widget: ChartWidget, lang: Lang, palette: Palette): object {
  return {
    trigger: widget.shape === "scatter" || widget.shape === "tree" ? "item" : "axis",
    confine: true,
    backgroundColor: palette.panel,
    borderColor: palette.line,
    textStyle: { color: palette.ink, fontSize: 12 },
    valueFormatter: (value: unknown) => `${figure(number(value as number), lang)} ${widget.unit ?? ""}`,
    ...(widget.shape === "tree" ? { formatter: (at: { name?: string }) => escaped(at.name ?? "") } : {}),
  };
}

/** What the rows are told along: time, a number or names. */
function acrossAxis(widget: ChartWidget, all: Row[], palette: Palette, lang: Lang): object {
  const only = onlyMoment(widget.x, all);
  const type = xType(all, widget.x, widget.shape);
  return axis(palette, {
    type,
    show: all.length > 0,
    data: type === "category" ? categories(widget, all) : undefined,
    splitLine: { show: false },
    ...along(widget, palette),
    ...stretches(widget, all, palette),
    ...(only && type === "time" ? axisAbout(only, lang, palette.muted) : {}),
    ...(widget.shape === "tree" ? { axisLine: { onZero: false, lineStyle: { color: palette.edge } } } : {}),
  });
}

/** How much there is: a tree grows downwards, and what is counted has no halves. */
function upAxis(widget: ChartWidget, all: Row[], palette: Palette): object {
  const tree = widget.shape === "tree";
  const counted = all.every((row) => Number.isInteger(number(row[widget.y]) ?? 0));
  return axis(palette, {
    type: "value",
    scale: widget.shape !== "bar",
    show: all.length > 0 && !tree,
    minInterval: counted ? 1 : undefined,
    ...(tree ? { inverse: true, min: ({ min, max }: { min: number; max: number }) => min - 1 - 0.1 * (max - min) } : {}),
  });
}

/** What the axis says where that is neither a time nor a name. */
const along = (widget: ChartWidget, palette: Palette): object =>
  widget.along ? { name: say(widget.along), nameLocation: "middle", nameGap: 24, nameTextStyle: { color: palette.muted } } : {};

/** Names of stretches, each below the middle of its own. */
function stretches(widget: ChartWidget, all: Row[], palette: Palette): object {
  if (!widget.stretches) return {};
  const ends = new Map<string, [number, number]>();
  for (const row of all) {
    const [name, x] = [called(row[widget.stretches]), number(row[widget.x])!];
    const [low, high] = ends.get(name) ?? [x, x];
    ends.set(name, [Math.min(low, x), Math.max(high, x)]);
  }
  const names = new Map([...ends].map(([name, [low, high]]) => [(low + high) / 2, name]));
  const formatter = (at: number) => names.get(at) ?? "";
  return { max: "dataMax", axisLabel: { color: palette.muted, hideOverlap: true, customValues: [...names.keys()], formatter } };
}

function axis(palette: Palette, extra: object): object {
  return {
    axisLine: { lineStyle: { color: palette.edge } },
    axisTick: { show: false },
    axisLabel: { color: palette.muted, hideOverlap: true },
    splitLine: { lineStyle: { color: palette.line } },
    ...extra,
  };
}

function grouped(widget: ChartWidget, all: Row[]): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of all) {
    const name = widget.by ? called(row[widget.by]) : say(widget.title);
    const rows = groups.get(name) ?? [];
    if (!rows.length) groups.set(name, rows);
    rows.push(row);
  }
  return groups;
}

function categories(widget: ChartWidget, all: Row[]): string[] {
  return [...new Set(all.map((row) => calledIn(widget.x, row[widget.x])))];
}

/** `alone` is the language in which dots say what they are, where all tell of one moment. */
function series(widget: ChartWidget, name: string, all: Row[], theme: Theme, at: number, flat: boolean, alone: Lang | null): object[] {
  const colour = SERIES[theme][at % SERIES[theme].length]!;
  if (widget.shape === "tree") return [branches(widget, name, all, colour)];
  const told = (row: Row) => [xOf(row, widget), number(row[widget.y])];
  const type = widget.shape === "bar" ? "bar" : widget.shape === "scatter" ? "scatter" : "line";
  const main = {
    name, type, data: all.map(flat ? (row) => told(row).reverse() : told), showSymbol: all.length < 3, symbolSize: 6, barMaxWidth: 26, lineStyle: { width: 2 },
    itemStyle: { color: colour, borderRadius: type !== "bar" ? 0 : flat ? [0, 3, 3, 0] : [3, 3, 0, 0] },
    sampling: type === "line" ? "lttb" : undefined, large: type === "scatter", z: 3,
    markLine: at === 0 ? threshold(widget, theme) : undefined,
    ...(alone && type === "line" ? dot(widget.unit, alone) : {}),
  };
  const outer: [string, string][] = widget.low && widget.high ? [[widget.low, widget.high]] : [];
  const bands = [...outer, ...(widget.bands ?? [])];
  const known = bands.length ? all.filter((row) => number(row[bands[0]![0]]) !== null) : [];
  return [...bands.flatMap((pair) => (known.length ? band(widget, name, known, colour, pair, alone !== null) : [])), main];
}

/** Points at their moments, and an arrow from each point's parent to it. */
function branches(widget: ChartWidget, name: string, all: Row[], colour: string): object {
  const here = new Set(all.map((row) => String(row["id"])));
  return {
    name, type: "graph", coordinateSystem: "cartesian2d", symbolSize: 9, itemStyle: { color: colour }, z: 3,
    data: all.map((row) => ({ id: String(row["id"]), name: say(row["label"] ?? row["id"]), value: [xOf(row, widget), number(row[widget.y])] })),
    links: all.filter((row) => here.has(String(row["parent"]))).map((row) => ({ source: String(row["parent"]), target: String(row["id"]) })),
    edgeSymbol: ["none", "arrow"], edgeSymbolSize: 6, lineStyle: { color: colour, opacity: 0.55, width: 1.2, curveness: 0.1 },
    label: { show: all.length <= 80, position: "right", fontSize: 10, formatter: "{b}" }, emphasis: { focus: "adjacency" },
  };
}

const escaped = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

/** A band is an invisible floor with its height stacked on it; inner bands lie upon outer ones. */
function band(widget: ChartWidget, name: string, all: Row[], colour: string, [lowest, highest]: [string, string], alone: boolean): object[] {
  if (alone) return all.map((row) => ({ name: `${name} ${w("band")}`, ...upright(xOf(row, widget) as number, number(row[lowest]), number(row[highest]), colour) }));
  const low = (row: Row) => number(row[lowest]);
  const flat = { type: "line", stack: `band ${name} ${lowest}`, stackStrategy: "all", showSymbol: false, silent: true, lineStyle: { opacity: 0 }, tooltip: { show: false } };
  const floor = all.map((row) => [xOf(row, widget), low(row)]);
  const height = all.map((row) => [xOf(row, widget), (number(row[highest]) ?? 0) - (low(row) ?? 0)]);
  return [
    { ...flat, name: `${name} `, data: floor },
    { ...flat, name: `${name} ${w("band")}`, data: height, areaStyle: { color: colour, opacity: 0.18 } },
  ];
}

function threshold(widget: ChartWidget, theme: Theme): object | undefined {
  if (widget.threshold === null || widget.threshold === undefined) return undefined;
  const colour = palettes[theme].bad;
  return {
    silent: true,
    symbol: "none",
    lineStyle: { color: colour, type: "dashed", width: 1.5 },
    label: { formatter: `${w("threshold")} ${widget.threshold}`, color: colour, position: "insideEndTop" },
    data: [{ yAxis: widget.threshold }],
  };
}

function xOf(row: Row, widget: ChartWidget): string | number {
  const value = row[widget.x];
  if (typeof value === "string" && TIME.test(value)) return onTheWall(value);
  return typeof value === "number" && widget.shape !== "bar" ? value : calledIn(widget.x, value);
}

function described(widget: ChartWidget, all: Row[], names: string[]): string {
  const values = all.map((row) => number(row[widget.y])).filter((value) => value !== null);
  if (!values.length) return say(widget.title);
  const low = values.reduce((a, b) => Math.min(a, b));
  const high = values.reduce((a, b) => Math.max(a, b));
  return `${say(widget.title)}: ${names.join(", ")}; ${low} – ${high} ${widget.unit ?? ""}; ${w("latest")} ${values.at(-1)}`;
}
