// The colors of classes, in the order of all figures, and a ramp for numbers.

const LIGHT = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#7B4F1D", "#7A3FB0", "#7F8F00"];
const DARK = ["#3B9AD9", "#FF7A33", "#1FBF92", "#E29BC6", "#F5B83D", "#8CCFF5", "#FFFFFF", "#C79A66", "#B58AE6", "#BFD03A"];
const RAMP = ["#00224E", "#35456C", "#666970", "#948E77", "#C8B866", "#FEE838"];

export const isDark = (): boolean => document.documentElement.dataset.theme === "dark";

export const gray = (): string => (isDark() ? "#5A5F66" : "#B8BCC2");

export function classColor(code: number): string {
  const colors = isDark() ? DARK : LIGHT;
  return colors[code % colors.length]!;
}

// `share` goes from 0 to 1.
export function rampColor(share: number): string {
  const place = Math.min(Math.max(share, 0), 1) * (RAMP.length - 1);
  const low = Math.min(Math.floor(place), RAMP.length - 2);
  const [one, two] = [parse(RAMP[low]!), parse(RAMP[low + 1]!)];
  const mixed = one.map((value, i) => Math.round(value + (place - low) * (two[i]! - value)));
  return `#${mixed.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
}

export function parse(color: string): [number, number, number] {
  return [1, 3, 5].map((i) => parseInt(color.slice(i, i + 2), 16)) as [number, number, number];
}

// A pixel as an ImageData of a little-endian machine holds it.
export function pixel(color: string, alpha = 255): number {
  const [r, g, b] = parse(color);
  return ((alpha << 24) | (b << 16) | (g << 8) | r) >>> 0;
}
