/** What the server sends and what the widget keeps. Frames are described in bot/channels/frames.py. */

export interface Choice {
  title?: string;
  payload?: string;
}

export interface Item {
  name: string;
  price?: string;
  note?: string;
  image?: string;
  url?: string;
  buttons?: Choice[];
}

export interface Step {
  label: string;
  time?: string;
  state?: "done" | "now" | "next" | "failed";
}

export interface Field {
  name: string;
  label: string;
  value?: string;
  type?: "text" | "tel" | "email";
  autocomplete?: string;
  required?: boolean;
}

/** The payloads of `custom` that the widget draws; docs/widget.md describes them. */
export type Card =
  | { card: "products"; items: Item[] }
  | { card: "timeline"; title: string; steps: Step[] }
  | { card: "form"; title: string; intent?: string; text?: string; submit?: string; fields: Field[] }
  | { card: "rating"; question: string; intent: string; entity: string }
  | { card: "handover"; state: "waiting" | "joined" | "ended"; name?: string };

export interface Reply {
  seq: number;
  to?: string;
  text?: string;
  image?: string;
  attachment?: unknown;
  buttons?: Choice[];
  custom?: unknown;
}

export type Frame =
  | { type: "session"; session: string; seq: number }
  | { type: "typing"; on: boolean; to?: string }
  | { type: "draft"; to?: string; text: string }
  | ({ type: "reply" } & Reply)
  | { type: "ack"; id: string }
  | { type: "error"; code: string; message: string; id?: string }
  | { type: "pong" };

/** `waiting` to be sent or answered, `received` by the server, `done`, or `failed` and to be sent by hand. */
export type Delivery = "waiting" | "received" | "done" | "failed";

/** Its place in the log: the run of numbers, the newest reply then, 0 for a reply and 1 for the customer, the time. */
export type Place = [epoch: number, seq: number, who: 0 | 1, time: number];

export interface Mine {
  who: "me";
  id: string;
  place: Place;
  /** What is shown and what is sent: they differ for buttons and forms. */
  text: string;
  payload: string;
  state: Delivery;
}

export interface Theirs {
  who: "bot";
  id: string;
  place: Place;
  reply: Reply;
}

export type Entry = Mine | Theirs;
