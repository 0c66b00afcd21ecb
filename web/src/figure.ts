// The map as a figure: the points that are seen, with their legend.

import { isDark } from "./colors";
import { short, svg } from "./dom";
import { state } from "./state";
import type { View } from "./view";

const SVG_MOST = 20_000; // points that a drawing program still opens

const css = (color: number): string => `#${[color, color >> 8, color >> 16].map((v) => (v & 255).toString(16).padStart(2, "0")).join("")}`;

export async function figure(view: View, kind: "svg" | "png"): Promise<Blob> {
  const drawing = draw(view);
  const text = `<?xml version="1.0" encoding="UTF-8"?>\n${new XMLSerializer().serializeToString(drawing)}`;
  if (kind === "svg") return new Blob([text], { type: "image/svg+xml" });

  const image = new Image();
  image.src = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
  await image.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [2 * view.width, 2 * view.height];
  canvas.getContext("2d")!.drawImage(image, 0, 0, canvas.width, canvas.height);
  URL.revokeObjectURL(image.src);
  return new Promise((resolve, reject) => canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no picture")))));
}

function draw(view: View): SVGElement {
  const ink = isDark() ? "#F2F2F2" : "#111111";
  const { width, height } = view;
  const seen: number[] = [];
  for (let row = 0; row < state.facts.rows; row++) {
    const [x, y] = view.toPage(state.xy[2 * row]!, state.xy[2 * row + 1]!);
    if (state.visible(row) && x > -5 && y > -5 && x < width + 5 && y < height + 5) seen.push(row);
  }
  const step = Math.max(1, Math.ceil(seen.length / SVG_MOST));
  const size = seen.length > 4000 ? 1.2 : 2.4;
  const points = seen
    .filter((_, i) => i % step === 0)
    .map((row) => {
      const [cx, cy] = view.toPage(state.xy[2 * row]!, state.xy[2 * row + 1]!).map((v) => v.toFixed(1)) as [string, string];
      const known = !Number.isNaN(state.label[row]!);
      const frame: Record<string, string | number> = known ? { stroke: ink, "stroke-width": 0.8 } : {};
      return svg("circle", { cx, cy, r: known ? size + 1 : size, fill: css(state.colors[row]!), ...frame });
    });
  const root = svg("svg", { xmlns: "http://www.w3.org/2000/svg", width, height, viewBox: `0 0 ${width} ${height}` });
  root.append(svg("rect", { width, height, fill: isDark() ? "#14171A" : "#FFFFFF" }), ...points, ...legend(ink));
  return root;
}

function legend(ink: string): SVGElement[] {
  const { entries, ramp } = state.legend;
  const word = (text: string, y: number): SVGElement => {
    const element = svg("text", { x: 28, y, "font-family": "sans-serif", "font-size": 12, fill: ink });
    element.textContent = text;
    return element;
  };
  const lines = entries
    .filter(({ code }) => !state.hidden.has(code))
    .flatMap(({ name, color }, i) => [svg("circle", { cx: 16, cy: 16 + 18 * i, r: 5, fill: color }), word(name, 20 + 18 * i)]);
  if (ramp) lines.push(word(`${ramp.words}: ${short(ramp.low)} to ${short(ramp.high)}`, 24 + 18 * entries.length));
  return lines;
}
