// The page: it loads, joins its parts, and hears what happens.

import { Actions } from "./actions";
import { bottom } from "./bottom";
import { byId, h, say } from "./dom";
import { keys } from "./keys";
import { left } from "./left";
import { list } from "./list";
import { Map2 } from "./map";
import { listen, Live, type Answer, type Happened } from "./net";
import { right } from "./right";
import { heardSearch } from "./search";
import { state, type Change } from "./state";
import { held, theme, top } from "./top";
import type { Frame } from "./wire";

async function start(): Promise<void> {
  theme();
  const map = new Map2();
  const actions = new Actions(map);
  const live = new Live((found) => take(found, actions));
  actions.live = live;

  try {
    await state.load();
  } catch (error) {
    byId("state").replaceChildren(
      h("h1", {}, "The explorer cannot show this model"),
      h("p", {}, String(error instanceof Error ? error.message : error)),
      h("p", {}, "Open the link that the server printed: it holds a token. If the server was started again, its link is new."),
    );
    return;
  }

  document.body.dataset.state = "ready";
  byId("state").hidden = true;
  map.placed();
  top(actions, map);
  left(actions, map);
  right(actions, map);
  bottom(actions);
  list(actions, map);
  keys(actions, map);
  state.on("colors labels selection spot", () => map.refresh());
  state.tell("facts", "labels", "selection", "spot", "colors", "python");
  void actions.advise();
  void listen((event) => void happened(event, actions, map), gone);
  Object.assign(window, { semivae: { state, map, live, actions } });
  performance.mark("painted");
}

function take(found: Frame<Answer>, actions: Actions): void {
  const { head } = found;
  if (head.error) {
    say(head.error);
    return;
  }
  if (head.kind === "path") actions.walked(found);
  else {
    actions.frames.set(head, found);
    state.spot = head;
    if (actions.pinning) {
      state.pinned = head;
      actions.pinning = false;
    }
  }
  state.tell(head.kind === "path" ? "path" : "spot");
}

async function happened(event: Happened, actions: Actions, map: Map2): Promise<void> {
  switch (event.kind) {
    case "hello":
      return;
    case "labels":
      actions.hear(event as unknown as Change);
      return;
    case "classes": {
      const target = state.facts.targets.find(({ name }) => name === event.target);
      if (target) target.classes = event.classes as string[];
      state.paint();
      state.tell("facts", "labels", "selection");
      return;
    }
    case "unusual":
      // Scores come block by block; all are read at the end, before that only if they are looked at.
      if (event.done === state.facts.rows || state.colorBy === "unusual") await state.loadUnusual();
      return;
    case "retraining":
      state.facts.retraining = event.state as Record<string, unknown>;
      state.tell("retraining");
      return;
    case "search":
      heardSearch(event.state as Record<string, unknown>, map);
      return;
    case "forecast":
      state.facts.forecasting = event.state as Record<string, unknown>;
      state.tell("forecast");
      return;
    case "version":
    case "map":
      await state.load();
      map.placed();
      state.pinned = state.spot = null;
      if (event.kind === "version") {
        actions.z = null; // it lies in another latent
        actions.amounts.clear();
      }
      state.tell("facts", "labels", "selection", "spot");
      if (event.kind === "version") {
        const { version, versions } = state.facts;
        const measured = versions.find(({ name }) => name === version)?.held_out;
        const before = byId("said").textContent!;
        say(`${before.startsWith("Retrained") ? `${before} ` : ""}Version ${version} is in use${measured ? `: ${held(measured)}` : ""}.`);
        await actions.advise();
      }
  }
}

let lost = false;

function gone(is: boolean): void {
  const banner = byId("gone");
  banner.hidden = !is;
  if (is)
    banner.textContent = `The server does not answer. Every label that was shown as saved is in ${state.facts.labels_file}. Start it again and open its new link.`;
  else if (lost) void state.load().then(() => state.tell("facts", "labels", "selection", "colors"));
  lost = is;
}

void start();
