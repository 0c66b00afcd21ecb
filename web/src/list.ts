// The rows as a table, for those who cannot use a map; and the tools below the map.

import type { Actions } from "./actions";
import { byId, h, number, short } from "./dom";
import type { Map2, Tool } from "./map";
import { json } from "./net";
import type { Cell } from "./picture";
import { state, visibleRows } from "./state";

const PAGE = 50;
const COLUMNS = 5;

type Order = "row" | "confidence" | "unusual";

export function list(actions: Actions, map: Map2): void {
  const place = byId("list");
  const stage = byId("stage");
  const count = h("span", { id: "shown" });
  let page = 0;
  let order: Order = "row";

  const tools = (["pan", "lasso", "path"] as Tool[]).map((tool) =>
    h("button", { "data-tool": tool, "aria-pressed": String(tool === "pan"), title: { pan: "M", lasso: "L", path: "P" }[tool], onclick: () => choose(tool) }, tool),
  );
  const choose = (tool: Tool): void => {
    map.setTool(tool);
    for (const button of tools) button.setAttribute("aria-pressed", String(button.dataset.tool === tool));
  };
  const toggle = h("button", { id: "listbutton", title: "V", "aria-pressed": "false" }, "List");
  toggle.onclick = () => {
    const shows = place.hidden;
    place.hidden = !shows;
    stage.hidden = shows;
    toggle.setAttribute("aria-pressed", String(shows));
    if (shows) void draw();
  };
  byId("tools").append(
    ...tools,
    toggle,
    h("button", { onclick: () => map.whole() }, "Whole map"),
    h("button", { onclick: () => map.zoom(1.4), "aria-label": "Zoom in" }, "+"),
    h("button", { onclick: () => map.zoom(1 / 1.4), "aria-label": "Zoom out" }, "−"),
    h("button", { onclick: () => actions.select(visibleRows()) }, "Select shown"),
    count,
  );

  const draw = async (): Promise<void> => {
    const rows = sorted(visibleRows(), order);
    page = Math.min(page, Math.max(0, Math.ceil(rows.length / PAGE) - 1));
    const shown = rows.slice(page * PAGE, (page + 1) * PAGE);
    const found = shown.length && state.facts.columns.length ? await json<{ row: number; cells: Cell[] }[]>("/api/rows", { rows: shown }) : [];
    const cellsOf = new Map(found.map((row) => [row.row, row.cells.slice(0, COLUMNS)]));
    place.replaceChildren(head(rows.length), table(shown, cellsOf, actions));
  };
  const head = (all: number): HTMLElement => {
    const select = h("select", { "aria-label": "Order", onchange: () => ((order = select.value as Order), (page = 0), void draw()) });
    for (const [value, words] of [["row", "by row"], ["confidence", "least confident first"], ["unusual", "most unusual first"]])
      select.append(h("option", { value, selected: value === order }, words!));
    const turn = (by: number): void => {
      page = Math.max(0, page + by);
      void draw();
    };
    return h("div", { className: "row" }, select, h("button", { disabled: page === 0, onclick: () => turn(-1) }, "Back"), h("button", { disabled: (page + 1) * PAGE >= all, onclick: () => turn(1) }, "Next"), h("span", {}, `${number(page * PAGE + 1)}–${number(Math.min(all, (page + 1) * PAGE))} of ${number(all)}`));
  };
  state.on("colors", () => {
    const shown = visibleRows().length;
    count.textContent = `${number(shown)} ${shown === state.facts.rows ? "points" : `of ${number(state.facts.rows)} points`}`;
    const empty = byId("empty");
    empty.hidden = shown > 0;
    empty.textContent = "No row is shown. Clear the search, or switch a class of the legend on.";
    if (!place.hidden) void draw();
  });
  state.on("unusual", () => {
    if (!place.hidden) void draw();
  });
  state.on("tool", () => choose(map.tool));
}

function sorted(rows: number[], order: Order): number[] {
  if (order === "row") return rows;
  const values = order === "confidence" ? state.confidence : state.unusual.map((value) => -value);
  return rows.sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
}

function table(rows: number[], cellsOf: Map<number, Cell[]>, actions: Actions): HTMLElement {
  const name = (value: number | undefined): string =>
    value === undefined || Number.isNaN(value) ? "–" : state.goal.classes ? (state.classes[value] ?? "–") : short(value);
  const columns = state.facts.columns.slice(0, COLUMNS);
  const heads = ["", "row", ...(state.facts.learns ? ["label", "prediction", "confidence"] : ["label"]), "outlier score", ...columns];
  const lines = rows.map((row) => {
    const box = h("input", { type: "checkbox", checked: state.selected.has(row), "aria-label": `Select row ${row}` });
    box.onchange = () => {
      if (box.checked) state.selected.add(row);
      else state.selected.delete(row);
      state.tell("selection");
    };
    const believed = state.facts.learns ? [name(state.prediction[row]), short(state.confidence[row] ?? NaN)] : [];
    const texts = [name(state.label[row]), ...believed, short(state.unusual[row] ?? NaN)];
    return h(
      "tr",
      {},
      h("td", {}, box),
      h("th", { scope: "row" }, h("button", { className: "plain", onclick: () => actions.look(row) }, String(row))),
      ...texts.map((text) => h("td", {}, text)),
      ...(cellsOf.get(row) ?? []).map(({ text, unusual }) => h("td", { className: unusual ? "marked" : "" }, text)),
    );
  });
  const head = h("tr", {}, ...heads.map((text) => h("th", { scope: "col" }, text || h("span", { className: "hidden" }, "selected"))));
  return h("div", { className: "scroll tall", tabIndex: 0, role: "group", "aria-label": "Rows" }, h("table", {}, h("thead", {}, head), h("tbody", {}, ...lines)));
}
