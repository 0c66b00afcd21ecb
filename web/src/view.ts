// The part of the map that is seen, and the rows near a place.

import { state } from "./state";

export class View {
  x = 0;
  y = 0;
  scale = 100; // pixels of the page per unit of the map
  width = 1;
  height = 1;

  fit(): void {
    const { xy } = state;
    let [left, right, low, high] = [Infinity, -Infinity, Infinity, -Infinity];
    for (let i = 0; i < xy.length; i += 2) {
      left = Math.min(left, xy[i]!);
      right = Math.max(right, xy[i]!);
      low = Math.min(low, xy[i + 1]!);
      high = Math.max(high, xy[i + 1]!);
    }
    if (!Number.isFinite(left)) return;
    this.x = (left + right) / 2;
    this.y = (low + high) / 2;
    this.scale = 0.92 * Math.min(this.width / (right - left || 1), this.height / (high - low || 1));
  }

  toPage(x: number, y: number): [number, number] {
    return [(x - this.x) * this.scale + this.width / 2, this.height / 2 - (y - this.y) * this.scale];
  }

  toMap(px: number, py: number): [number, number] {
    return [(px - this.width / 2) / this.scale + this.x, (this.height / 2 - py) / this.scale + this.y];
  }

  zoom(factor: number, px = this.width / 2, py = this.height / 2): void {
    const [x, y] = this.toMap(px, py);
    this.scale = Math.min(Math.max(this.scale * factor, 1), 1e6);
    const [nx, ny] = this.toMap(px, py);
    this.x += x - nx;
    this.y += y - ny;
  }
}

const SIDE = 200;

// A grid of cells with their rows, so that the nearest row is found without looking at all.
export class Nearest {
  private starts = new Uint32Array(SIDE * SIDE + 1);
  private rows = new Uint32Array(0);
  private left = 0;
  private low = 0;
  private cell = 1;

  build(): void {
    const { xy } = state;
    const n = xy.length / 2;
    let [left, right, low, high] = [Infinity, -Infinity, Infinity, -Infinity];
    for (let i = 0; i < n; i++) {
      left = Math.min(left, xy[2 * i]!);
      right = Math.max(right, xy[2 * i]!);
      low = Math.min(low, xy[2 * i + 1]!);
      high = Math.max(high, xy[2 * i + 1]!);
    }
    this.left = left;
    this.low = low;
    this.cell = Math.max(right - left, high - low, 1e-9) / SIDE;
    const cells = new Uint32Array(n);
    const counts = new Uint32Array(SIDE * SIDE + 1);
    for (let i = 0; i < n; i++) {
      cells[i] = this.column(xy[2 * i]!) + SIDE * this.line(xy[2 * i + 1]!);
      counts[cells[i]! + 1]!++;
    }
    for (let i = 0; i < SIDE * SIDE; i++) counts[i + 1]! += counts[i]!;
    this.starts = counts.slice();
    this.rows = new Uint32Array(n);
    for (let i = 0; i < n; i++) this.rows[counts[cells[i]!]!++] = i;
  }

  private column = (x: number): number => Math.min(SIDE - 1, Math.max(0, Math.floor((x - this.left) / this.cell)));
  private line = (y: number): number => Math.min(SIDE - 1, Math.max(0, Math.floor((y - this.low) / this.cell)));

  // The nearest visible row within a radius; -1 for none.
  at(x: number, y: number, radius: number): number {
    const { xy } = state;
    let [best, nearest] = [radius * radius, -1];
    for (let j = this.line(y - radius); j <= this.line(y + radius); j++)
      for (let i = this.column(x - radius); i <= this.column(x + radius); i++)
        for (let k = this.starts[i + SIDE * j]!; k < this.starts[i + SIDE * j + 1]!; k++) {
          const row = this.rows[k]!;
          const away = (xy[2 * row]! - x) ** 2 + (xy[2 * row + 1]! - y) ** 2;
          if (away <= best && state.visible(row)) [best, nearest] = [away, row];
        }
    return nearest;
  }
}

// The visible rows inside a polygon on the map.
export function inside(polygon: [number, number][]): number[] {
  const xs = polygon.map(([x]) => x);
  const ys = polygon.map(([, y]) => y);
  const [left, right, low, high] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const rows: number[] = [];

  for (let row = 0; row < state.facts.rows; row++) {
    const [x, y] = [state.xy[2 * row]!, state.xy[2 * row + 1]!];
    if (x < left || x > right || y < low || y > high || !state.visible(row)) continue;
    let within = false;
    for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i++) {
      const [[xi, yi], [xj, yj]] = [polygon[i]!, polygon[j]!];
      if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) within = !within;
    }
    if (within) rows.push(row);
  }

  return rows;
}
