// The right column: the row under the pointer, the selection and its labels, the sliders of the latent.

import type { Actions } from "./actions";
import { classColor } from "./colors";
import { byId, h, number, short } from "./dom";
import type { Map2 } from "./map";
import { frame, json, type Answer } from "./net";
import { cells, picture, type Cell } from "./picture";
import { attributes } from "./attributes";
import { search } from "./search";
import { sliders } from "./sliders";
import { state } from "./state";

const SHOWN = 24; // rows of a selection that are shown

interface Row {
  row: number;
  cells: Cell[];
  labels: (string | null)[];
  unusual: number | null;
}

export function right(actions: Actions, map: Map2): void {
  const pointer = h("section", { id: "pointer", tabIndex: 0, "aria-label": "Under the pointer" });
  const path = h("section", { id: "path", "aria-label": "Path", hidden: true });
  const selection = h("section", { id: "selection", "aria-label": "Selection" });
  const latent = h("section", { id: "latent", "aria-label": "Latent" });
  const edits = h("section", { id: "attributes", "aria-label": "Attributes" });
  const designs = h("section", { id: "designs", "aria-label": "Search of the latent space" });
  byId("right").append(pointer, path, selection, latent, edits, designs);

  state.on("spot facts", () => drawPointer(pointer, actions));
  state.on("path", () => drawPath(path, actions, map));
  let asked = 0;
  state.on("selection labels", () => void drawSelection(selection, actions, ++asked, () => asked));
  sliders(latent, actions, map);
  attributes(edits, actions);
  search(designs, actions, map);
}

// The decoded row of a point, as a picture or as cells.
function shown(actions: Actions, spot: Answer, beside?: Answer | null): HTMLElement {
  const found = actions.frames.get(spot);
  const image = found?.arrays.picture;
  if (!image) return cells(spot.cells, beside?.cells);

  const box = h("div", { className: "pictures" });
  const given = found.arrays.given;
  if (given) box.append(h("figure", {}, picture(given, found.shapes.given!, "the row", 1.5), h("figcaption", {}, "row")));
  box.append(h("figure", {}, picture(image, found.shapes.picture!, "decoded", 1.5), h("figcaption", {}, "decoded")));
  const before = beside ? actions.frames.get(beside) : undefined;
  if (before?.arrays.picture)
    box.append(h("figure", {}, picture(before.arrays.picture, before.shapes.picture!, "at the cross", 1.5), h("figcaption", {}, "at the cross")));
  return box;
}

export function chancesOf(spot: { chances: number[][] }): HTMLElement {
  const found = spot.chances[state.target];
  if (!found) return h("p", { className: "quiet" }, "The model has no target.");
  if (!state.goal.classes) return h("p", { className: "big" }, `${state.goal.name} ${short(found[0]!)} `, h("small", {}, `±${short(found[1]!)}`));

  const order = found.map((_, code) => code).sort((a, b) => found[b]! - found[a]!);
  const bars = order.slice(0, 3).map((code) => {
    const bar = h("span", { className: "bar" });
    bar.style.width = `${100 * found[code]!}%`;
    bar.style.background = classColor(code);
    return h("li", {}, h("span", { className: "name" }, state.classes[code] ?? ""), h("span", { className: "value" }, found[code]!.toFixed(2)), h("span", { className: "track" }, bar));
  });
  return h("ul", { className: "chances" }, ...bars);
}

function drawPointer(place: HTMLElement, actions: Actions): void {
  const { spot, pinned } = state;
  const title = h("h2", {}, spot?.row !== undefined ? `Row ${spot.row}` : "Under the pointer");
  if (!spot) {
    place.replaceChildren(title, h("p", { className: "quiet" }, "Move over the map: over a point its row is shown, over empty space the row that the model would make there."));
    return;
  }
  const words = { typical: "typical: many rows are near", rare: "rare: few rows are near", "off the data": "off the data: no row is near" }[spot.word] ?? spot.word;
  const label = spot.row === undefined ? null : state.label[spot.row];
  const known = label === null || label === undefined || Number.isNaN(label) ? "no label" : `label ${state.goal.classes ? state.classes[label] : short(label)}`;
  place.replaceChildren(
    title,
    shown(actions, spot, pinned && pinned !== spot && spot.row === undefined ? pinned : null),
    chancesOf(spot),
    h("p", { className: `word ${spot.word.split(" ")[0]}` }, words, spot.row === undefined ? "" : `; ${known}`),
  );
}

