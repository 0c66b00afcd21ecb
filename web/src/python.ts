// Lines of Python that do what a person did. X is the data, estimator the model, y all labels: explorer.labels().

import { state, type Change } from "./state";

export const text = (value: string | number | null): string => (value === null ? "None" : JSON.stringify(value));
export const latent = (z: number[]): string => `[${z.map((value) => Number(value.toPrecision(7))).join(", ")}]`;

// A class, or a number, as Python writes it.
const value = (code: number | null, target: string): string => {
  const goal = state.facts.targets.find(({ name }) => name === target)!;
  if (code === null) return "None";
  if (!goal.classes) return String(code);
  return goal.quoted ? text(goal.classes[code]!) : goal.classes[code]!;
};

export function labels(change: Change): string {
  const groups = new Map<string, number[]>();
  change.row.forEach((row, i) => {
    const target = change.target[i]!;
    const place = (rows: string): string => (state.facts.targets.length > 1 ? `y.loc[${rows}, ${text(target)}]` : `y[${rows}]`);
    const key = `${place("[ROWS]")} = ${value(change.label[i] ?? null, target)}`;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  });
  return [...groups].map(([key, rows]) => key.replace("[ROWS]", `[${rows.join(", ")}]`)).join("\n");
}

export const decoded = (z: number[], code: number | null): string => {
  const label = code === null || !state.facts.takes_label ? "" : `, ${value(code, state.facts.targets[0]!.name)}`;
  return `estimator.inverse_transform([${latent(z)}]${label})`;
};

export const path = (from: number[], to: number[], steps: number): string =>
  `estimator.inverse_transform(np.linspace(${latent(from)}, ${latent(to)}, ${steps}))`;

const several = (): boolean => state.facts.targets.length > 1;

// The cells of an attribute: a column of the rows, or the labels of a target.
function cellsOf(name: string): string {
  const column = name.includes("=") ? name.slice(0, name.lastIndexOf("=")) : name;
  if (state.facts.learns && state.facts.targets.some((target) => target.name === column)) return several() ? `y[${text(column)}]` : "y";
  if (state.facts.frame) return `X[${text(column)}]`;
  return `pd.Series(X[:, ${state.facts.columns.indexOf(column)}])`;
}

const rowsOf = (rows: number[]): string => (state.facts.frame ? `X.iloc[[${rows.join(", ")}]]` : `X[[${rows.join(", ")}]]`);

export const edited = (name: string, row: number, amount: number): string =>
  [
    "from semivae.latent import Space, edit",
    "from semivae.workflows.latents import direction_in",
    "space = Space(estimator, X)",
    `direction = direction_in(space.latents, ${cellsOf(name)}.iloc[space.kept], ${text(name)})`,
    `edit(space, ${rowsOf([row])}, direction, ${amount})`,
  ].join("\n");

export function map(name: string): string {
  const goal = state.facts.targets.findIndex(({ classes }) => classes);
  const chances = several() ? `estimator.predict_proba(X)[${goal}]` : "estimator.predict_proba(X)";
  const codes = name === "classes" ? `, ${chances}.argmax(axis=1)` : "";
  return `from semivae.explorer.places import placed\nplaced(${text(name)}, estimator.transform(X)${codes}).xy`;
}

export const selection = (rows: number[]): string => `explorer.table([${rows.join(", ")}])`;
export const restored = (name: string): string => `estimator = semivae.load(${text(`${state.facts.versions_folder}/${name}`)})`;

const SIGNS: Record<string, string> = { "=": "==" };

// Rows by number, by a comparison, or by a text in any cell, as the server looks for them.
export function found(query: string, rows: number[]): string {
  const match = /^\s*(.+?)\s*(<=|>=|!=|<|>|=)\s*(.+?)\s*$/.exec(query);
  if (match && state.facts.frame && state.facts.columns.includes(match[1]!)) {
    const wanted = Number.isFinite(Number(match[3])) ? match[3]! : text(match[3]!);
    return `X[X[${text(match[1]!)}] ${SIGNS[match[2]!] ?? match[2]} ${wanted}]`;
  }
  return rowsOf(rows);
}
