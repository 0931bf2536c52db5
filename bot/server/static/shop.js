// The demo shop: a page that embeds <bot-chat> and shows its language, theme and direction.
"use strict";

const SAID = {
  en: {
    name: "Kefu demo shop", dark: "Dark", direction: "Right to left", goods: "New in", help: "Ask us", ask: "Ask about this",
    lead: "A page with a chat widget on it. Ask for a product, an order, a parcel or a return; nothing here is really sold.",
    embed: "This is how the chat came onto the page:", other: "中文", otherLanguage: "zh",
    about: name => `Tell me about the ${name}`,
    goodsOf: [["👗", "Linen Midi Dress with Pockets"], ["👔", "Oxford Button-Down Shirt"], ["🧶", "Merino Crew Neck Sweater"]],
    questions: ["Where is my parcel?", "I want to return something", "How do I get an invoice?", "Talk to a human"],
  },
  zh: {
    name: "Kefu 示例商店", dark: "深色", direction: "从右到左", goods: "新品", help: "常见问题", ask: "咨询这件商品",
    lead: "这是一个带客服对话的示例页面。您可以咨询商品、订单、物流和退换货；这里并不真的出售商品。",
    embed: "页面通过这一行嵌入客服：", other: "English", otherLanguage: "en",
    about: name => `介绍一下${name}`,
    goodsOf: [["👗", "亚麻口袋中长连衣裙"], ["👔", "牛津纺衬衫"], ["🧶", "美利奴圆领毛衣"]],
    questions: ["我的快递到哪了？", "我要退货", "怎么开发票？", "转人工"],
  },
};

const $ = id => document.getElementById(id);
const root = document.documentElement;

const chat = () => document.querySelector("bot-chat");

function button(text, says, label) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = text;
  if (label) made.setAttribute("aria-label", label);
  made.onclick = () => { chat().setAttribute("open", ""); chat().say(says); };
  return made;
}

function item(...inside) {
  const made = document.createElement("li");
  made.append(...inside);
  return made;
}

function span(kind, text) {
  const made = document.createElement("span");
  made.className = kind;
  made.textContent = text;
  if (kind === "picture") made.setAttribute("aria-hidden", "true");
  return made;
}

function speak(language) {
  const said = SAID[language];
  root.lang = language === "zh" ? "zh-CN" : "en";
  document.title = said.name;
  for (const element of document.querySelectorAll("[data-say]")) element.textContent = said[element.dataset.say];
  $("goods").replaceChildren(...said.goodsOf.map(([picture, name]) =>
    item(span("picture", picture), span("name", name), button(said.ask, said.about(name), `${said.ask}: ${name}`))));
  $("questions").replaceChildren(...said.questions.map(question => item(button(question, question))));
  $("language").textContent = said.other;
  $("language").lang = said.otherLanguage;
  $("language").onclick = () => speak(said.otherLanguage);
  chat()?.setAttribute("language", language);
  try { localStorage.setItem("shop-language", language); } catch { /* only for this visit, then */ }
}

function dress(isDark) {
  root.dataset.theme = isDark ? "dark" : "light";
  $("theme").setAttribute("aria-pressed", isDark);
  chat()?.setAttribute("theme", root.dataset.theme);
}

function turn(isRightToLeft) {
  root.dir = isRightToLeft ? "rtl" : "ltr";
  $("direction").setAttribute("aria-pressed", isRightToLeft);
}

function remembered() { try { return localStorage.getItem("shop-language"); } catch { return null; } }

addEventListener("DOMContentLoaded", () => {   // the chat's own script has run by then
  speak(remembered() in SAID ? remembered() : /^zh\b/i.test(navigator.language) ? "zh" : "en");
  dress(matchMedia("(prefers-color-scheme: dark)").matches);
  $("theme").onclick = () => dress(root.dataset.theme !== "dark");
  $("direction").onclick = () => turn(root.dir !== "rtl");
  $("tag").textContent = `<script src="${new URL("bot-chat.js", location.href)}" defer></script>`;
});
