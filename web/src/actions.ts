// Everything that a person does, each with the line of Python that does the same.

import { say } from "./dom";
import type { Map2 } from "./map";
import { ask, download, json, save, type Answer, type Live } from "./net";
import * as python from "./python";
import { state, visibleRows, type Change, type Design, type Direction } from "./state";
import { figure } from "./figure";
import type { Frame } from "./wire";

const MANY = 100_000;

export class Actions {
  live!: Live;
  pinning = false;
  path: Frame<Answer> | null = null;
  readonly frames = new WeakMap<Answer, Frame<Answer>>();
  python = "y = explorer.labels()";
  z: number[] | null = null; // the latent that the sliders move
  code: number | null = null; // the class that the decoded row is to have
  amounts = new Map<string, number>(); // how far the pinned row was moved along each attribute
  readonly log: string[] = [];

  constructor(private readonly map: Map2) {
    map.onPointer = (place, row) => {
      state.tell("hover");
      if (row >= 0) this.live.send("row", { row });
      else this.decode({ place });
    };
    map.onPin = (place, row) => {
      this.pinning = true;
      if (row >= 0) this.live.send("row", { row });
      else this.decode({ place });
    };
    map.onSelect = (rows, add) => this.select(rows, add);
    map.onPath = (from, to) => this.live.send("path", { from, to, steps: 9 });
  }

  // Notes the line of Python of the last action.
  did(python: string): void {
    this.python = python;
    this.log.push(python);
    state.tell("python");
  }

  decode(request: { place?: [number, number]; z?: number[] }): void {
    this.live.send("decode", this.code === null ? request : { ...request, code: this.code });
  }

  pinned(): void {
    if (state.pinned) this.did(python.decoded(state.pinned.z, this.code));
  }

  walked(path: Frame<Answer>): void {
    const spots = path.head.spots!;
    this.path = path;
    say(`A path of ${spots.length} points.`);
    this.did(python.path(spots[0]!.z, spots.at(-1)!.z, spots.length));
  }

  select(rows: number[], add = false): void {
    if (!add) state.selected.clear();
    for (const row of rows) state.selected.add(row);
    say(`${state.selected.size.toLocaleString("en-US")} ${state.selected.size === 1 ? "row" : "rows"} selected`);
    state.tell("selection");
  }

  async label(code: number | null, value: number | null = null, who: "person" | "suggestion" = "person"): Promise<void> {
    const rows = [...state.selected];
    if (!rows.length) return say("Select rows first: click a point, or draw a lasso (L).");

    const { name } = state.goal;
    say(`Saving ${rows.length} labels ...`);
    await this.safely(async () => {
      const body = { target: name, rows, code, value, who, version: state.facts.version, seen: state.facts.sequence };
      const change = await json<Change>("/api/labels", body);
      this.hear(change);
      const told = code === null ? value : state.classes[code];
      const others = change.merged?.length ? ` Another page had labeled ${change.merged.length} of them; yours holds.` : "";
      say(`Saved: ${rows.length} × ${told === null ? "no label" : told}.${others}`);
      this.did(python.labels(change));
      state.suggestions = state.suggestions.filter(({ row }) => !state.selected.has(row));
      state.doubtful = state.doubtful.filter(({ row }) => !state.selected.has(row));
      state.tell("advice");
    });
  }

  // Labels come by the answer and by the stream of events: the later of the two is old, and may be older than labels
  // that came between them. A gap is asked for.
  hear(change: Change): void {
    if (change.sequence <= state.facts.sequence) return;
    if (change.sequence - change.row.length > state.facts.sequence) {
      void json<Change>(`/api/labels?since=${state.facts.sequence}`).then((missed) => this.hear(missed));
      return;
    }
    state.apply(change);
  }

  async undo(again = false): Promise<void> {
    await this.safely(async () => {
      const change = await json<Change>(again ? "/api/redo" : "/api/undo", {});
      this.hear(change);
      if (change.row.length) this.did(python.labels(change));
      say(change.row.length ? `${again ? "Done again" : "Undone"}: ${change.row.length} labels.` : `There is nothing to ${again ? "redo" : "undo"}.`);
    });
  }

  async makeClass(name: string): Promise<void> {
    await this.safely(async () => {
      const made = await json<{ code: number; classes: string[] }>("/api/classes", { target: state.goal.name, name });
      state.goal.classes = made.classes;
      state.paint();
      state.tell("facts", "selection");
      if (state.selected.size) await this.label(made.code);
    });
  }

  async advise(): Promise<void> {
    await this.safely(async () => {
      const target = encodeURIComponent(state.goal.name);
      state.suggestions = await json(`/api/suggest?target=${target}&n=8`);
      state.tell("advice");
      this.map.refresh();
    });
    await this.safely(async () => {
      state.directions = await json("/api/directions");
      state.tell("directions");
    });
    await this.doubt();
  }

