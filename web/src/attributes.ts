// One slider for each attribute: it moves the pinned row along the direction in which the attribute grows.

import type { Actions } from "./actions";
import { h } from "./dom";
import { state } from "./state";

const SHOWN = 6; // sliders before "more"
const FAR = 4; // standard deviations to each side

export function attributes(place: HTMLElement, actions: Actions): void {
  let inputs: HTMLInputElement[] = [];

  const build = (): void => {
    const lines = state.directions.map((direction) => {
      const text = h("output", {}, "0.0");
      const input = h("input", { type: "range", min: String(-FAR), max: String(FAR), step: "0.1", value: "0", "aria-label": direction.name, "data-attribute": direction.name });
      input.oninput = () => {
        text.textContent = Number(input.value).toFixed(1);
        actions.edit(direction, Number(input.value));
      };
      return h("label", { title: direction.name }, h("span", {}, direction.name), input, text);
    });
    inputs = lines.map((line) => line.querySelector("input")!);
    const words = lines.length
      ? "They move the pinned row toward more of an attribute, in standard deviations. Pin a row first: click a point."
      : "There is none: attributes are columns of a table, and classes that have labels.";
    place.replaceChildren(h("h2", {}, "Attributes"), h("p", { className: "quiet" }, words), h("div", { className: "sliders wide" }, ...lines.slice(0, SHOWN)));
    if (lines.length > SHOWN)
      place.append(h("details", { className: "sliders wide" }, h("summary", {}, `${lines.length - SHOWN} more`), ...lines.slice(SHOWN)));
    enable();
  };
  // A new pin is moved from where it is.
  const enable = (): void => {
    for (const input of inputs) {
      input.disabled = !actions.z;
      input.value = "0";
      input.parentElement!.querySelector("output")!.textContent = "0.0";
    }
  };
  state.on("directions", build);
  state.on("pinned", enable);
  build();
}
