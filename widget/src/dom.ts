/** Small helpers for elements. Text is always text: nothing here parses HTML. */

type Attributes = Record<string, string | boolean | EventListener | undefined>;

/** An element; attributes whose name begins with `on` are listeners, `undefined` and `false` are left out. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: (Node | string | null | undefined)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** Text for screen readers only. */
export const unseen = (text: string): HTMLElement => h("span", { class: "unseen" }, text);

/** The full address when it is one that a customer may be sent to, else null. */
export function address(url: string, base: string): string | null {
  try {
    const full = new URL(url, base);
    return full.protocol === "http:" || full.protocol === "https:" ? full.href : null;
  } catch {
    return null;
  }
}

export function link(url: string, text: string): HTMLAnchorElement {
  return h("a", { href: url, rel: "noopener noreferrer", target: "_blank" }, text);
}

/** A text with its web addresses as links. */
export function linked(text: string): (Node | string)[] {
  return text
    .split(/(https?:\/\/[^\s<>"'，。；）)]*[^\s<>"'，。；）).,;:!?])/)
    .filter(Boolean)
    .map((part) => (/^https?:\/\//.test(part) ? link(part, part) : part));
}

const SHAPES = {
  chat: "M4 4h16v12H9l-5 4z",
  close: "M6 6l12 12M18 6L6 18",
  again: "M19 12a7 7 0 1 1-2.1-5M19 3v5h-5",
  send: "M4 12l16-8-5 16-3-7z",
};

export function icon(shape: keyof typeof SHAPES): SVGSVGElement {
  const namespace = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(namespace, "svg");
  const path = document.createElementNS(namespace, "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", SHAPES[shape]);
  svg.append(path);
  return svg;
}