  // Labels are judged by fits without them, which takes a moment.
  async doubt(): Promise<void> {
    state.doubtful = [];
    state.doubtNote = state.facts.learns ? "Judging the labels ..." : "This model learns from no label.";
    state.tell("advice");
    if (!state.facts.learns) return;
    let judged = { rows: state.doubtful, note: "The labels were not judged." };
    await this.safely(async () => {
      judged = await json<typeof judged>("/api/doubtful");
    });
    [state.doubtful, state.doubtNote] = [judged.rows, judged.note];
    state.tell("advice");
  }

  look(row: number): void {
    this.map.center(row);
    this.select([row]);
    this.pinning = true;
    this.live.send("row", { row });
  }

  next(): void {
    const { row } = state.suggestions[0] ?? {};
    if (row === undefined) return say("There is no suggestion left.");
    const chosen = state.suggestions.findIndex((one) => state.selected.has(one.row));
    this.look(state.suggestions[(chosen + 1) % state.suggestions.length]!.row);
    this.did("estimator.suggest(X, y, 8)");
  }

  async retrain(): Promise<void> {
    await this.safely(async () => {
      await json("/api/retrain", {});
      this.did("estimator.refit(X, y)");
    });
  }

  async cancel(): Promise<void> {
    await this.safely(async () => (await ask("/api/retrain", undefined, "DELETE")).json());
  }

  async restore(name: string): Promise<void> {
    await this.safely(async () => {
      await json("/api/restore", { name });
      this.did(python.restored(name));
    });
  }

  async project(name: string): Promise<void> {
    say("Drawing the map ...");
    await this.safely(async () => {
      await json("/api/projection", { name });
      this.did(python.map(name));
      say("The map is drawn.");
    });
  }

  async search(text: string): Promise<void> {
    if (!text.trim()) state.found = null;
    else
      await this.safely(async () => {
        const { rows } = await json<{ rows: number[] }>("/api/search", { name: text.slice(0, 40) });
        state.found = new Uint8Array(state.facts.rows);
        for (const row of rows) state.found[row] = 1;
        say(`${rows.length.toLocaleString("en-US")} ${rows.length === 1 ? "row" : "rows"} found`);
        if (rows.length) this.did(python.found(text, rows));
        if (rows.length === 1) this.look(rows[0]!);
      });
    state.paint();
  }

  async export(what: "svg" | "png" | "selection" | "labels" | "log" | "session"): Promise<void> {
    const rows = state.selected.size ? [...state.selected] : visibleRows().slice(0, MANY);
    await this.safely(async () => {
      switch (what) {
        case "svg":
        case "png":
          this.did(python.map(state.facts.projection));
          return save(await figure(this.map.view, what), `map.${what}`);
        case "selection":
          this.did(`${python.selection(rows)}.to_csv("selection.csv", index=False)`);
          return download("/api/export/selection.csv", "selection.csv", { rows });
        case "labels":
          this.did(`pd.read_csv(${python.text(state.facts.labels_file.replace(/\.jsonl$/, ".csv"))})`);
          return download("/api/export/labels.csv", "labels.csv");
        case "log":
          this.did(`pd.read_json(${python.text(state.facts.labels_file)}, lines=True)`);
          return download("/api/export/labels.jsonl", "labels.jsonl");
        case "session":
          return save(new Blob([JSON.stringify(state.facts, null, 2)], { type: "application/json" }), "session.json");
      }
    });
    say("Exported.");
  }

  // Moves the pinned row along an attribute; the amount is in standard deviations of the rows.
  edit(direction: Direction, amount: number): void {
    if (!this.z) return;
    const step = (amount - (this.amounts.get(direction.name) ?? 0)) * direction.spread;
    this.amounts.set(direction.name, amount);
    this.z = this.z.map((value, unit) => value + step * direction.vector[unit]!);
    this.decode({ z: this.z });
    const moved = [...this.amounts].filter(([, by]) => by);
    const row = state.pinned?.row;
    const alone = row !== undefined && moved.length === 1 && moved[0]![0] === direction.name && this.code === null;
    this.did(alone ? python.edited(direction.name, row, amount) : python.decoded(this.z, this.code));
  }

  async optimize(wish: object): Promise<void> {
    await this.safely(async () => {
      await json("/api/optimize", wish);
      say("Searching the latent space ...");
    });
  }

  async leave(what: "optimize" | "forecast"): Promise<void> {
    await this.safely(() => ask(`/api/${what}`, undefined, "DELETE"));
  }

  lookDesign(design: Design): void {
    this.pinning = true;
    this.decode({ z: design.z });
  }

  async foresee(): Promise<void> {
    await this.safely(async () => {
      await json("/api/forecast", {});
      this.did("from semivae.estimators.rows.target import encoded\nfrom semivae.workflows.budget import budget_of\nbudget_of(estimator, X, encoded(estimator, y)).sentence(20)");
    });
  }

  private async safely(act: () => Promise<unknown>): Promise<void> {
    try {
      await act();
    } catch (error) {
      say(error instanceof TypeError ? "The server does not answer; nothing was saved." : (error as Error).message);
    }
  }
}
