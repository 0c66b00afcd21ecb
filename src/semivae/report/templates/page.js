
function csv(table) {
  const quoted = (cell) => {
    let text = cell.textContent.trim();
    if (/^[=+\-@]/.test(text) && Number.isNaN(Number(text))) text = "'" + text;
    return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [...table.rows].map((row) =>
    [...row.cells].filter((cell) => !cell.classList.contains("drawn")).map(quoted).join(",")).join("\n");
}

async function copy(button) {
  const text = csv(button.closest("figure").querySelector("table"));
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  button.textContent = "Copied";
  setTimeout(() => { button.textContent = "Copy as CSV"; }, 1500);
}

function themes(button) {
  const dark = () => document.documentElement.dataset.theme === "dark" ||
    (!document.documentElement.dataset.theme && matchMedia("(prefers-color-scheme: dark)").matches);
  button.addEventListener("click", () => { document.documentElement.dataset.theme = dark() ? "light" : "dark"; });
}

function paint(context, values, [channels, height, width], left = 0, top = 0) {
  const image = context.createImageData(width, height), size = width * height;
  for (let i = 0; i < size; i++) {
    for (let c = 0; c < 3; c++) image.data[4 * i + c] = 255 * values[channels === 3 ? c * size + i : i];
    image.data[4 * i + 3] = 255;
  }
  context.putImageData(image, left, top);
}

function short(formula, value) {
  if (formula.kind === "choice") return value;
  const shown = formula.whole ? Math.round(value) : Number(value.toPrecision(4));
  return shown.toLocaleString("en-US", { maximumFractionDigits: 6 });
}

// Whether rows are as far from the usual latent, by their covariance.
function usual(live, steps) {
  const distance = live.precision.reduce((sum, row, i) => sum + steps[i] * row.reduce((part, p, j) => part + p * steps[j], 0), 0);
  if (distance <= live.reach[0]) return "typical: many rows are here";
  return distance <= live.reach[1] ? "rare: few rows are out here" : "off the data: no row is out here, do not trust it";
}

// The state of the panel: a latent in standard deviations from the usual one, and a label.
function panel(live) {
  const layers = readDecoder(live), shape = live.formulas[0].shape;
  const byId = (id) => document.getElementById(id);
  const sliders = [...document.querySelectorAll("#sliders input")];
  const pad = byId("pad"), output = byId("decoded");
  const state = { steps: live.center.map(() => 0), label: 0 }, REACH = 3;
  const latent = (steps) => steps.map((step, d) => live.center[d] + step * live.spread[d]);

  // The place on the pad: how far a latent goes along each of its directions, which are at right angles.
  const place = (steps) => live.axes.map((axis) => {
    const length = axis.reduce((sum, part) => sum + part * part, 0);
    return axis.reduce((sum, part, d) => sum + part * steps[d] * live.spread[d], 0) / length;
  });
  const moved = (steps, to) => {
    const from = place(steps);
    return steps.map((step, d) => step +
      live.axes.reduce((sum, axis, k) => sum + (to[k] - from[k]) * axis[d], 0) / live.spread[d]);
  };

  function background() {
    const context = pad.getContext("2d"), style = getComputedStyle(document.body);
    context.clearRect(0, 0, pad.width, pad.height);
    if (!shape) {
      context.fillStyle = style.getPropertyValue("--none");
      for (const [x, y = 0] of live.dots) {
        context.beginPath();
        context.arc((pad.width / 2) * (1 + x / REACH), (pad.height / 2) * (1 - y / REACH), 3, 0, 7);
        context.fill();
      }
      context.strokeStyle = style.getPropertyValue("--rule");
      for (let k = 1; k < 6; k++) {
        context.strokeRect(0, (k * pad.height) / 6, pad.width, 0);
        context.strokeRect((k * pad.width) / 6, 0, 0, pad.height);
      }
      return;
    }
    const tiles = 9, [, height, width] = shape, small = document.createElement("canvas");
    small.width = tiles * width;
    small.height = tiles * height;
    for (let row = 0; row < tiles; row++) {
      for (let column = 0; column < tiles; column++) {
        const steps = moved(state.steps, [REACH * ((2 * column) / (tiles - 1) - 1), -REACH * ((2 * row) / (tiles - 1) - 1)]);
        paint(small.getContext("2d"), decode(live, layers, latent(steps), state.label), shape, column * width, row * height);
      }
    }
    context.imageSmoothingEnabled = false;
    context.drawImage(small, 0, 0, pad.width, pad.height);
  }

  // The pad has many pictures: it is drawn once a frame, however often a slider moves.
  let waiting = false;
  function later() {
    if (!waiting) requestAnimationFrame(() => { waiting = false; background(); });
    waiting = true;
  }

  function handle() {
    const knob = byId("knob");
    const at = (step) => 50 * (1 + Math.max(-1, Math.min(1, step / REACH)));
    const [x, y = 0] = place(state.steps);
    knob.style.left = `${at(x)}%`;
    knob.style.top = `${100 - at(y)}%`;
  }

  function show() {
    const values = decode(live, layers, latent(state.steps), state.label);
    if (shape) paint(output.getContext("2d"), values, shape);
    else live.formulas.forEach((formula, k) => { output.rows[k].cells[1].textContent = short(formula, values[k]); });
    byId("density").textContent = usual(live, state.steps);
    handle();
  }

  function set(steps, all) {
    state.steps = steps;
    sliders.forEach((slider) => { slider.value = steps[Number(slider.dataset.latent)]; });
    if (all) background();
    show();
  }

  sliders.forEach((slider) => slider.addEventListener("input", () => {
    const d = Number(slider.dataset.latent);
    state.steps[d] = Number(slider.value);
    later();
    show();
  }));
  const drag = (event) => {
    if (event.type === "pointermove" && !event.buttons) return;
    const box = pad.getBoundingClientRect();
    const to = [(2 * (event.clientX - box.left)) / box.width - 1, 1 - (2 * (event.clientY - box.top)) / box.height];
    set(moved(state.steps, to.map((share) => REACH * Math.max(-1, Math.min(1, share)))));
  };
  pad.addEventListener("pointerdown", (event) => { pad.setPointerCapture(event.pointerId); drag(event); });
  pad.addEventListener("pointermove", drag);
  document.querySelectorAll("#classes input").forEach((choice) => choice.addEventListener("change", () => {
    state.label = Number(choice.value);
    const jump = live.jumps[state.label];
    set(jump ? jump.map((z, d) => (z - live.center[d]) / live.spread[d]) : state.steps, true);
  }));
  byId("usual").addEventListener("click", () => set(live.center.map(() => 0), true));
  set(state.steps, true);
}

document.querySelectorAll("button.copy").forEach((button) => button.addEventListener("click", () => copy(button)));
themes(document.getElementById("theme"));
const found = document.getElementById("live");
if (found) panel(JSON.parse(found.textContent));
