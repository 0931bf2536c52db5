/** The element <bot-chat>: the parts put together. */

import { asCard } from "./cards";
import { Composer } from "./composer";
import { Connection } from "./connection";
import { h, icon } from "./dom";
import { Log } from "./log";
import { Store } from "./store";
import { STYLES } from "./styles";
import type { Entry, Frame, Mine } from "./types";
import { WORDS, languageOf, type Words } from "./words";

const BUSY_MS = 2000;

/** Fewer than the server lets wait, so that none is refused and all keep their order. */
const MOST_UNDER_WAY = 8;

/**
 * Attributes: `server` (address of the bot, default the script's), `language` (`en`, `zh`; default the page's), `theme`
 * (`light`, `dark`; default the system's), `heading`, `open`, `inline` (fills its box instead of floating), `dir`.
 * Events: `bot-chat-reply`, and `bot-chat-custom` for payloads that it cannot draw, whose `detail.show(…)` does, given a node or a text.
 */
export class BotChat extends HTMLElement {
  static home = "";
  static readonly observedAttributes = ["language", "heading", "open"];

  private words: Words = WORDS.en;
  private store!: Store;
  private connection!: Connection;
  private log!: Log;
  private composer!: Composer;
  private isTyping = false;
  private isBusy = false;
  private isGreeted = false;
  private unread = 0;
  /** Which messages this connection has carried, so that each is sent once over it. */
  private readonly carried = new Set<string>();
  private readonly title_ = h("h2", { id: "title" });
  private readonly status = h("div", { class: "status", role: "status" });
  private readonly handover = h("div", { class: "handover", role: "status", hidden: true });
  private readonly badge = h("span", { class: "badge", "aria-hidden": "true", hidden: true });
  private readonly launcher = h("button", { type: "button", class: "launcher primary", onclick: () => this.toggle() }, icon("chat"), this.badge);
  private readonly again = h("button", { type: "button", class: "round", onclick: () => this.restart() }, icon("again"));
  private readonly closer = h("button", { type: "button", class: "round closer", onclick: () => this.toggle() }, icon("close"));
  /** Tells those who cannot see the badge that something was said while the chat is closed. */
  private readonly news = h("div", { class: "unseen", role: "status" });
  private panel!: HTMLElement;

  connectedCallback(): void {
    if (!this.shadowRoot) this.build();
    addEventListener("storage", this.store.onStorage);
    this.speak();
    this.draw();
    this.show();
    if (this.store.session || this.store.unsent.length) this.connection.open();
  }

  disconnectedCallback(): void {
    this.isGreeted = false;
    removeEventListener("storage", this.store.onStorage);
    this.connection.close();
  }

  attributeChangedCallback(name: string): void {
    if (!this.shadowRoot || !this.isConnected) return;
    if (name === "open") this.show();
    else {
      this.speak();
      this.draw();
    }
  }

