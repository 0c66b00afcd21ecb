// The map: points on one canvas, drawn pixel by pixel, and everything that moves on another above it.

import { isDark, pixel } from "./colors";
import { byId, say } from "./dom";
import { state } from "./state";
import { inside, Nearest, View } from "./view";

export type Tool = "pan" | "lasso" | "path";

const GLIDE = 400;
const calm = matchMedia("(prefers-reduced-motion: reduce)");

export class Map2 {
  readonly view = new View();
  readonly nearest = new Nearest();
  tool: Tool = "pan";
  private readonly base = byId<HTMLCanvasElement>("points");
  private readonly over = byId<HTMLCanvasElement>("over");
  private readonly mini = byId<HTMLCanvasElement>("minimap");
  private image!: ImageData;
  private pixels!: Uint32Array;
  private dirty = true;
  private started = 0;
  private polygon: [number, number][] = [];
  private ends: [number, number][] = [];
  private density: HTMLCanvasElement | null = null;
  pointer: [number, number] | null = null;
  drawn = 0; // frames drawn so far
  private moved = false; // whether the person zoomed or moved the map
  onPointer: (place: [number, number], row: number) => void = () => {};
  onPin: (place: [number, number], row: number) => void = () => {};
  onSelect: (rows: number[], add: boolean) => void = () => {};
  onPath: (from: [number, number], to: [number, number]) => void = () => {};

  constructor() {
    new ResizeObserver(() => this.resize()).observe(this.over.parentElement!);
    this.listen();
    const loop = (): void => {
      if (this.dirty) this.draw();
      requestAnimationFrame(loop);
    };
    requestAnimationFrame(loop);
  }

  private resize(): void {
    const box = this.over.parentElement!.getBoundingClientRect();
    if (!box.width || !box.height) return;
    const ratio = Math.min(devicePixelRatio || 1, 2);
    for (const canvas of [this.base, this.over]) {
      canvas.width = Math.round(box.width * ratio);
      canvas.height = Math.round(box.height * ratio);
    }
    this.image = this.base.getContext("2d")!.createImageData(this.base.width, this.base.height);
    this.pixels = new Uint32Array(this.image.data.buffer);
    this.view.width = box.width;
    this.view.height = box.height;
    if (!this.moved && state.facts) this.view.fit();
    this.refresh();
  }

  // New places: points glide there, unless the person prefers calm.
  placed(): void {
    const glides = state.from.length > 0 && state.from.length === state.xy.length && !calm.matches;
    if (!this.moved) this.view.fit();
    this.started = glides ? performance.now() : 0;
    this.nearest.build();
    this.density = null;
    this.refresh();
  }

  refresh(): void {
    this.dirty = true;
  }

  private places(): Float32Array {
    const share = this.started ? (performance.now() - this.started) / GLIDE : 1;
    if (share >= 1) {
      this.started = 0;
      return state.xy;
    }
    const eased = share * share * (3 - 2 * share);
    const found = new Float32Array(state.xy.length);
    for (let i = 0; i < found.length; i++) found[i] = state.from[i]! + eased * (state.xy[i]! - state.from[i]!);
    return found;
  }

  private draw(): void {
    this.dirty = false;
    if (!this.image || !state.facts) return;
    this.drawn++;
    this.drawPoints(this.places());
    this.drawOver();
    this.drawMini();
    if (this.started) this.dirty = true;
  }

