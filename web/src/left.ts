// The left column: what colors mean, search and filter, rows to label next, doubtful labels.

import type { Actions } from "./actions";
import { rampColor } from "./colors";
import { byId, h, number, say, short } from "./dom";
import type { Map2 } from "./map";
import { state, type ColorBy } from "./state";

export function left(actions: Actions, map: Map2): void {
  const colors = h("fieldset", { id: "colorby" }, h("legend", {}, "Color by"));
  const legend = h("ul", { id: "legend", "aria-label": "Legend: switch classes on and off" });
  const projection = h("select", { id: "projection", onchange: () => actions.project(projection.value) });
  const search = h("input", { id: "search", type: "search", placeholder: "row 12, age > 30, text", maxLength: 40 });
  const unlabeled = h("input", { type: "checkbox", id: "unlabeled" });
  const queue = h("ol", { id: "queue" });
  const doubtful = h("ul", { id: "doubtful" });
  const doubtCount = h("h2", {});

  search.onchange = () => actions.search(search.value);
  search.addEventListener("search", () => actions.search(search.value));
  unlabeled.onchange = () => {
    state.onlyUnlabeled = unlabeled.checked;
    state.paint();
  };
  byId("left").append(
    colors,
    legend,
    h("label", { className: "row" }, "Map ", projection),
    h("label", { className: "stack" }, "Search", search),
    h("label", { className: "row" }, unlabeled, "only rows without a label"),
    h("h2", {}, "Label next"),
    queue,
    doubtCount,
    doubtful,
  );

  const choose = async (by: ColorBy, name?: string): Promise<void> => {
    state.hidden.clear();
    if (by === "column") {
      try {
        await state.loadColumn(name!);
      } catch (error) {
        return say((error as Error).message);
      }
    }
    state.colorBy = by;
    state.paint();
  };
  const update = (): void => {
    drawChoices(colors, choose);
    const { facts } = state;
    projection.replaceChildren(
      ...facts.projections.map(({ name, words }) => h("option", { value: name, selected: name === facts.projection }, words)),
    );
  };
  state.on("facts", update);
  state.on("colors", () => drawLegend(legend));
  state.on("advice", () => {
    const none = state.facts.learns ? "All rows have a label." : "This model learns from no label, so that it asks for none.";
    drawAdvice(queue, state.suggestions, actions, none);
    drawAdvice(doubtful, state.doubtful, actions, state.doubtNote, "estimator.mislabeled(X, y)");
    doubtCount.textContent = `Doubtful labels (${state.doubtful.length})`;
    map.refresh();
  });
}

function drawChoices(place: HTMLElement, choose: (by: ColorBy, name?: string) => Promise<void>): void {
  const { facts } = state;
  const choices: [ColorBy, string][] = [
    ["label", "label"],
    ...(facts.learns ? ([["prediction", "prediction"], ["confidence", "confidence"]] as [ColorBy, string][]) : []),
    ["unusual", "outlier score"],
  ];
  const column = h("select", { "aria-label": "Column", onchange: () => choose("column", column.value) });
  column.append(
    h("option", { value: "", disabled: true, selected: state.colorBy !== "column" }, "column ..."),
    ...facts.columns.map((name) => h("option", { value: name, selected: state.colorBy === "column" && state.column.name === name }, name)),
  );
  const radios = choices.map(([by, words]) =>
    h(
      "label",
      { className: "row" },
      h("input", { type: "radio", name: "colorby", value: by, checked: state.colorBy === by, onchange: () => choose(by) }),
      words,
    ),
  );
  place.replaceChildren(h("legend", {}, "Color by"), ...radios);
  if (facts.columns.length) place.append(column);
}

function drawLegend(place: HTMLElement): void {
  const { entries, ramp } = state.legend;
  const items = entries.map(({ code, name, color, count }) => {
    const dot = h("span", { className: "dot" });
    dot.style.background = color;
    const shown = !state.hidden.has(code);
    const button = h("button", { "aria-pressed": String(shown), "data-code": String(code) }, dot, h("span", {}, name), h("span", { className: "count" }, number(count)));
    button.onclick = () => {
      if (shown) state.hidden.add(code);
      else state.hidden.delete(code);
      state.paint();
      place.querySelector<HTMLElement>(`[data-code="${code}"]`)?.focus();
    };
    return h("li", {}, button);
  });
  if (ramp) {
    const bar = h("span", { className: "ramp" });
    bar.style.background = `linear-gradient(to right, ${[0, 0.2, 0.4, 0.6, 0.8, 1].map(rampColor).join(", ")})`;
    items.unshift(h("li", { className: "ramped" }, bar, h("span", {}, short(ramp.low)), h("span", {}, ramp.words), h("span", {}, short(ramp.high))));
  }
  place.replaceChildren(...items);
}

function drawAdvice(place: HTMLElement, rows: { row: number; reason: string }[], actions: Actions, none: string, python = "estimator.suggest(X, y, 8)"): void {
  const items = rows.map(({ row, reason }) =>
    h("li", {}, h("button", { "data-row": String(row), onclick: () => (actions.look(row), actions.did(python)) }, h("b", {}, `row ${row}`), " ", h("span", {}, reason))),
  );
  place.replaceChildren(...(items.length ? items : [h("li", { className: "quiet" }, none)]));
}
