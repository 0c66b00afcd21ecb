// The head of the page: the data, the version, undo and redo, retraining, export.

import type { Actions } from "./actions";
import { byId, h, number } from "./dom";
import type { Map2 } from "./map";
import { state, type HeldOut } from "./state";

export function theme(choice?: string): void {
  const dark = choice ?? localStorage.getItem("theme") ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  document.documentElement.dataset.theme = dark;
  if (choice) localStorage.setItem("theme", choice);
}

export const held = (found: HeldOut | null | undefined): string => {
  if (!found) return "not measured";
  const name = found.measure === "R2" ? "R²" : "accuracy";
  const range = found.low < found.high ? ` (${found.low.toFixed(2)}–${found.high.toFixed(2)})` : "";
  return `${name} ${found.value.toFixed(2)}${range}`;
};

export function top(actions: Actions, map: Map2): void {
  const title = h("h1", {});
  const measure = h("span", { className: "measure", title: "On labels that were held out" });
  const labels = h("span", { id: "labelcount" });
  const undo = h("button", { id: "undo", title: "U", onclick: () => actions.undo() }, "Undo");
  const redo = h("button", { id: "redo", title: "Shift+U", onclick: () => actions.undo(true) }, "Redo");
  const retrain = h("button", { id: "retrain", className: "main", title: "R", onclick: () => actions.retrain() }, "Retrain");
  const target = h("select", { id: "target", "aria-label": "Target" });
  const versions = h("button", { id: "version", onclick: () => openVersions(actions) });
  const swap = h("button", {
    id: "theme",
    onclick: () => {
      theme(document.documentElement.dataset.theme === "dark" ? "light" : "dark");
      state.paint();
      state.tell("facts", "labels", "selection", "spot", "path");
      map.placed();
    },
  });

  target.onchange = () => {
    state.target = Number(target.value);
    state.hidden.clear();
    state.paint();
    state.tell("facts", "labels", "selection", "spot");
    void actions.advise();
  };
  byId("top").append(
    title,
    versions,
    measure,
    labels,
    target,
    h("span", { className: "gap" }),
    undo,
    redo,
    retrain,
    exportMenu(actions),
    swap,
    h("button", { id: "helpbutton", title: "?", onclick: () => openHelp() }, "Help"),
  );
  tabs();

  const update = (): void => {
    const { facts } = state;
    title.textContent = facts.data;
    versions.textContent = `${facts.model} ${facts.version}`;
    versions.setAttribute("aria-label", `Model ${facts.model}, version ${facts.version}: compare and restore versions`);
    measure.textContent = facts.learns ? held(facts.versions.find(({ name }) => name === facts.version)?.held_out) : "no target";
    labels.textContent = `${number(facts.counts[state.goal.name] ?? 0)} of ${number(facts.rows)} labeled`;
    undo.disabled = !facts.undo;
    redo.disabled = !facts.redo;
    const kind = facts.retraining?.kind;
    retrain.disabled = !facts.learns || kind === "started" || kind === "epoch" || kind === "fold";
    target.hidden = facts.targets.length < 2;
    target.replaceChildren(...facts.targets.map(({ name }, i) => h("option", { value: String(i), selected: i === state.target }, name)));
    swap.textContent = document.documentElement.dataset.theme === "dark" ? "Light" : "Dark";
    document.title = `${facts.data} – semivae explorer`;
  };
  state.on("facts labels retraining", update);
}

function exportMenu(actions: Actions): HTMLElement {
  const menu = h("details", { id: "export" }, h("summary", { title: "E" }, "Export"));
  const choices = [
    ["svg", "Figure, SVG"],
    ["png", "Figure, PNG"],
    ["selection", "Rows (selected, or shown), CSV"],
    ["labels", "Labels, CSV"],
    ["log", "Label log, JSON lines"],
    ["session", "Session, JSON"],
  ] as const;
  const list = choices.map(([what, words]) =>
    h("button", { "data-export": what, onclick: () => ((menu.open = false), void actions.export(what)) }, words),
  );
  menu.append(h("div", { className: "menu" }, ...list));
  menu.addEventListener("focusout", (event) => {
    if (!menu.contains(event.relatedTarget as Node)) menu.open = false;
  });
  return menu;
}

function tabs(): void {
  const names = { left: "Colors", map: "Map", right: "Row", bottom: "Training" };
  const buttons = Object.entries(names).map(([tab, name]) =>
    h("button", { "data-tab": tab, "aria-pressed": String(tab === "map"), onclick: () => show(tab) }, name),
  );
  const show = (tab: string): void => {
    document.body.dataset.tab = tab;
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.tab === tab));
  };
  byId("tabs").append(...buttons);
}

export function openVersions(actions: Actions): void {
  const dialog = byId<HTMLDialogElement>("versions");
  const { facts } = state;
  const rows = facts.versions.map(({ name, labels, held_out }) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, name),
      h("td", {}, labels === undefined ? "–" : number(labels)),
      h("td", {}, held(held_out)),
      h(
        "td",
        {},
        name === facts.version
          ? "in use"
          : h("button", { "data-restore": name, onclick: () => (dialog.close(), void actions.restore(name)) }, `Use ${name}`),
      ),
    ),
  );
  const head = ["version", "labels", "on held-out labels", ""].map((text) => h("th", { scope: "col" }, text));
  dialog.replaceChildren(
    h("h2", {}, "Versions"),
    h("p", {}, "Each retraining is a new version; none is overwritten. Labels stay when an old version is used again."),
    h("table", {}, h("thead", {}, h("tr", {}, ...head)), h("tbody", {}, ...rows)),
    h("p", { className: "quiet" }, facts.versions_folder),
    h("button", { onclick: () => dialog.close() }, "Close"),
  );
  dialog.showModal();
}

const KEYS = [
  ["1 – 9", "label the selection; on a number's page use the box"],
  ["0", "take the labels of the selection back"],
  ["U, Shift+U", "undo, redo"],
  ["L, P, M", "lasso, path, pan"],
  ["S", "search"],
  ["N", "next suggestion"],
  ["R", "retrain"],
  ["E", "export"],
  ["Arrows", "move the pointer on the map (focus it first); with Shift, the map; + and − zoom; Enter picks"],
  ["V", "list of the rows instead of the map"],
  ["Esc", "clear the selection"],
  ["?", "this help"],
];

export function openHelp(): void {
  const dialog = byId<HTMLDialogElement>("help");
  dialog.replaceChildren(
    h("h2", {}, "How to use the explorer"),
    h(
      "ol",
      {},
      h("li", {}, "Look: each point is a row. Move the pointer over empty space: the model shows the row that would be there."),
      h("li", {}, "Label: draw a lasso, press a digit. Rows to label next are in the left column."),
      h("li", {}, "Retrain: the model goes on from where it is. Compare and restore versions by the button beside the title."),
    ),
    h("dl", {}, ...KEYS.flatMap(([key, words]) => [h("dt", {}, h("kbd", {}, key!)), h("dd", {}, words!)])),
    h("button", { onclick: () => dialog.close() }, "Close"),
  );
  dialog.showModal();
}