  private drawPoints(xy: Float32Array): void {
    const { width, height } = this.base;
    const ratio = width / this.view.width;
    const { pixels } = this;
    const n = state.facts.rows;
    const size = Math.max(2, Math.round((n > 30_000 ? 2 : n > 4_000 ? 3 : 5) * ratio * Math.min(3, Math.max(1, this.view.scale / 400))));
    const edge = pixel(isDark() ? "#FFFFFF" : "#111111");
    const scale = this.view.scale * ratio;
    const [ox, oy] = [width / 2 - this.view.x * scale, height / 2 + this.view.y * scale];
    const labels = state.label;

    const square = (px: number, py: number, side: number, color: number): void => {
      const x0 = Math.max(0, px - (side >> 1));
      const x1 = Math.min(width, px - (side >> 1) + side);
      const y1 = Math.min(height, py - (side >> 1) + side);
      if (x1 <= x0) return;
      // For a few pixels, a loop is faster than a call that fills them.
      for (let y = Math.max(0, py - (side >> 1)); y < y1; y++)
        for (let at = y * width + x0; at < y * width + x1; at++) pixels[at] = color;
    };

    pixels.fill(0);
    // Rows are passed over in steps, so that no class lies on top of all others because it comes last.
    const step = coprime(n);
    for (let k = 0, row = 0; k < n; k++, row = (row + step) % n) {
      const color = state.colors[row]!;
      if (!color) continue;
      const px = Math.round(ox + xy[2 * row]! * scale);
      const py = Math.round(oy - xy[2 * row + 1]! * scale);
      if (px < -8 || py < -8 || px > width + 8 || py > height + 8) continue;
      square(px, py, size, color);
    }
    // Labeled and selected points are framed, and lie above the others.
    const some = state.selected.size > 0;
    for (let row = 0; row < n; row++) {
      const selected = some && state.selected.has(row);
      if (!state.colors[row] || (!selected && Number.isNaN(labels[row]!))) continue;
      const px = Math.round(ox + xy[2 * row]! * scale);
      const py = Math.round(oy - xy[2 * row + 1]! * scale);
      square(px, py, size + (selected ? 6 : 4), edge);
      if (selected) square(px, py, size + 4, pixel(isDark() ? "#111111" : "#FFFFFF"));
      square(px, py, size + 2, state.colors[row]!);
    }
    this.base.getContext("2d")!.putImageData(this.image, 0, 0);
  }

  private drawOver(): void {
    const context = this.over.getContext("2d")!;
    const ratio = this.over.width / this.view.width;
    const ink = isDark() ? "#F2F2F2" : "#111111";
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, this.view.width, this.view.height);
    context.lineWidth = 1.5;
    context.strokeStyle = ink;

    const ring = (place: readonly [number, number], radius: number): void => {
      const [x, y] = this.view.toPage(...place);
      context.beginPath();
      context.arc(x, y, radius, 0, 2 * Math.PI);
      context.stroke();
    };