  /** Say something for the customer, as a page's own button may; `payload` is what is sent instead of the text. */
  say(text: string, payload = text): void {
    const id = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random().toString(36).slice(2)}`;
    this.log.put(this.store.say(id, text, payload));
    this.connection.open();
    this.transmit();
  }

  toggle(): void {
    this.toggleAttribute("open");
    if (this.hasAttribute("open")) this.composer.focus();
    else this.launcher.focus();
  }

  private build(): void {
    const base = new URL(this.getAttribute("server") || BotChat.home || location.href, location.href).href.replace(/\/?$/, "/");
    const whose = customerOf(this.getAttribute("token"));
    this.store = new Store(`bot-chat ${base} ${whose && `${whose} `}`, (entry) => {
      if (!entry) return this.joined();
      if (entry.who === "me") this.carried.add(entry.id); // by the tab that it was written in
      this.put(entry);
    });
    const hello = (): object => {
      this.isGreeted = false;
      return { session: this.store.session ?? undefined, seq: this.store.seq, token: this.getAttribute("token") ?? undefined };
    };
    this.connection = new Connection(`${base.replace(/^http/, "ws")}ws`, hello, (frame) => this.take(frame), () => this.state());
    this.log = new Log({
      words: () => this.words,
      base,
      say: (text, payload) => {
        this.say(text, payload);
        this.composer.focus(); // what was pressed has gone
      },
      retry: (id) => this.settle(id, "waiting"),
      custom: (payload) => this.custom(payload),
    });
    this.composer = new Composer((text) => this.say(text), (text) => (this.store.typed = text));
    this.composer.value = this.store.typed;
    const bar = h("div", { class: "bar" }, this.title_, this.again, this.closer);
    const inside = [bar, this.handover, this.log.element, this.status, this.composer.element];
    const role = this.hasAttribute("inline") ? "region" : "dialog";
    this.panel = h("div", { class: "panel", role, "aria-labelledby": "title" }, ...inside);
    this.panel.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !event.isComposing && !this.hasAttribute("inline")) this.toggle();
    });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLES);
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [sheet];
    root.append(this.launcher, this.news, this.panel);
  }

  private take(frame: Frame): void {
    switch (frame.type) {
      case "session":
        return this.greeted(frame.session, frame.seq);
      case "typing":
        this.isTyping = frame.on;
        if (frame.on && frame.to) this.settle(frame.to, "received");
        else if (!frame.on) this.log.stream("");
        return this.state();
      case "draft":
        return this.log.stream(frame.text);
      case "reply": {
        const entry = this.store.take(frame);
        if (entry) this.put(entry);
        return;
      }
      case "ack":
        return this.settle(frame.id, "done");
      case "error":
        return this.refused(frame.code, frame.id);
    }
  }

  private greeted(session: string, newest: number): void {
    const joined = this.store.join(session, newest);
    if (joined !== session) {
      this.connection.send({ type: "hello", session: joined, seq: this.store.seq, token: this.getAttribute("token") ?? undefined });
      return;
    }
    // The turn that was under way has ended, for the server greets between turns.
    this.isTyping = false;
    this.log.stream("");
    this.isGreeted = true;
    this.state();
    this.carried.clear();
    this.transmit();
  }

  private refused(code: string, id: string | undefined): void {
    if (!id) return;
    if (code !== "busy") return this.settle(id, "failed");
    this.carried.delete(id);
    this.isBusy = true;
    setTimeout(() => {
      this.isBusy = false;
      this.transmit();
      this.state();
    }, BUSY_MS);
    this.state();
  }

  private put(entry: Entry): void {
    this.log.put(entry);
    this.state();
    if (entry.who === "me") return;
    this.heed(entry.reply.custom);
    this.dispatchEvent(new CustomEvent("bot-chat-reply", { detail: entry.reply, bubbles: true, composed: true }));
    if (this.hasAttribute("open") || this.hasAttribute("inline")) return;
    this.unread += 1;
    this.mark();
  }

  private settle(id: string, state: Mine["state"]): void {
    const entry = this.store.settle(id, state);
    if (entry) this.put(entry);
    if (state === "waiting") this.carried.delete(id);
    this.transmit();
  }

  /** Send what is waiting, in its order. */
  private transmit(): void {
    if (!this.isGreeted || !this.connection.isOpen || this.isBusy) return;
    for (const { id, payload } of this.store.unsent.slice(0, MOST_UNDER_WAY)) {
      if (this.carried.has(id)) continue;
      this.carried.add(id);
      this.connection.send({ type: "message", id, text: payload });
    }
  }

  private custom(payload: unknown): Node | null {
    let node: Node | null = null;
    const show = (drawn: Node | string): void => void (node = typeof drawn === "string" ? h("div", { class: "bubble" }, drawn) : drawn);
    this.dispatchEvent(new CustomEvent("bot-chat-custom", { detail: { payload, show }, bubbles: true, composed: true }));
    return node;
  }

  /** Who the customer is talking to, as the newest hand-over says. */
  private heed(custom: unknown): void {
    const card = asCard(custom);
    if (card?.card !== "handover") return;
    const said = {
      waiting: this.words.handoverWaiting,
      joined: this.words.handoverJoined(card.name || this.words.handoverColleague),
      ended: this.words.handoverEnded,
    };
    this.handover.dataset.state = card.state;
    this.handover.textContent = said[card.state];
    this.handover.hidden = !said[card.state];
  }

  private restart(): void {
    this.store.clear();
    this.joined();
    this.composer.focus();
  }

  /** Another conversation: begun here, or in another tab. */
  private joined(): void {
    this.draw();
    this.connection.restart();
  }

  private draw(): void {
    const transcript = this.store.transcript;
    this.handover.hidden = true;
    this.log.reset(transcript);
    transcript.forEach((entry) => entry.who === "bot" && this.heed(entry.reply.custom));
    this.state();
  }

  private state(): void {
    const { typing, away, busy } = this.words;
    // The server greets between turns: until then it is answering what it had received.
    const isAnswering = this.isTyping || (!this.isGreeted && this.store.unsent.some((entry) => entry.state === "received"));
    const text = this.connection.isLost ? away : this.isBusy ? busy : isAnswering ? typing : "";
    if (this.status.textContent !== text) this.status.textContent = text;
    this.status.classList.toggle("dots", text === typing);
  }

  private speak(): void {
    const page = this.closest("[lang]")?.getAttribute("lang") || navigator.language;
    const language = languageOf(this.getAttribute("language") || page);
    this.words = WORDS[language];
    this.panel.lang = this.launcher.lang = this.news.lang = language === "zh" ? "zh-CN" : "en";
    this.title_.textContent = this.getAttribute("heading") || this.words.title;
    this.composer.speak(this.words);
    for (const [button, words] of [[this.again, this.words.again], [this.closer, this.words.close]] as const) {
      button.title = words;
      button.setAttribute("aria-label", words);
    }
    this.mark();
  }

  private show(): void {
    const isOpen = this.hasAttribute("open") || this.hasAttribute("inline");
    this.panel.hidden = !isOpen;
    if (isOpen) {
      this.connection.open(); // a visitor who never asks costs the server nothing
      this.unread = 0;
      this.log.scroll();
    }
    this.mark();
  }

  private mark(): void {
    const isOpen = this.hasAttribute("open");
    const { close, open, openUnread } = this.words;
    this.launcher.setAttribute("aria-expanded", String(isOpen));
    this.launcher.setAttribute("aria-label", isOpen ? close : this.unread ? openUnread(this.unread) : open);
    this.badge.textContent = String(this.unread);
    this.badge.hidden = !this.unread;
    this.news.textContent = this.unread ? openUnread(this.unread) : "";
  }
}

/** Whose session a token is, so that customers who share a browser do not share a conversation; the server verifies it. */
function customerOf(token: string | null): string {
  try {
    return String(JSON.parse(atob((token ?? "").split(".")[1]!.replace(/-/g, "+").replace(/_/g, "/"))).sub ?? "");
  } catch {
    return "";
  }
}
