/** Products, timelines, forms and ratings: what `custom` payloads look like. */

import { address, h, link, unseen } from "./dom";
import type { Card, Choice, Field, Item, Step } from "./types";
import type { Words } from "./words";

export interface Drawing {
  words: Words;
  base: string;
  /** Whether the conversation has gone on since: then there is nothing left to press. */
  isOver: boolean;
  say: (text: string, payload: string) => void;
}

/** The card that a custom payload describes, or null when it is one that the page itself must draw. */
export function asCard(custom: unknown): Card | null {
  const card = custom as Card | null;
  if (typeof card !== "object" || card === null) return null;
  const lists: Partial<Record<string, unknown>> = {
    products: (card as { items?: unknown }).items,
    timeline: (card as { steps?: unknown }).steps,
    form: (card as { fields?: unknown }).fields,
    rating: [],
    handover: [],
  };
  return Array.isArray(lists[card.card]) ? card : null;
}

export function drawCard(card: Card, drawing: Drawing): HTMLElement | null {
  switch (card.card) {
    case "products":
      return h(
        "ul",
        { class: "products", "aria-label": drawing.words.products },
        ...card.items.map((item) => product(item, drawing)),
      );
    case "timeline":
      return timeline(card.title, card.steps, drawing.words);
    case "form":
      return drawing.isOver ? null : form(card, drawing);
    case "rating":
      return drawing.isOver ? null : rating(card, drawing);
    case "handover":
      return null;
  }
}

/** Buttons that answer for the customer. */
export function choices(buttons: Choice[], drawing: Drawing, label: string): HTMLElement {
  const drawn = buttons.map(({ title, payload }) => {
    const text = title || payload || "";
    return h("button", { type: "button", onclick: () => drawing.say(text, payload || text) }, text);
  });
  return h("div", { class: "choices", role: "group", "aria-label": label }, ...drawn);
}

export function picture(url: string, text: string): HTMLImageElement {
  const image = h("img", { src: url, alt: text, loading: "lazy" });
  image.addEventListener("error", () => image.replaceWith(link(url, text)));
  return image;
}

function product(item: Item, drawing: Drawing): HTMLElement {
  const image = item.image ? address(item.image, drawing.base) : null;
  const url = item.url ? address(item.url, drawing.base) : null;
  return h(
    "li",
    { class: "product" },
    image ? picture(image, "") : null,
    h("strong", { dir: "auto" }, url ? link(url, item.name) : item.name),
    item.price ? h("span", { class: "price" }, item.price) : null,
    item.note ? h("span", { class: "dim", dir: "auto" }, item.note) : null,
    item.buttons?.length ? choices(item.buttons, drawing, item.name) : null,
  );
}

function timeline(title: string, steps: Step[], words: Words): HTMLElement {
  const said = { done: words.stepDone, now: words.stepNow, next: words.stepNext, failed: words.stepFailed };
  const drawn = steps.map(({ label, time, state = "next" }) =>
    h(
      "li",
      { class: state, "aria-current": state === "now" ? "step" : undefined },
      h("span", { dir: "auto" }, label),
      unseen(` (${said[state] ?? state})`),
      time ? h("span", { class: "dim" }, time) : null,
    ),
  );
  return h("section", { class: "timeline", "aria-label": title }, h("strong", { dir: "auto" }, title), h("ol", {}, ...drawn));
}

/** Sends the fields as entities of the intent, as a button would, or put into the card's text, as if they were written. */
function form(card: Card & { card: "form" }, drawing: Drawing): HTMLElement {
  const inputs = card.fields.map((field) => [field, input(field)] as const);
  const rows = inputs.map(([field, control]) =>
    h("label", {}, h("span", {}, field.label, field.required === false ? null : " *"), control),
  );
  const submit = (event: Event): void => {
    event.preventDefault();
    for (const [field, control] of inputs) {
      const isMissing = field.required !== false && !control.value.trim();
      control.setCustomValidity(isMissing ? drawing.words.required : "");
      control.setAttribute("aria-invalid", String(isMissing));
    }
    const wrong = inputs.find(([, control]) => !control.checkValidity());
    if (wrong) {
      wrong[1].reportValidity();
      return;
    }
    const filled = inputs.map(([field, control]) => [field.name, control.value.trim()] as const).filter(([, value]) => value);
    const values = Object.fromEntries(filled);
    const written = card.text ? inserted(card.text, values) : filled.map(([, value]) => value).join(", ");
    drawing.say(written, card.intent ? `/${card.intent}${JSON.stringify(values)}` : written);
  };
  return h(
    "form",
    { class: "card-form", "aria-label": card.title, novalidate: true, onsubmit: submit },
    h("strong", { dir: "auto" }, card.title),
    ...rows,
    h("button", { type: "submit", class: "primary" }, card.submit || drawing.words.submit),
  );
}

/** The text with every `{name}` filled; what was left empty takes its comma along. */
function inserted(text: string, values: Record<string, string>): string {
  return text
    .replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? "")
    .replace(/,\s*(?=,|$)/g, "")
    .trim();
}

function input(field: Field): HTMLInputElement {
  const control = h("input", {
    name: field.name,
    type: field.type ?? "text",
    value: field.value,
    autocomplete: field.autocomplete,
    maxlength: "200",
    dir: "auto",
    "aria-required": String(field.required !== false),
  });
  control.addEventListener("input", () => {
    control.setCustomValidity("");
    control.removeAttribute("aria-invalid");
  });
  return control;
}

function rating(card: Card & { card: "rating" }, drawing: Drawing): HTMLElement {
  const stars = [1, 2, 3, 4, 5].map((score) => {
    const payload = `/${card.intent}${JSON.stringify({ [card.entity]: String(score) })}`;
    const press = (): void => drawing.say(drawing.words.thanks(score), payload);
    return h("button", { type: "button", "aria-label": drawing.words.score(score), onclick: press }, "★".repeat(score));
  });
  const row = h("div", { class: "choices stars", role: "group", "aria-label": card.question }, ...stars);
  return h("div", { class: "rating" }, h("span", { dir: "auto" }, card.question), row);
}
