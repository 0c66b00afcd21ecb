// A search of the latent space: what is wished, how far it is, and the designs that it proposes.

import type { Actions } from "./actions";
import { h, say, short } from "./dom";
import type { Map2 } from "./map";
import { state, type Search } from "./state";

const SHOWN = 10;

interface Choice {
  words: string;
  column: string;
  aim: "class" | "maximize" | "minimize" | "target";
  value?: string;
}

function choices(): Choice[] {
  const { targets, learns, numbers } = state.facts;
  const found: Choice[] = [];
  for (const { name, classes } of learns ? targets : [])
    for (const value of classes ?? []) found.push({ words: `${name} is ${value}`, column: name, aim: "class", value });
  const columns = [...(learns ? targets : []).filter(({ classes }) => !classes).map(({ name }) => name), ...numbers];
  for (const column of columns) {
    found.push({ words: `${column} high`, column, aim: "maximize" }, { words: `${column} low`, column, aim: "minimize" });
    found.push({ words: `${column} is a number`, column, aim: "target" });
  }
  return found;
}

export function search(place: HTMLElement, actions: Actions, map: Map2): void {
  const wish = h("select", { id: "wish" });
  const value = h("input", { id: "wishvalue", type: "number", step: "any", "aria-label": "The wanted number", placeholder: "number", required: true });
  const count = h("input", { id: "evaluations", type: "number", min: "2", max: "200", value: "30" });
  const gate = h("select", { id: "gate" }, h("option", { value: "mark" }, "mark rows unlike the data"), h("option", { value: "refuse" }, "refuse rows unlike the data"));
  const start = h("button", { id: "optimize" }, "Search");
  const stop = h("button", { id: "stopsearch", type: "button", onclick: () => actions.leave("optimize") }, "Cancel");
  const words = h("p", { id: "searched", className: "quiet", role: "status" });
  const list = h("ol", { id: "proposals" });
  const form = h(
    "form",
    {},
    h("label", { className: "row" }, "Wish ", wish),
    value,
    h("label", { className: "row" }, "Rows to try ", count),
    h("label", { className: "row" }, "Gate ", gate),
    h("div", { className: "row" }, start, stop),
  );
  let offered: Choice[] = [];
  const chosen = (): Choice | undefined => offered[Number(wish.value)];
  const toggle = (): void => {
    value.hidden = value.disabled = chosen()?.aim !== "target";
  };
  wish.onchange = toggle;
  form.onsubmit = (event) => {
    event.preventDefault();
    const { column, aim, value: label } = chosen()!;
    void actions.optimize({ column, aim, value: aim === "target" ? value.value : (label ?? ""), evaluations: Number(count.value), gate: gate.value });
  };
  place.replaceChildren(h("h2", {}, "Search designs"), form, words, list);

  state.on("facts", () => {
    const before = wish.value;
    offered = choices();
    wish.replaceChildren(...offered.map(({ words }, i) => h("option", { value: String(i) }, words)));
    if (before && offered[Number(before)]) wish.value = before;
    form.hidden = !offered.length;
    if (!offered.length) words.textContent = "There is nothing to search for: the model has no target, and its rows have no column of numbers.";
    toggle();
  });
  state.on("facts search", () => {
    const found = state.facts.search;
    start.disabled = found.running;
    stop.hidden = !found.running;
    if (offered.length) words.textContent = describe(found);
    if (found.python && !found.running && actions.python !== found.python && found.designs?.some(({ rank }) => rank) && fresh) {
      actions.did(found.python);
      fresh = false;
    }
    const ranked = (found.designs ?? []).filter(({ rank }) => rank).sort((a, b) => a.rank! - b.rank!);
    const items = ranked.slice(0, SHOWN).map((design) =>
      h(
        "li",
        {},
        h(
          "button",
          { "data-design": String(design.design), onclick: () => (actions.lookDesign(design), map.refresh()) },
          h("b", {}, `d${design.rank}`),
          ` ${short(design.value)} `,
          design.reason ? h("span", { className: "unusual" }, `marked: ${design.reason}`) : h("span", {}, "passes the gate"),
        ),
      ),
    );
    list.replaceChildren(...items);
  });
}

function describe({ running, designs, of, refused }: Search): string {
  const marked = designs?.filter(({ reason }) => reason).length ?? 0;
  const counts = designs ? `${designs.length} of ${of} rows tried, ${marked} marked` : "";
  const turned = Object.values(refused ?? {}).reduce((sum, count) => sum + count, 0);
  const more = turned ? `; ${turned} were refused before` : "";
  if (running) return designs ? `Searching: ${counts}${more} ...` : "Searching: the gate learns the rows ...";
  return designs ? `${counts}${more}. The best, d1 to d${Math.min(SHOWN, designs.length)}, are on the map; a click decodes one.` : "The model looks for rows with a wish; they appear on the map as diamonds.";
}

let fresh = false;

// Takes the news of a search.
export function heardSearch(now: Record<string, unknown>, map: Map2): void {
  const { kind, elapsed: _, ...rest } = now;
  const running = kind === "started" || kind === "designs";
  fresh = true;
  if (kind === "started") state.facts.search = { running };
  else if (kind === "designs") state.facts.search = { ...(rest as unknown as Search), running };
  else state.facts.search = { ...state.facts.search, running };
  if (kind === "failed") say(`The search failed: ${now.message}`);
  if (kind === "done") say(`The search tried ${state.facts.search.designs?.length ?? 0} rows.`);
  state.tell("search");
  map.refresh();
}
