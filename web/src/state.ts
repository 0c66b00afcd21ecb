// What the page knows: facts, one array per property of the rows, and what the person chose.

import { classColor, gray, pixel, rampColor } from "./colors";
import { frame, json, type Answer } from "./net";

export interface Target {
  name: string;
  classes: string[] | null;
  quoted: boolean; // whether the classes are texts
  low: number;
  high: number;
}

export interface HeldOut {
  measure: string;
  value: number;
  low: number;
  high: number;
  labels: number;
}

export interface Version {
  name: string;
  labels?: number;
  held_out?: HeldOut | null;
}

export interface Forecast {
  sentence: string;
  labels: number;
  curve: { labels: number; value: number; low: number; high: number }[];
}

export interface Direction {
  name: string;
  vector: number[];
  spread: number;
}

export interface Design {
  design: number;
  z: number[];
  place: [number, number];
  value: number;
  reason: string; // of the gate; empty if it passes
  rank: number | null;
}

export interface Search {
  running: boolean;
  of?: number;
  python?: string;
  designs?: Design[];
  refused?: Record<string, number>;
}

export interface Facts {
  data: string;
  rows: number;
  model: string;
  estimator: string;
  version: string;
  versions: Version[];
  learns: boolean;
  targets: Target[];
  counts: Record<string, number>;
  sequence: number;
  undo: number;
  redo: number;
  columns: string[];
  picture: number[];
  takes_label: boolean;
  units: { unit: number; effect: number; mean: number; deviation: number }[];
  projection: string;
  projections: { name: string; words: string }[];
  retraining: Record<string, unknown> | null;
  labels_file: string;
  versions_folder: string;
  forecast: Forecast | null;
  forecasting: Record<string, unknown> | null;
  search: Search;
  frame: boolean; // whether X is a data frame
  numbers: string[]; // columns that a search can aim at
}

export interface Change {
  sequence: number;
  target: string[];
  row: number[];
  label: (number | null)[];
  undo: number;
  redo: number;
  counts: Record<string, number>;
  merged?: number[];
}

export type ColorBy = "label" | "prediction" | "confidence" | "unusual" | "column";

export interface Legend {
  entries: { code: number; name: string; color: string; count: number }[];
  ramp?: { low: number; high: number; words: string };
}

const none = new Float32Array(0);

class State {
  facts!: Facts;
  xy = none;
  from = none; // where points glide from
  labels: Float32Array[] = [];
  predictions: Float32Array[] = [];
  confidences: Float32Array[] = [];
  unusual = none;
  column = { name: "", values: none, classes: [] as string[] };
  target = 0;
  colorBy: ColorBy = "prediction";
  hidden = new Set<number>(); // codes of the legend that are switched off; -1 has none
  found: Uint8Array | null = null; // rows of the search; null for all
  onlyUnlabeled = false;
  selected = new Set<number>();
  hovered = -1;
  spot: Answer | null = null;
  pinned: Answer | null = null;
  colors = new Uint32Array(0);
  legend: Legend = { entries: [] };
  suggestions: { row: number; reason: string }[] = [];
  doubtful: { row: number; reason: string }[] = [];
  doubtNote = "";
  directions: Direction[] = [];
  private readonly listeners: Record<string, (() => void)[]> = {};

  on(topics: string, listener: () => void): void {
    for (const topic of topics.split(" ")) (this.listeners[topic] ??= []).push(listener);
  }

  tell(...topics: string[]): void {
    for (const listener of new Set(topics.flatMap((topic) => this.listeners[topic] ?? []))) listener();
  }

  get goal(): Target {
    return this.facts.targets[this.target]!;
  }

  get classes(): string[] {
    return this.goal.classes ?? [];
  }

  get label(): Float32Array {
    return this.labels[this.target] ?? none;
  }

  get prediction(): Float32Array {
    return this.predictions[this.target] ?? none;
  }

  get confidence(): Float32Array {
    return this.confidences[this.target] ?? none;
  }

  async load(): Promise<void> {
    this.facts = await json<Facts>("/api/session");
    const { arrays } = await frame("/api/points");
    const array = (name: string): Float32Array => (arrays[name] as Float32Array | undefined)?.slice() ?? none;

    this.from = this.xy.length === arrays.xy!.length ? this.xy : none;
    this.xy = array("xy");
    this.labels = this.facts.targets.map((_, i) => array(`label${i}`));
    this.predictions = this.facts.targets.map((_, i) => array(`prediction${i}`));
    this.confidences = this.facts.targets.map((_, i) => array(`confidence${i}`));
    this.unusual = array("unusual");
    if (!this.facts.learns && this.colorBy === "prediction") this.colorBy = "label";
    this.paint();
  }

