// The foot of the page: accuracy against labels, the retraining that runs, the last message, the last line of Python.

import type { Actions } from "./actions";
import { byId, h, say, svg } from "./dom";
import { state, type Forecast, type HeldOut } from "./state";
import { held } from "./top";

export function bottom(actions: Actions): void {
  const chart = h("figure", { id: "chart" });
  const bar = h("progress", { max: 1, value: 0, "aria-label": "Retraining" });
  const words = h("span", { id: "progress" });
  const cancel = h("button", { id: "cancel", onclick: () => actions.cancel() }, "Cancel");
  const run = h("div", { id: "run", hidden: true }, bar, words, cancel);
  const code = h("code", { id: "python", tabIndex: 0, title: "The last action in Python" });
  const copy = h("button", { id: "copy" }, "Copy Python");
  copy.onclick = async () => {
    try {
      await navigator.clipboard.writeText(actions.python);
      say("Copied.");
    } catch {
      getSelection()?.selectAllChildren(code);
      say("The line is selected: press Ctrl+C.");
    }
  };
  const plot = h("div", {});
  const foresee = h("button", { id: "foresee" }, "Forecast");
  const foreseen = h("p", { id: "foreseen", className: "quiet", role: "status" });
  chart.append(plot, foresee);
  byId("bottom").append(chart, h("div", { id: "foot" }, run, foreseen, h("p", { id: "said", role: "status", "aria-live": "polite" }), h("div", { className: "row" }, code, copy)));

  let losses: number[] = [];
  let live: HeldOut | undefined;
  state.on("python", () => (code.textContent = shortened(actions.python)));
  state.on("retraining", () => {
    const now = state.facts.retraining as Record<string, number & string & HeldOut> | null;
    if (!now) return;
    const going = ["started", "epoch", "fold"].includes(now.kind!);
    run.hidden = !going;
    if (now.kind === "started") [losses, live] = [[], undefined];
    if (now.kind === "epoch") losses.push(now.loss!);
    if (now.kind === "fold") live = now.held_out;
    bar.value = now.kind === "epoch" ? (0.6 * now.epoch!) / now.epochs! : now.kind === "fold" ? 0.6 + (0.4 * now.fold!) / now.folds! : 0;
    words.textContent = describe(now, losses, live);
    if (now.kind === "failed") say(`Retraining failed: ${now.message}`);
    if (now.kind === "canceled") say("Retraining was canceled; the version in use stays.");
    if (now.kind === "done") say(`Retrained in ${now.elapsed} s.`);
    drawChart(plot, live);
  });
  let wanted = false; // once asked for, a new version is forecast, too
  foresee.onclick = () => {
    wanted = foresee.textContent === "Forecast";
    void (wanted ? actions.foresee() : actions.leave("forecast"));
  };
  const describeForecast = (): void => {
    const now = state.facts.forecasting;
    if (now?.kind === "curve") state.facts.forecast = now as unknown as Forecast;
    const going = now?.kind === "started" || now?.kind === "fit";
    foresee.textContent = going ? "Stop" : "Forecast";
    foresee.hidden = !state.facts.learns || several() || (!going && Boolean(state.facts.forecast));
    foresee.title = "What more labels would bring: the model is fitted to parts of the labels";
    foreseen.textContent = going
      ? `Forecast: ${now.kind === "fit" ? `fit ${now.fit} of ${now.fits}` : "starts"} ...`
      : now?.kind === "failed"
        ? `No forecast: ${now.message}`
        : state.facts.forecast
          ? `Forecast: ${state.facts.forecast.sentence}.`
          : "";
    drawChart(plot, live);
  };
  state.on("forecast", describeForecast);
  state.on("facts", () => {
    if (!state.facts.forecast && !state.facts.forecasting && wanted) void actions.foresee();
    describeForecast();
  });
  state.on("labels", () => drawChart(plot, live));
  if (state.facts.retraining) state.tell("retraining");
}

const several = (): boolean => state.facts.targets.length > 1;

// A line over thousands of rows is shown in part; it is copied whole.
const shortened = (python: string): string => (python.length > 400 ? `${python.slice(0, 300)} ... (${python.length.toLocaleString("en-US")} characters are copied)` : python);

