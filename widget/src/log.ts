/** The transcript: every entry in its place, drawn again when its state changes. */

import { asCard, choices, drawCard, picture, type Drawing } from "./cards";
import { address, h, linked, unseen } from "./dom";
import { byPlace } from "./store";
import type { Entry, Mine, Reply } from "./types";
import type { Words } from "./words";

export interface LogSettings {
  words: () => Words;
  base: string;
  say: (text: string, payload: string) => void;
  retry: (id: string) => void;
  /** A custom payload that the widget does not know: the page may return an element for it. */
  custom: (payload: unknown) => Node | null;
}

export class Log {
  readonly element: HTMLElement;
  private drawn: { entry: Entry; element: HTMLElement }[] = [];
  /** Outside the live region's announcements: only the finished reply is read out. */
  private readonly draft = h("div", { class: "bot bubble draft", "aria-hidden": "true", hidden: true, dir: "auto" });

  constructor(private readonly settings: LogSettings) {
    this.element = h("div", { class: "log", role: "log", tabindex: "0", "aria-relevant": "additions" }, this.draft);
  }

  /** Everything anew, without reading it out. */
  reset(entries: Entry[]): void {
    this.element.setAttribute("aria-live", "off");
    this.element.setAttribute("aria-label", this.settings.words().log);
    this.drawn.forEach(({ element }) => element.remove());
    this.drawn = [];
    entries.forEach((entry) => this.put(entry));
    this.scroll();
    setTimeout(() => this.element.setAttribute("aria-live", "polite"));
  }

  /** Draw an entry, or draw it again. */
  put(entry: Entry): void {
    const before = this.drawn.find((one) => one.entry.id === entry.id);
    if (before) {
      if (before.entry.who === "me" && entry.who === "me") this.restate(before.element, entry);
      before.entry = entry;
      return;
    }
    const isAtEnd = this.isAtEnd;
    const at = this.drawn.findIndex((one) => byPlace(entry, one.entry) < 0);
    const element = entry.who === "me" ? this.mine(entry) : this.theirs(entry.reply, this.isAnswered(entry));
    this.element.insertBefore(element, at < 0 ? this.draft : (this.drawn[at]?.element ?? this.draft));
    this.drawn.splice(at < 0 ? this.drawn.length : at, 0, { entry, element });
    if (entry.who === "me") this.retire(element);
    else this.stream("");
    if (isAtEnd || entry.who === "me") this.scroll();
  }

  /** The reply in the making; an empty text takes it back. */
  stream(text: string): void {
    const isAtEnd = this.isAtEnd;
    this.draft.hidden = !text;
    this.draft.textContent = text;
    if (isAtEnd) this.scroll();
  }

  scroll(): void {
    this.element.scrollTop = this.element.scrollHeight;
  }

  private get isAtEnd(): boolean {
    return this.element.scrollHeight - this.element.scrollTop - this.element.clientHeight < 80;
  }

  private isAnswered(entry: Entry): boolean {
    return this.drawn.some((one) => one.entry.who === "me" && byPlace(entry, one.entry) < 0);
  }

  /** What could be pressed before the customer went on is no longer to be pressed. */
  private retire(until: HTMLElement): void {
    for (const { element } of this.drawn) {
      if (element === until) return;
      element.querySelectorAll(".choices, .card-form, .rating").forEach((over) => over.remove());
    }
  }

  private mine(entry: Mine): HTMLElement {
    const bubble = h("div", { class: "bubble", dir: "auto" }, unseen(`${this.settings.words().me}: `), entry.text);
    const element = h("div", { class: "me" }, bubble, h("div", { class: "state" }));
    this.restate(element, entry);
    return element;
  }

  private restate(element: HTMLElement, entry: Mine): void {
    const words = this.settings.words();
    element.dataset.state = entry.state;
    const retry = h("button", { type: "button", onclick: () => this.settings.retry(entry.id) }, words.retry);
    element.lastElementChild?.replaceChildren(words[entry.state], ...(entry.state === "failed" ? [" · ", retry] : []));
  }

  private theirs(reply: Reply, isOver: boolean): HTMLElement {
    const { words, base, say, custom } = this.settings;
    const drawing: Drawing = { words: words(), base, isOver, say };
    const element = h("div", { class: "bot" }, unseen(`${drawing.words.bot}: `));
    const bubble = (...inside: (Node | string)[]): void => element.append(h("div", { class: "bubble", dir: "auto" }, ...inside));
    if (reply.text) bubble(...linked(reply.text));
    const image = reply.image ? address(reply.image, base) : null;
    if (image) {
      const shown = picture(image, drawing.words.image);
      shown.addEventListener("load", () => this.scroll());
      bubble(shown);
    }
    if (typeof reply.attachment === "string") bubble(unseen(`${drawing.words.file}: `), ...linked(reply.attachment));
    const card = asCard(reply.custom);
    const drawn = card ? drawCard(card, drawing) : reply.custom ? custom(reply.custom) : null;
    if (drawn) element.append(drawn);
    if (reply.buttons?.length && !isOver) element.append(choices(reply.buttons, drawing, drawing.words.choices));
    if (element.childElementCount === 1) element.hidden = true;
    return element;
  }
}
