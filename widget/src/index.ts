/**
 * One script tag embeds the chat:
 *
 *     <script src="https://bot.example/bot-chat.js" defer></script>
 *
 * Without a <bot-chat> on the page one is added; the tag's data attributes become its attributes (`data-language="zh"`).
 */

import { BotChat } from "./bot-chat";

const script = document.currentScript instanceof HTMLScriptElement ? document.currentScript : null;
BotChat.home = new URL(".", script?.src || location.href).href;

function embed(): void {
  if (!customElements.get("bot-chat")) customElements.define("bot-chat", BotChat);
  if (document.querySelector("bot-chat")) return;
  const chat = document.createElement("bot-chat");
  for (const [name, value] of Object.entries(script?.dataset ?? {})) chat.setAttribute(name, value ?? "");
  document.body.append(chat);
}

if (document.readyState === "loading") addEventListener("DOMContentLoaded", embed);
else embed();