function describe(now: Record<string, unknown>, losses: number[], live?: HeldOut): string {
  const loss = losses.length ? `loss ${losses[losses.length - 1]!.toPrecision(4)}` : "";
  const measure = live ? `the network alone, so far: ${held(live)}` : "";
  if (now.kind === "started") return "retraining: reading the labels ...";
  if (now.kind === "epoch" && now.epoch === now.epochs) return `trained · ${loss} · now measured on labels held out ...`;
  if (now.kind === "epoch") {
    const left = ((now.elapsed as number) / (now.epoch as number)) * ((now.epochs as number) - (now.epoch as number));
    return `retraining: epoch ${now.epoch} of ${now.epochs} · about ${Math.ceil(left)} s left · ${loss}`;
  }
  return `fold ${now.fold} of ${now.folds} · ${loss} · ${measure}`;
}

const [W, H, LEFT, LOW] = [300, 92, 34, 18];

// Each version is a point with its interval; the one that is measured now is hollow; the forecast is dashed.
function drawChart(place: HTMLElement, live?: HeldOut): void {
  const { facts } = state;
  const points = facts.versions
    .filter((version) => version.held_out)
    .map((version) => ({ x: version.labels ?? 0, ...version.held_out!, now: false, name: version.name }));
  const labels = Math.max(0, ...Object.values(facts.counts));
  const kind = facts.retraining?.kind;
  if (live && (kind === "fold" || kind === "epoch")) points.push({ x: labels, ...live, now: true, name: "now" });
  const words = points[0]?.measure === "R2" ? "R² by labels" : "Accuracy by labels";
  if (!points.length) {
    const reason = facts.learns ? "It appears after a retraining, if the model holds labels out." : "This model learns from no label.";
    place.replaceChildren(h("figcaption", {}, words), h("p", { className: "quiet" }, reason));
    return;
  }
  const forecast = facts.forecast?.curve ?? [];
  const right = 1.1 * Math.max(labels, ...points.map(({ x }) => x), ...forecast.map((one) => one.labels), 1);
  const bottom = Math.max(0, Math.min(0.9, ...points.map(({ low }) => low), ...forecast.map(({ low }) => low)));
  const px = (x: number): number => LEFT + (x / right) * (W - LEFT - 8);
  const py = (y: number): number => H - LOW - ((y - bottom) / (1 - bottom || 1)) * (H - LOW - 8);
  const parts: SVGElement[] = [
    svg("line", { x1: LEFT, x2: W, y1: H - LOW, y2: H - LOW, class: "axis" }),
    word(LEFT - 4, py(1) + 4, "1.0", "end"),
    word(LEFT - 4, H - LOW, bottom.toFixed(2), "end"),
    word(px(labels), H - 4, `${labels} labels`, "middle"),
    svg("line", { x1: px(labels), x2: px(labels), y1: 6, y2: H - LOW, class: "grid" }),
    svg("polyline", { points: points.map(({ x, value }) => `${px(x)},${py(value)}`).join(" "), class: "line" }),
  ];
  if (forecast.length) {
    const ends = [...forecast.map(({ labels: x, high }) => [x, Math.min(high, 1)]), ...forecast.map(({ labels: x, low }) => [x, Math.max(low, bottom)]).reverse()];
    parts.push(
      svg("polygon", { points: ends.map(([x, y]) => `${px(x!)},${py(y!)}`).join(" "), class: "band" }),
      svg("polyline", { points: forecast.map(({ labels: x, value }) => `${px(x)},${py(Math.max(value, bottom))}`).join(" "), class: "forecast" }),
    );
  }
  for (const { x, value, low, high, now } of points)
    parts.push(
      svg("line", { x1: px(x), x2: px(x), y1: py(Math.max(low, bottom)), y2: py(Math.min(high, 1)), class: "interval" }),
      svg("circle", { cx: px(x), cy: py(value), r: 4, class: now ? "now" : "point" }),
    );
  const told = points.map(({ name, x, value }) => `${name}: ${value.toFixed(2)} with ${x} labels`).join("; ");
  place.replaceChildren(h("figcaption", {}, words), svg("svg", { viewBox: `0 0 ${W} ${H}`, width: W, height: H, role: "img", "aria-label": `${words}. ${told}` }, ...parts));
}

function word(x: number, y: number, text: string, anchor: string): SVGElement {
  const element = svg("text", { x: Math.min(x, W - 24), y, "text-anchor": anchor });
  element.textContent = text;
  return element;
}