function drawPath(place: HTMLElement, actions: Actions, map: Map2): void {
  const found = actions.path;
  place.hidden = !found;
  if (!found) return;

  const spots = found.head.spots!;
  const size = found.arrays.pictures ? found.arrays.pictures.length / spots.length : 0;
  const items = spots.map((spot, i) => {
    const image = size ? picture(found.arrays.pictures!.subarray(i * size, (i + 1) * size), found.shapes.pictures!.slice(1), `point ${i + 1}`, 0.6) : null;
    const best = spot.chances[state.target];
    const name = !best ? "" : state.goal.classes ? (state.classes[best.indexOf(Math.max(...best))] ?? "") : short(best[0]!);
    return h("li", {}, image ?? cells(spot.cells.slice(0, 6), i ? spots[i - 1]!.cells : undefined), h("small", {}, name));
  });
  const close = h("button", { onclick: () => ((actions.path = null), map.setTool(map.tool), state.tell("path")) }, "Close");
  const points = h("ol", { className: size ? "strip" : "steps" }, ...items);
  place.replaceChildren(h("h2", {}, "Path"), h("div", { className: "scroll", tabIndex: 0, role: "group", "aria-label": "Points of the path" }, points), close);
}

async function drawSelection(place: HTMLElement, actions: Actions, ask: number, newest: () => number): Promise<void> {
  const rows = [...state.selected];
  const head = h("h2", {}, rows.length ? `Selection: ${number(rows.length)} ${rows.length === 1 ? "row" : "rows"}` : "Selection");
  if (!rows.length) {
    place.replaceChildren(head, h("p", { className: "quiet" }, "Click a point, or draw a lasso (L) around many. Then press a digit to label them."));
    return;
  }
  const first = rows.slice(0, SHOWN);
  const labeling = state.goal.classes ? classButtons(actions) : valueBox(actions);
  let body: HTMLElement;
  try {
    if (state.facts.picture.length) {
      const found = await frame("/api/pictures", { rows: first });
      const shape = found.shapes.pictures!.slice(1);
      const size = found.arrays.pictures!.length / first.length;
      body = h("div", { className: "thumbs" }, ...first.map((row, i) => {
        const image = picture(found.arrays.pictures!.subarray(i * size, (i + 1) * size), shape, `row ${row}`, 0.75);
        return h("button", { className: "thumb", title: `row ${row}`, "aria-label": `row ${row}`, onclick: () => actions.look(row) }, image);
      }));
    } else {
      const found = await json<Row[]>("/api/rows", { rows: first });
      body = found.length === 1 ? cells(found[0]!.cells) : several(found, actions);
    }
  } catch (error) {
    body = h("p", {}, (error as Error).message);
  }
  if (ask !== newest()) return;
  place.replaceChildren(head, labeling, body);
  if (rows.length > SHOWN) place.append(h("p", { className: "quiet" }, `The first ${SHOWN} are shown.`));
}

function several(rows: Row[], actions: Actions): HTMLElement {
  const names = rows[0]!.cells.map(({ name }) => name);
  const head = h("tr", {}, h("th", { scope: "col" }, "row"), ...names.map((name) => h("th", { scope: "col" }, name)));
  const lines = rows.map((row) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, h("button", { className: "plain", onclick: () => actions.look(row.row) }, String(row.row))),
      ...row.cells.map(({ text, unusual }) => h("td", { className: unusual ? "marked" : "" }, text, unusual ? h("span", { className: "hidden" }, " unusual") : null)),
    ),
  );
  return h("div", { className: "scroll", tabIndex: 0, role: "group", "aria-label": "Selected rows" }, h("table", {}, h("thead", {}, head), h("tbody", {}, ...lines)));
}

function classButtons(actions: Actions): HTMLElement {
  const buttons = state.classes.map((name, code) => {
    const dot = h("span", { className: "dot" });
    dot.style.background = classColor(code);
    return h("button", { "data-class": String(code), onclick: () => actions.label(code) }, dot, code < 9 ? h("kbd", {}, String(code + 1)) : null, ` ${name}`);
  });
  const clear = h("button", { "data-class": "none", onclick: () => actions.label(null) }, h("kbd", {}, "0"), " no label");
  const box = h("input", { id: "newclass", placeholder: "new class", "aria-label": "New class", maxLength: 60 });
  const form = h("form", { className: "row" }, box, h("button", {}, "Make"));
  form.onsubmit = (event) => {
    event.preventDefault();
    void actions.makeClass(box.value);
  };
  return h("div", { className: "labeling" }, h("div", { className: "classes" }, ...buttons, clear), form);
}

function valueBox(actions: Actions): HTMLElement {
  const { name, low, high } = state.goal;
  const box = h("input", { id: "value", type: "number", step: "any", "aria-label": `Value of ${name}`, placeholder: `${short(low)} to ${short(high)}` });
  const form = h("form", { className: "row labeling" }, h("label", {}, name, " ", box), h("button", {}, "Set"), h("button", { type: "button", onclick: () => actions.label(null) }, "No label"));
  form.onsubmit = (event) => {
    event.preventDefault();
    if (box.value !== "") void actions.label(null, Number(box.value));
  };
  return form;
}