  async loadUnusual(): Promise<void> {
    this.unusual = (await frame("/api/unusual")).arrays.unusual as Float32Array;
    if (this.colorBy === "unusual") this.paint();
    this.tell("unusual");
  }

  async loadColumn(name: string): Promise<void> {
    const { head, arrays } = await frame<{ classes: string[] }>(`/api/column?name=${encodeURIComponent(name)}`);
    this.column = { name, values: arrays.values as Float32Array, classes: head.classes };
  }

  apply(change: Change): void {
    const places = Object.fromEntries(this.facts.targets.map((target, i) => [target.name, i]));
    change.row.forEach((row, i) => {
      const labels = this.labels[places[change.target[i]!] ?? -1];
      if (labels) labels[row] = change.label[i] ?? NaN;
    });
    this.facts.sequence = Math.max(this.facts.sequence, change.sequence);
    Object.assign(this.facts, { undo: change.undo, redo: change.redo, counts: change.counts });
    this.paint();
    this.tell("labels");
  }

  visible(row: number): boolean {
    return this.colors[row] !== 0;
  }

  // The values that points are colored by, and the names of their classes if they have some.
  private values(): { values: Float32Array; classes: string[] | null; words: string } {
    switch (this.colorBy) {
      case "label":
        return { values: this.label, classes: this.goal.classes, words: this.goal.name };
      case "prediction":
        return { values: this.prediction, classes: this.goal.classes, words: this.goal.name };
      case "confidence":
        return { values: this.confidence, classes: null, words: "confidence" };
      case "unusual":
        return { values: this.unusual, classes: null, words: "outlier score" };
      case "column":
        return { values: this.column.values, classes: this.column.classes.length ? this.column.classes : null, words: this.column.name };
    }
  }

  paint(): void {
    const { values, classes, words } = this.values();
    const n = this.facts.rows;
    const colors = new Uint32Array(n);
    const counts = new Map<number, number>();
    const blank = pixel(gray());
    const [low, high] = classes ? [0, 1] : range(values);
    const ramp = Array.from({ length: 256 }, (_, i) => pixel(rampColor(i / 255)));
    const palette = (classes ?? []).map((_, code) => pixel(classColor(code)));

    for (let row = 0; row < n; row++) {
      const value = values.length ? values[row]! : NaN;
      const code = Number.isNaN(value) ? -1 : classes ? value : 0;
      counts.set(code, (counts.get(code) ?? 0) + 1);
      if (this.hidden.has(code) || (this.found && !this.found[row])) continue;
      if (this.onlyUnlabeled && !Number.isNaN(this.label[row]!)) continue;
      if (code < 0) colors[row] = blank;
      else if (classes) colors[row] = palette[code]!;
      else colors[row] = ramp[Math.min(255, Math.max(0, Math.round((255 * (value - low)) / (high - low || 1))))]!;
    }

    this.colors = colors;
    const entries = classes
      ? classes.map((name, code) => ({ code, name, color: classColor(code), count: counts.get(code) ?? 0 }))
      : [];
    if (counts.get(-1)) {
      const name = this.colorBy === "label" ? "no label" : this.colorBy === "unusual" ? "not known yet" : "missing";
      entries.push({ code: -1, name, color: gray(), count: counts.get(-1)! });
    }
    this.legend = { entries, ramp: classes || !values.length ? undefined : { low, high, words } };
    this.tell("colors");
  }
}

// The 1st and 99th percentile, so that a few extremes do not take all colors.
function range(values: Float32Array): [number, number] {
  const step = Math.max(1, Math.floor(values.length / 20_000));
  const some: number[] = [];
  for (let i = 0; i < values.length; i += step) if (Number.isFinite(values[i]!)) some.push(values[i]!);
  some.sort((a, b) => a - b);
  const at = (share: number): number => some[Math.min(some.length - 1, Math.floor(share * some.length))] ?? 0;
  return [at(0.01), at(0.99)];
}

export const state = new State();

export function visibleRows(): number[] {
  const rows: number[] = [];
  for (let row = 0; row < state.facts.rows; row++) if (state.visible(row)) rows.push(row);
  return rows;
}
