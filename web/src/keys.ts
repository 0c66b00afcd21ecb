// The keys of the page; none acts while a person writes.

import type { Actions } from "./actions";
import { byId } from "./dom";
import type { Map2 } from "./map";
import { state } from "./state";
import { openHelp } from "./top";

export function keys(actions: Actions, map: Map2): void {
  const tool = (name: "pan" | "lasso" | "path") => (): void => {
    map.setTool(name);
    state.tell("tool");
  };
  const bound: Record<string, () => void> = {
    u: () => void actions.undo(),
    U: () => void actions.undo(true),
    l: tool("lasso"),
    p: tool("path"),
    m: tool("pan"),
    s: () => byId("search").focus(),
    n: () => actions.next(),
    r: () => void actions.retrain(),
    e: () => {
      const menu = byId<HTMLDetailsElement>("export");
      menu.open = true;
      menu.querySelector("button")!.focus();
    },
    v: () => byId("listbutton").click(),
    "?": openHelp,
    "0": () => void actions.label(null),
    Escape: () => actions.select([]),
  };
  document.addEventListener("keydown", (event) => {
    const writes = (event.target as HTMLElement).closest("input:not([type=checkbox]):not([type=radio]):not([type=range]), select, textarea, dialog[open]");
    if (writes || event.ctrlKey || event.metaKey || event.altKey) return;

    if (/^[1-9]$/.test(event.key) && state.goal.classes) {
      if (Number(event.key) <= state.classes.length) void actions.label(Number(event.key) - 1);
    } else if (bound[event.key]) bound[event.key]!();
    else return;
    event.preventDefault();
  });
}
