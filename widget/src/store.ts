/**
 * What survives a reload and is shared by the tabs of a browser: the session, the transcript and what is not yet
 * acknowledged. Each entry has a key of its own, so that two tabs never overwrite one another's.
 */

import type { Delivery, Entry, Mine, Reply, Theirs } from "./types";

const MOST_ENTRIES = 200;

/** A conversation that has rested for longer is forgotten: others may use the browser. */
const LONGEST_REST_MS = 7 * 24 * 3600 * 1000;

interface Meta {
  /** Counts the conversations begun in this browser; the entries of those before are no longer read. */
  talk: number;
  session: string | null;
  /** Counts the times that the server began to number anew. */
  epoch: number;
}

export class Store {
  private readonly entries = new Map<string, Entry>();
  private meta: Meta = { talk: 0, session: null, epoch: 0 };

  /** `changed` is told what another tab did: an entry, or null when it began a new conversation. */
  constructor(
    private readonly prefix: string,
    private readonly changed: (entry: Entry | null) => void,
  ) {
    this.load();
    const latest = Math.max(...[...this.entries.values()].map(({ place }) => place[3]));
    if (Date.now() - latest > LONGEST_REST_MS && this.entries.size) this.clear();
  }

  readonly onStorage = (event: StorageEvent): void => {
    if (event.key === this.key("meta")) {
      const { talk, session } = this.meta;
      this.load();
      if (this.meta.talk !== talk || this.meta.session !== session) this.changed(null);
    } else if (event.key?.startsWith(this.shelf) && event.newValue) {
      const entry = parsed<Entry>(event.newValue);
      if (!entry) return;
      this.entries.set(entry.id, entry);
      this.changed(entry);
    }
  };

  get session(): string | null {
    return this.meta.session;
  }

  /** The number of the newest reply that is here. */
  get seq(): number {
    let newest = 0;
    for (const { who, place } of this.entries.values())
      if (who === "bot" && place[0] === this.meta.epoch) newest = Math.max(newest, place[1]);
    return newest;
  }

  get transcript(): Entry[] {
    return [...this.entries.values()].sort(byPlace);
  }

  get unsent(): Mine[] {
    return this.transcript.filter((entry): entry is Mine => entry.who === "me" && isOpen(entry.state));
  }

  /** What was typed and not sent. */
  get typed(): string {
    return read(this.key("typed")) ?? "";
  }

  set typed(text: string) {
    write(this.key("typed"), text || null);
  }

  /** Another tab may have been given a session in the meantime: then this one joins it, and that session is returned. */
  join(session: string, newest: number): string {
    const stored = parsed<Meta>(read(this.key("meta")));
    if (!this.meta.session && stored?.session) this.load();
    if (this.meta.session && this.meta.session !== session) return this.meta.session;
    const epoch = newest < this.seq ? this.meta.epoch + 1 : this.meta.epoch;
    this.meta = { ...this.meta, session, epoch };
    write(this.key("meta"), JSON.stringify(this.meta));
    return session;
  }

  /** A reply that is not here yet, or null. */
  take(reply: Reply): Theirs | null {
    const id = `r${this.meta.epoch}.${reply.seq}`;
    if (this.entries.has(id)) return null;
    const entry: Theirs = { who: "bot", id, place: [this.meta.epoch, reply.seq, 0, Date.now()], reply };
    this.keep(entry);
    return entry;
  }

  say(id: string, text: string, payload: string): Mine {
    const place: Entry["place"] = [this.meta.epoch, this.seq, 1, Date.now()];
    const entry: Mine = { who: "me", id, place, text, payload, state: "waiting" };
    this.keep(entry);
    return entry;
  }

  /** The message in its new state; null when it is not known or was settled before. */
  settle(id: string, state: Delivery): Mine | null {
    const entry = this.entries.get(id);
    if (entry?.who !== "me" || entry.state === state || (state === "received" && entry.state !== "waiting")) return null;
    const settled = { ...entry, state };
    this.keep(settled);
    return settled;
  }

  clear(): void {
    this.meta = { talk: this.meta.talk + 1, session: null, epoch: 0 };
    write(this.key("meta"), JSON.stringify(this.meta)); // tells the other tabs
    this.entries.clear();
    for (const key of keys()) if (key.startsWith(this.key("e:"))) write(key, null);
  }

  private load(): void {
    this.entries.clear();
    this.meta = parsed<Meta>(read(this.key("meta"))) ?? { talk: 0, session: null, epoch: 0 };
    for (const key of keys()) {
      const entry = key.startsWith(this.shelf) ? parsed<Entry>(read(key)) : null;
      if (entry) this.entries.set(entry.id, entry);
    }
  }

  private keep(entry: Entry): void {
    this.entries.set(entry.id, entry);
    write(this.shelf + entry.id, JSON.stringify(entry));
    if (this.entries.size <= MOST_ENTRIES) return;
    const oldest = this.transcript.find((old) => old.who === "bot" || !isOpen(old.state));
    if (!oldest) return;
    this.entries.delete(oldest.id);
    write(this.shelf + oldest.id, null);
  }

  private get shelf(): string {
    return this.key(`e:${this.meta.talk}:`);
  }

  private key(name: string): string {
    return `${this.prefix}${name}`;
  }
}

export function byPlace(a: Entry, b: Entry): number {
  for (const index of [0, 1, 2, 3] as const) if (a.place[index] !== b.place[index]) return a.place[index] - b.place[index];
  return a.id < b.id ? -1 : 1;
}

export function isOpen(state: Delivery): boolean {
  return state === "waiting" || state === "received";
}

// Where storage is forbidden, as in some private windows, the conversation lives as long as the page.
function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function write(key: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch {
    return;
  }
}

function keys(): string[] {
  try {
    return Object.keys(localStorage);
  } catch {
    return [];
  }
}

function parsed<T>(text: string | null): T | null {
  try {
    return text === null ? null : (JSON.parse(text) as T);
  } catch {
    return null;
  }
}
