// The inspector's page. Everything a customer or a database wrote is set as text, never as HTML.
const at = id => document.getElementById(id);
const sender = at("sender");
sender.value = "inspector-" + Math.random().toString(36).slice(2, 10);

function element(name, { text, ...attributes } = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  made.append(...children);
  return made;
}

const written = value => typeof value === "string" ? value : JSON.stringify(value);
const percent = value => value == null ? "" : value.toFixed(2);

function table(title, rows) {
  if (!rows.length) return [];
  const body = rows.map(([head, ...cells]) =>
    element("tr", {}, element("th", { text: head, scope: "row" }), ...cells.map(cell =>
      cell instanceof Node ? element("td", {}, cell) : element("td", { text: cell }))));
  return [element("h2", { text: title }), element("table", {}, ...body)];
}

// The message with its entities marked where they were read.
function evidence(understanding) {
  const line = element("p"), characters = [...understanding.text];
  let end = 0;
  for (const one of [...understanding.entities].filter(e => e.start != null).sort((a, b) => a.start - b.start)) {
    if (one.start < end) continue;
    line.append(characters.slice(end, one.start).join(""),
      element("mark", { text: characters.slice(one.start, one.end).join(""), title: one.entity }));
    end = one.end;
  }
  line.append(characters.slice(end).join(""));
  return line;
}

function show(turn, message) {
  for (const other of at("log").querySelectorAll(".user")) other.setAttribute("aria-current", String(other === message));
  if (turn.error) return at("turn").replaceChildren(element("h2", { text: "The turn failed" }), element("pre", { text: turn.error }));
  const seen = turn.understanding, parts = [];
  if (seen) {
    parts.push(element("h2", { text: "Understood" }), evidence(seen),
      ...table("Intents", seen.intent_ranking.slice(0, 5).map(one => [one.name, percent(one.confidence)])),
      ...table("Entities", seen.entities.map(one => [one.entity + (one.role ? "#" + one.role : ""), written(one.value),
        one.start == null ? "" : `${one.start}–${one.end}`, one.extractor || "", percent(one.confidence_entity)])));
  }
  parts.push(
    ...table("Decided", turn.decisions.map(one => [one.action, [one.policy, percent(one.confidence)].filter(Boolean).join(" "),
      one.rejected ? "rejected" : one.error || one.why])),
    ...table("Slots that changed", Object.entries(turn.changed).map(([name, both]) => [name, written(both.before), "→ " + written(both.after)])));
  for (const reply of turn.replies) {
    parts.push(...table(reply.act || "Reply", [["worded by", reply.origin], ["certificate", reply.certificate || "–"],
      ...reply.facts.map(fact => [fact.name, written(fact.value) + " ← " + fact.source])]));
  }
  parts.push(...table("Time", Object.entries(turn.timings).map(([stage, ms]) => [stage, ms + " ms"])),
    ...table("Tracker", [["form", turn.form || "–"], ["attempts", String(turn.attempts)],
      ...Object.entries(turn.slots).map(([name, value]) => [name, written(value)])]));
  at("turn").replaceChildren(...parts);
}

async function say(text, shown = text) {
  const message = at("log").appendChild(element("button", { type: "button", class: "user", text: shown }));
  let turn;
  try {
    const answer = await fetch("turn", { method: "POST", headers: { "content-type": "application/json" },
      body: JSON.stringify({ sender: sender.value, text }) });
    turn = await answer.json();
  } catch (error) {
    turn = { error: String(error) };
  }
  for (const reply of turn.replies || []) {
    if (reply.text) at("log").append(element("div", { class: "bot", text: reply.text }));
    for (const choice of reply.buttons) {
      const button = at("log").appendChild(element("button", { type: "button", class: "choice", text: choice.title }));
      button.onclick = () => say(choice.payload || choice.title, choice.title);
    }
  }
  message.onclick = () => show(turn, message);
  show(turn, message);
  at("log").scrollTop = at("log").scrollHeight;
  await story();
}

async function story() {
  const answer = await fetch("story?sender=" + encodeURIComponent(sender.value));
  at("story").textContent = answer.ok ? await answer.text() : "";
}

at("form").onsubmit = event => {
  event.preventDefault();
  const text = at("text").value.trim();
  at("text").value = "";
  if (text) say(text);
};
at("text").onkeydown = event => { if (event.key === "Enter" && event.isComposing) event.preventDefault(); };
sender.onchange = () => { at("log").replaceChildren(); at("turn").replaceChildren(); story(); };
at("save").onclick = () => {
  const link = element("a", { href: URL.createObjectURL(new Blob([at("story").textContent], { type: "text/yaml" })),
    download: `test_${sender.value.replace(/[^\w-]/g, "_")}.yml` });
  link.click();
  URL.revokeObjectURL(link.href);
};
