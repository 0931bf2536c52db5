/** Where the customer writes. Enter sends, Shift+Enter breaks the line, and an input method's Enter does neither. */

import { h, icon } from "./dom";
import type { Words } from "./words";

const LONGEST = 10_000;

export class Composer {
  readonly element: HTMLFormElement;
  private readonly text: HTMLTextAreaElement;
  private readonly button: HTMLButtonElement;

  /** `typed` is told of every change, so that it can be kept. */
  constructor(
    private readonly say: (text: string) => void,
    private readonly typed: (text: string) => void,
  ) {
    this.text = h("textarea", { rows: "1", maxlength: String(LONGEST), autocomplete: "off", enterkeyhint: "send", dir: "auto" });
    this.button = h("button", { type: "submit", class: "primary round" }, icon("send"));
    this.element = h("form", { class: "composer" }, this.text, this.button);
    this.text.addEventListener("input", () => {
      this.fit();
      this.typed(this.text.value);
    });
    this.text.addEventListener("keydown", (event) => {
      // keyCode 229: Safari ends a composition before it reports the Enter that ended it.
      const isComposing = event.isComposing || event.keyCode === 229;
      if (event.key !== "Enter" || event.shiftKey || isComposing) return;
      event.preventDefault();
      this.submit();
    });
    this.element.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
  }

  speak(words: Words): void {
    this.text.placeholder = words.label;
    this.text.setAttribute("aria-label", words.label);
    this.button.setAttribute("aria-label", words.send);
    this.button.title = words.send;
  }

  set value(text: string) {
    this.text.value = text;
    this.fit();
  }

  focus(): void {
    this.text.focus();
  }

  private submit(): void {
    const said = this.text.value.trim();
    if (!said) return;
    this.value = "";
    this.typed("");
    this.say(said);
  }

  private fit(): void {
    this.text.style.height = "auto";
    this.text.style.height = `${this.text.scrollHeight + 2}px`;
  }
}