    if (state.hovered >= 0) ring([state.xy[2 * state.hovered]!, state.xy[2 * state.hovered + 1]!], 9);
    for (const [i, { row }] of state.suggestions.entries()) {
      if (!state.visible(row)) continue;
      const [x, y] = this.view.toPage(state.xy[2 * row]!, state.xy[2 * row + 1]!);
      context.setLineDash([3, 2]);
      context.strokeRect(x - 8, y - 8, 16, 16);
      context.setLineDash([]);
      this.word(context, String(i + 1), x + 10, y - 4, ink);
    }
    for (const { place, reason, rank } of state.facts.search.designs ?? []) {
      const [x, y] = this.view.toPage(...place);
      context.beginPath();
      for (const [dx, dy] of [[0, -6], [6, 0], [0, 6], [-6, 0]] as const) context.lineTo(x + dx, y + dy);
      context.closePath();
      context.fillStyle = reason ? (isDark() ? "#14171A" : "#FFFFFF") : ink;
      context.fill();
      context.stroke();
      if (reason) {
        context.moveTo(x - 7, y + 7);
        context.lineTo(x + 7, y - 7);
        context.stroke();
      }
      if (rank) this.word(context, `d${rank}`, x + 9, y + 4, ink);
    }
    if (state.pinned) {
      const [x, y] = this.view.toPage(...state.pinned.place);
      context.beginPath();
      context.moveTo(x - 10, y);
      context.lineTo(x + 10, y);
      context.moveTo(x, y - 10);
      context.lineTo(x, y + 10);
      context.stroke();
      ring(state.pinned.place, 6);
    }
    if (state.spot && state.spot !== state.pinned && this.pointer) ring(state.spot.place, 4);
    this.line(context, this.polygon, true);
    this.line(context, this.ends, false);
    for (const end of this.ends) ring(end, 4);
  }

  private word(context: CanvasRenderingContext2D, text: string, x: number, y: number, ink: string): void {
    context.font = "600 11px system-ui, sans-serif";
    context.lineWidth = 3;
    context.strokeStyle = isDark() ? "#14171A" : "#FFFFFF";
    context.strokeText(text, x, y);
    context.lineWidth = 1.5;
    context.strokeStyle = context.fillStyle = ink;
    context.fillText(text, x, y);
  }

  private line(context: CanvasRenderingContext2D, places: [number, number][], closed: boolean): void {
    if (places.length < 2) return;
    context.beginPath();
    for (const place of places) context.lineTo(...this.view.toPage(...place));
    if (closed) {
      context.closePath();
      context.fillStyle = isDark() ? "#ffffff1c" : "#0072b21c";
      context.fill();
    }
    context.stroke();
  }

  private drawMini(): void {
    const context = this.mini.getContext("2d")!;
    const { width, height } = this.mini;
    this.density ??= densityOf(width, height);
    context.clearRect(0, 0, width, height);
    context.drawImage(this.density, 0, 0);
    const frame = frameOf(width, height);
    const [left, top] = this.view.toMap(0, 0);
    const [right, low] = this.view.toMap(this.view.width, this.view.height);
    context.strokeStyle = isDark() ? "#8CCFF5" : "#0072B2";
    context.lineWidth = 2;
    const [x0, y0] = [frame.px(left), frame.py(top)];
    context.strokeRect(x0, y0, frame.px(right) - x0, frame.py(low) - y0);
  }

  private listen(): void {
    const { over } = this;
    let held: { x: number; y: number; moved: boolean; button: boolean } | null = null;
    const fingers = new Map<number, [number, number]>();
    let spread = 0;
    const at = (event: PointerEvent | WheelEvent): [number, number] => {
      const box = over.getBoundingClientRect();
      return [event.clientX - box.left, event.clientY - box.top];
    };

    over.addEventListener("pointerdown", (event) => {
      const [x, y] = at(event);
      over.focus({ preventScroll: true });
      over.setPointerCapture(event.pointerId);
      fingers.set(event.pointerId, [x, y]);
      spread = 0;
      held = { x, y, moved: false, button: event.button === 0 };
      if (this.tool === "lasso") this.polygon = [this.view.toMap(x, y)];
    });
    over.addEventListener("pointermove", (event) => {
      const [x, y] = at(event);
      if (fingers.has(event.pointerId)) fingers.set(event.pointerId, [x, y]);
      if (fingers.size === 2) {
        const [one, two] = [...fingers.values()] as [[number, number], [number, number]];
        const now = Math.hypot(one[0] - two[0], one[1] - two[1]);
        if (spread) this.zoom(now / spread, (one[0] + two[0]) / 2, (one[1] + two[1]) / 2);
        spread = now;
        this.refresh();
      } else if (held && this.tool === "lasso") {
        this.polygon.push(this.view.toMap(x, y));
        held.moved = true;
      } else if (held) {
        if (Math.hypot(x - held.x, y - held.y) > 3 || held.moved) {
          this.moved = true;
          this.view.x -= (x - held.x) / this.view.scale;
          this.view.y += (y - held.y) / this.view.scale;
          held = { x, y, moved: true, button: held.button };
        }
      } else this.point(x, y);
      this.refresh();
    });
    const release = (event: PointerEvent): void => {
      const [x, y] = at(event);
      fingers.delete(event.pointerId);
      if (!held) return;
      const { moved } = held;
      held = null;
      if (this.tool === "lasso" && moved) this.closeLasso(event.shiftKey);
      else if (!moved) this.press(x, y, event.shiftKey);
      this.polygon = [];
      this.refresh();
    };
    over.addEventListener("pointerup", release);
    over.addEventListener("pointercancel", release);
    over.addEventListener("pointerleave", () => {
      if (held) return;
      state.hovered = -1;
      this.pointer = null;
      this.refresh();
      state.tell("hover");
    });
    over.addEventListener(
      "wheel",
      (event) => {
        event.preventDefault();
        this.zoom(Math.exp(-event.deltaY * 0.0015), ...at(event));
      },
      { passive: false },
    );
    over.addEventListener("keydown", (event) => this.key(event));
    this.mini.addEventListener("pointerdown", (event) => {
      const box = this.mini.getBoundingClientRect();
      const frame = frameOf(this.mini.width, this.mini.height);
      const [x, y] = [event.clientX - box.left, event.clientY - box.top].map((v) => (v * this.mini.width) / box.width) as [number, number];
      this.moved = true;
      this.view.x = frame.x(x);
      this.view.y = frame.y(y);
      this.refresh();
    });
  }

  private closeLasso(add: boolean): void {
    if (this.polygon.length > 2) this.onSelect(inside(this.polygon), add);
  }

  private point(px: number, py: number): void {
    this.pointer = [px, py];
    const [x, y] = this.view.toMap(px, py);
    const row = this.nearest.at(x, y, 10 / this.view.scale);
    state.hovered = row;
    this.onPointer([x, y], row);
  }

  private press(px: number, py: number, shift: boolean): void {
    const place = this.view.toMap(px, py);
    const row = this.nearest.at(...place, 12 / this.view.scale);

    if (this.tool === "path") {
      this.ends = this.ends.length === 1 ? [this.ends[0]!, place] : [place];
      if (this.ends.length === 2) this.onPath(this.ends[0]!, this.ends[1]!);
      else say("Click the other end of the path.");
      return;
    }
    if (row >= 0) this.onSelect([row], shift);
    this.onPin(place, row);
  }

  setTool(tool: Tool): void {
    this.tool = tool;
    if (tool !== "path") this.ends = [];
    this.over.dataset.tool = tool;
    this.refresh();
  }

  whole(): void {
    this.moved = false;
    this.view.fit();
    this.refresh();
  }

  zoom(factor: number, px?: number, py?: number): void {
    this.moved = true;
    this.view.zoom(factor, px, py);
    this.refresh();
  }

  // Arrows move the pointer, with Shift the map; Enter presses, Space begins or ends a lasso by its corners.
  private key(event: KeyboardEvent): void {
    const moves: Record<string, [number, number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const move = moves[event.key];
    const [x, y] = this.pointer ?? [this.view.width / 2, this.view.height / 2];

    if (move && event.shiftKey) {
      this.moved = true;
      this.view.x += (move[0] * 60) / this.view.scale;
      this.view.y -= (move[1] * 60) / this.view.scale;
      this.refresh();
    } else if (move) {
      this.point(Math.min(Math.max(x + 12 * move[0], 0), this.view.width), Math.min(Math.max(y + 12 * move[1], 0), this.view.height));
      state.tell("hover");
    } else if (event.key === "Enter") this.press(x, y, event.shiftKey);
    else if (event.key === " " && this.tool === "lasso") {
      this.polygon.push(this.view.toMap(x, y));
      say(`Corner ${this.polygon.length} of the lasso; Escape closes it.`);
    } else if (event.key === "Escape" && this.polygon.length) {
      this.closeLasso(event.shiftKey);
      this.polygon = [];
    } else if (event.key === "+" || event.key === "=") this.zoom(1.3);
    else if (event.key === "-") this.zoom(1 / 1.3);
    else return;

    event.preventDefault();
    event.stopPropagation();
    this.refresh();
  }

  center(row: number): void {
    this.moved = true;
    [this.view.x, this.view.y] = [state.xy[2 * row]!, state.xy[2 * row + 1]!];
    state.hovered = row;
    this.refresh();
  }
}

