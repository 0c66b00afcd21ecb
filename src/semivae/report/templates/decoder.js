"use strict";

// Weights are float16: two bytes hold a sign, five bits of an exponent, and ten of a fraction.
function half(bits) {
  const sign = bits & 0x8000 ? -1 : 1, exponent = (bits >> 10) & 31, fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

function readDecoder(live) {
  const bytes = Uint8Array.from(atob(live.weights), (letter) => letter.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  let place = 0;
  const take = (count) => Float32Array.from({ length: count }, () => half(view.getUint16(2 * place++, true)));
  return live.sizes.map(([inputs, outputs]) => ({
    inputs, outputs, weight: take(inputs * outputs), bias: take(outputs),
  }));
}

function features(layers, input) {
  let h = Float64Array.from(input);
  layers.forEach((layer, position) => {
    const next = Float64Array.from(layer.bias);
    for (let i = 0; i < layer.outputs; i++) {
      let sum = next[i];
      for (let j = 0; j < layer.inputs; j++) sum += layer.weight[i * layer.inputs + j] * h[j];
      next[i] = position + 1 < layers.length ? Math.max(0, sum) : sum;
    }
    h = next;
  });
  return h;
}

const softplus = (x) => (x > 30 ? x : Math.log1p(Math.exp(x)));
const sigmoid = (x) => 1 / (1 + Math.exp(-x));

// Straight pieces between knots; the first and the last go on.
function straight(x, [start, end]) {
  let k = 0;
  while (k < start.length - 2 && x >= start[k + 1]) k++;
  return end[k] + ((end[k + 1] - end[k]) / (start[k + 1] - start[k])) * (x - start[k]);
}

function number(formula, h) {
  const rest = formula.table ? straight(h[formula.at], formula.table) : h[formula.at];
  const spikes = formula.spikes || [];
  const most = Math.max(0, ...spikes.map(([place]) => h[place]));
  let total = Math.exp(-most), sum = total * rest;
  for (const [place, value] of spikes) {
    const share = Math.exp(h[place] - most);
    total += share;
    sum += share * value;
  }
  return formula.center + (formula.scale * sum) / total;
}

function choice(formula, h) {
  let best = 0;
  formula.names.forEach((_, k) => { if (h[formula.at + k] > h[formula.at + best]) best = k; });
  return formula.names[best];
}

function pixels(formula, h) {
  if (formula.form === "sigmoid") return Array.from(h, sigmoid);
  if (formula.form === "plain") return Array.from(h, (x) => Math.min(1, Math.max(0, x)));
  const { scale, last } = formula;
  if (last > 32) return Array.from(h, (x) => scale * (softplus(x / scale) - softplus((x - 1) / scale)));
  return Array.from(h, (x) => {
    let sum = 0;
    for (let level = 0; level < last; level++) sum += sigmoid((x - (level + 0.5) / last) / scale);
    return sum / last;
  });
}

// One value for each column, or all pixels of an image from 0 to 1.
function decode(live, layers, z, label) {
  const point = Array.from({ length: live.labels }, (_, k) => (k === label ? 1 : 0));
  const h = features(layers, [...z, ...point]);
  if (live.formulas[0].kind === "pixels") return pixels(live.formulas[0], h);
  return live.formulas.map((formula) => {
    if (formula.kind === "choice") return choice(formula, h);
    if (formula.kind === "number") return number(formula, h);
    const free = formula.bound - formula.mean - formula.deviation * h[formula.at];
    return Math.exp(formula.bound - softplus(free));
  });
}

if (typeof module !== "undefined") module.exports = { readDecoder, decode };
