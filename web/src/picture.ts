// Small pictures and cells of rows.

import { isDark } from "./colors";
import { h } from "./dom";
import type { Numbers } from "./wire";

// Draws one image of 8 bits, with shape (H, W, 1 or 3); gray ones as ink on paper.
export function picture(values: Numbers, shape: number[], title: string, zoom = 1): HTMLCanvasElement {
  const [height, width, channels] = shape as [number, number, number];
  const canvas = h("canvas", { width, height, role: "img", "aria-label": title });
  const image = new ImageData(width, height);
  const flip = channels === 1 && !isDark();
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) {
      const value = values[channels * i + Math.min(c, channels - 1)]!;
      image.data[4 * i + c] = flip ? 255 - value : value;
    }
    image.data[4 * i + 3] = 255;
  }
  canvas.getContext("2d")!.putImageData(image, 0, 0);
  canvas.style.width = `${zoom * Math.max(1, Math.round(64 / width)) * width}px`;
  return canvas;
}

export interface Cell {
  name: string;
  text: string;
  unusual?: boolean;
}

// A table of one row; cells that differ from `beside` are told apart.
export function cells(row: Cell[], beside?: Cell[]): HTMLTableElement {
  const before = new Map(beside?.map(({ name, text }) => [name, text]));
  const lines = row.map(({ name, text, unusual }) => {
    const changed = before.has(name) && before.get(name) !== text;
    const words = unusual ? h("span", { className: "unusual" }, " unusual") : changed ? h("span", { className: "before" }, ` was ${before.get(name) || "missing"}`) : null;
    return h("tr", { className: unusual || changed ? "marked" : "" }, h("th", { scope: "row" }, name), h("td", {}, text || h("i", {}, "missing"), words));
  });
  return h("table", { className: "cells" }, h("tbody", {}, ...lines));
}
