// Binary frames of the server: a head of JSON, then arrays that are read as they lie in memory.

export type Numbers = Float32Array | Uint8Array | Int32Array | Int16Array;

export interface Frame<Head = Record<string, unknown>> {
  head: Head;
  arrays: Record<string, Numbers>;
  shapes: Record<string, number[]>;
}

const TYPES = { float32: Float32Array, uint8: Uint8Array, int32: Int32Array, int16: Int16Array };

interface Entry {
  name: string;
  type: keyof typeof TYPES;
  shape: number[];
  offset: number;
}

const padded = (size: number): number => Math.ceil(size / 8) * 8;

export function unpack<Head>(buffer: ArrayBuffer): Frame<Head> {
  const view = new DataView(buffer);
  if (view.getUint32(0) !== 0x53565831) throw new Error("The server's answer is no frame.");

  const length = view.getUint32(4, true);
  const text = new TextDecoder().decode(new Uint8Array(buffer, 8, length));
  const { arrays: listed, ...head } = JSON.parse(text) as { arrays: Entry[] };
  const start = padded(8 + length);
  const frame: Frame<Head> = { head: head as Head, arrays: {}, shapes: {} };

  for (const { name, type, shape, offset } of listed) {
    const count = shape.reduce((product, side) => product * side, 1);
    frame.arrays[name] = new TYPES[type](buffer, start + offset, count);
    frame.shapes[name] = shape;
  }

  return frame;
}
