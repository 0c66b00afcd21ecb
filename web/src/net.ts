// The conversation with the server: requests, one WebSocket where the latest request wins, and events.

import { unpack, type Frame } from "./wire";

const token = new URLSearchParams(location.search).get("token") ?? "";
const headers = { "x-semivae-token": token };

export class Refused extends Error {}

export async function ask(path: string, body?: unknown, method?: string): Promise<Response> {
  const answer = await fetch(path, {
    method: method ?? (body === undefined ? "GET" : "POST"),
    headers: body === undefined ? headers : { ...headers, "content-type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  if (answer.ok) return answer;

  const said = await answer.json().catch(() => ({}));
  throw new Refused(said.message ?? said.detail?.toString() ?? `The server refused (${answer.status}).`);
}

export const json = async <T>(path: string, body?: unknown): Promise<T> => (await ask(path, body)).json();

export const frame = async <T>(path: string, body?: unknown): Promise<Frame<T>> =>
  unpack<T>(await (await ask(path, body)).arrayBuffer());

export interface Spot {
  z: number[];
  place: [number, number];
  share: number;
  word: string;
  cells: { name: string; text: string }[];
  chances: number[][];
}

export interface Answer extends Spot {
  id: number;
  kind: "decode" | "row" | "path";
  row?: number;
  spots?: Spot[];
  error?: string;
}

type Heard = (frame: Frame<Answer>) => void;

// Sends the newest request of each kind; while one is on its way, the next waits, and a newer one replaces it.
export class Live {
  private socket?: WebSocket;
  private id = 0;
  private readonly asked: Record<string, number> = {};
  private readonly waiting = new Map<string, object>();
  private readonly under = new Set<string>();
  readonly times: number[] = [];
  private readonly started: Record<number, number> = {};

  constructor(private readonly heard: Heard) {
    this.open();
  }

  private open(): void {
    const socket = new WebSocket(`ws://${location.host}/ws`, ["semivae", token]);
    socket.binaryType = "arraybuffer";
    socket.onmessage = (event) => this.take(unpack<Answer>(event.data as ArrayBuffer));
    socket.onopen = () => {
      this.under.clear();
      for (const kind of [...this.waiting.keys()]) this.next(kind);
    };
    socket.onclose = () => setTimeout(() => this.open(), 1500);
    this.socket = socket;
  }

  send(kind: "decode" | "row" | "path", request: object): void {
    this.waiting.set(kind, request);
    this.next(kind);
  }

  private next(kind: string): void {
    const request = this.waiting.get(kind);
    if (!request || this.under.has(kind) || this.socket?.readyState !== WebSocket.OPEN) return;

    this.waiting.delete(kind);
    this.under.add(kind);
    this.asked[kind] = ++this.id;
    this.started[this.id] = performance.now();
    this.socket.send(JSON.stringify({ ...request, id: this.id, kind }));
  }

  private take(found: Frame<Answer>): void {
    const { id, kind } = found.head;
    this.under.delete(kind);
    this.times.push(performance.now() - (this.started[id] ?? 0));
    delete this.started[id];
    if (this.asked[kind] === id) this.heard(found);
    this.next(kind);
  }
}

export interface Happened {
  kind: string;
  [name: string]: unknown;
}

// Reads the stream of events; tells when the server is gone, and tries again.
export async function listen(heard: (event: Happened) => void, gone: (is: boolean) => void): Promise<void> {
  for (;;) {
    try {
      const answer = await ask("/api/events");
      const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
      gone(false);
      let text = "";
      for (;;) {
        const { value, done } = await reader.read();
        if (done) break;
        text += value;
        const parts = text.split("\n\n");
        text = parts.pop()!;
        for (const part of parts) if (part.startsWith("data: ")) heard(JSON.parse(part.slice(6)) as Happened);
      }
    } catch {
      // Told below.
    }
    gone(true);
    await new Promise((resolve) => setTimeout(resolve, 2000));
  }
}

export async function download(path: string, name: string, body?: unknown): Promise<void> {
  save(await (await ask(path, body)).blob(), name);
}

export function save(content: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
