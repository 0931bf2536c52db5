/** The socket: says hello, comes back by itself, and notices when the other side has gone silent. */

import type { Frame } from "./types";

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 15_000;
const PING_MS = 25_000;
const SILENCE_MS = 10_000;

export class Connection {
  private socket: WebSocket | null = null;
  private delay = FIRST_DELAY_MS;
  private timers: ReturnType<typeof setTimeout>[] = [];
  private isClosed = true;
  /** Whether it broke off, or could not be made, and is not there again yet. */
  isLost = false;

  constructor(
    private readonly url: string,
    private readonly hello: () => object,
    private readonly take: (frame: Frame) => void,
    private readonly changed: () => void,
  ) {}

  get isOpen(): boolean {
    return this.socket?.readyState === WebSocket.OPEN;
  }

  /** Does nothing when it is open, or about to be. */
  open(): void {
    if (!this.isClosed) return;
    this.isClosed = false;
    addEventListener("online", this.now);
    addEventListener("offline", this.lost);
    document.addEventListener("visibilitychange", this.now);
    this.connect();
  }

  close(): void {
    this.isClosed = true;
    removeEventListener("online", this.now);
    removeEventListener("offline", this.lost);
    document.removeEventListener("visibilitychange", this.now);
    this.drop();
  }

  /** Sends a frame now or not at all: what must arrive is kept by the store until it is acknowledged. */
  send(frame: object): void {
    if (this.isOpen) this.socket?.send(JSON.stringify(frame));
  }

  /** Begin anew, with a fresh hello. */
  restart(): void {
    if (this.isClosed) return this.open();
    this.drop();
    this.connect();
  }

  private readonly now = (): void => {
    if (this.socket || document.visibilityState === "hidden") return;
    this.delay = FIRST_DELAY_MS;
    this.restart();
  };

  /** A socket that an offline browser holds may look open for minutes. */
  private readonly lost = (): void => {
    this.isLost = true;
    this.drop();
    this.later();
  };

  private connect(): void {
    const socket = (this.socket = new WebSocket(this.url));
    socket.onopen = () => {
      this.isLost = false;
      this.delay = FIRST_DELAY_MS;
      this.send({ type: "hello", ...this.hello() });
      this.watch();
      this.changed();
    };
    socket.onmessage = (event: MessageEvent<string>) => {
      this.watch();
      this.take(JSON.parse(event.data) as Frame);
    };
    socket.onclose = this.lost;
  }

  private watch(): void {
    this.clear();
    const ping = setTimeout(() => {
      this.send({ type: "ping" });
      this.timers.push(setTimeout(this.lost, SILENCE_MS));
    }, PING_MS);
    this.timers.push(ping);
  }

  private drop(): void {
    this.clear();
    const socket = this.socket;
    this.socket = null;
    if (socket) {
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close();
    }
    this.changed();
  }

  private later(): void {
    if (this.isClosed) return;
    // Spread out, so that a server that comes back is not met by everybody at once.
    const wait = this.delay * (0.5 + Math.random());
    this.delay = Math.min(this.delay * 2, LONGEST_DELAY_MS);
    this.timers.push(setTimeout(() => this.connect(), wait));
  }

  private clear(): void {
    this.timers.forEach(clearTimeout);
    this.timers = [];
  }
}