function coprime(n: number): number {
  const common = (a: number, b: number): number => (b ? common(b, a % b) : a);
  for (let step = Math.floor(n * 0.618) || 1; ; step++) if (common(step, n) === 1 || n < 2) return step;
}

function frameOf(width: number, height: number) {
  const whole = new View();
  whole.width = width;
  whole.height = height;
  whole.fit();
  return {
    px: (x: number) => whole.toPage(x, 0)[0],
    py: (y: number) => whole.toPage(0, y)[1],
    x: (px: number) => whole.toMap(px, 0)[0],
    y: (py: number) => whole.toMap(0, py)[1],
  };
}

// How many rows are where, as gray.
function densityOf(width: number, height: number): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [width, height];
  const context = canvas.getContext("2d")!;
  const image = context.createImageData(width, height);
  const counts = new Float32Array(width * height);
  const frame = frameOf(width, height);
  for (let i = 0; i < state.xy.length; i += 2) {
    const [x, y] = [Math.floor(frame.px(state.xy[i]!)), Math.floor(frame.py(state.xy[i + 1]!))];
    if (x >= 0 && y >= 0 && x < width && y < height) counts[y * width + x]!++;
  }
  const most = counts.reduce((a, b) => Math.max(a, b), 1);
  const shade = isDark() ? 230 : 40;
  counts.forEach((count, i) => {
    image.data.fill(shade, 4 * i, 4 * i + 3);
    image.data[4 * i + 3] = count ? 60 + 195 * Math.sqrt(count / most) : 0;
  });
  context.putImageData(image, 0, 0);
  return canvas;
}
