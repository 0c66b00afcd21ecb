// One slider for each unit of the latent, in the order of their effect; and the class that a row is to have.

import type { Actions } from "./actions";
import { h, number } from "./dom";
import type { Map2 } from "./map";
import { decoded } from "./python";
import { state } from "./state";

const SHOWN = 10; // sliders before "more"

export function sliders(place: HTMLElement, actions: Actions, map: Map2): void {
  const classes = h("select", { id: "asclass" });
  const box = h("div", { className: "sliders" });
  const note = h("p", { className: "quiet" });
  let inputs: { unit: number; input: HTMLInputElement; text: HTMLOutputElement }[] = [];
  let moving = false;

  classes.onchange = () => {
    actions.code = classes.value === "" ? null : Number(classes.value);
    if (!actions.z) return;
    actions.decode({ z: actions.z });
    actions.did(decoded(actions.z, actions.code));
  };

  const build = (): void => {
    const { facts } = state;
    inputs = facts.units.map(({ unit, mean, deviation }, place) => {
      const text = h("output", {});
      const input = h("input", {
        type: "range",
        "aria-label": `Latent unit ${unit + 1}, ${place + 1}. by effect`,
        step: "any",
        min: String(mean - 4 * deviation),
        max: String(mean + 4 * deviation),
        value: String(actions.z?.[unit] ?? mean),
      });
      if (actions.z) text.textContent = actions.z[unit]!.toFixed(2);
      input.oninput = () => {
        if (!actions.z) actions.z = facts.units.slice().sort((a, b) => a.unit - b.unit).map((one) => one.mean);
        actions.z[unit] = Number(input.value);
        actions.did(decoded(actions.z, actions.code));
        text.textContent = Number(input.value).toFixed(2);
        moving = true;
        actions.decode({ z: actions.z });
        map.refresh();
      };
      input.onchange = () => (moving = false);
      return { unit, input, text };
    });
    const lines = inputs.map(({ unit, input, text }) => h("label", {}, h("span", {}, `z${unit + 1}`), input, text));
    const more = h("details", {}, h("summary", {}, `${lines.length - SHOWN} more`), ...lines.slice(SHOWN));
    box.replaceChildren(...lines.slice(0, SHOWN));
    if (lines.length > SHOWN) box.append(more);

    classes.replaceChildren(h("option", { value: "" }, "as is"), ...state.classes.map((name, code) => h("option", { value: String(code) }, name)));
    const hasClasses = Boolean(facts.learns && facts.targets[0]!.classes);
    note.textContent = !hasClasses
      ? ""
      : facts.takes_label
        ? "The decoder takes the class."
        : "This decoder takes no class: the point moves by the difference between the means of both classes.";
    place.replaceChildren(h("h2", {}, "Latent"), h("p", { className: "quiet" }, "Sliders move the pinned point (click the map to pin one); first those with most effect."), box);
    if (hasClasses) place.append(h("label", { className: "row" }, "Class ", classes), note);
  };
  const follow = (): void => {
    if (moving || !state.pinned || state.pinned !== state.spot) return;
    actions.z = state.pinned.z.slice();
    actions.amounts.clear();
    state.tell("pinned");
    for (const { unit, input, text } of inputs) {
      input.value = String(actions.z[unit]);
      text.textContent = actions.z[unit]!.toFixed(2);
    }
    actions.pinned();
    place.dataset.pinned = number(state.pinned.row ?? -1);
  };
  state.on("facts", build);
  state.on("spot", follow);
}
