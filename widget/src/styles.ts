/** Colours have a contrast of 4.5 and more in both themes; directions are logical, so that right to left needs nothing. */

const LIGHT = `
  --ground: #f4f5f7; --paper: #fff; --ink: #1b1f24; --dim: #57606a; --line: #8c959f; --soft: #d0d7de;
  --accent: #0b57d0; --on-accent: #fff; --good: #1a7f37; --bad: #b3261e; color-scheme: light;`;

const DARK = `
  --ground: #0f1216; --paper: #1a1f26; --ink: #e6e9ed; --dim: #a3adb8; --line: #6e7985; --soft: #39424d;
  --accent: #9ac2ff; --on-accent: #06264f; --good: #7ee2a0; --bad: #ffb4ab; color-scheme: dark;`;

export const STYLES = `
:host { ${LIGHT} font: 16px/1.5 system-ui, "PingFang SC", "Noto Sans CJK SC", "Microsoft YaHei", sans-serif;
  color: var(--ink); position: fixed; inset-block-end: 1rem; inset-inline-end: 1rem; z-index: 2147483000; display: block; }
:host([hidden]) { display: none; }
:host([theme="dark"]) { ${DARK} }
@media (prefers-color-scheme: dark) { :host(:not([theme="light"])) { ${DARK} } }
:host([inline]) { position: static; height: 100%; min-height: 20rem; }
*, ::before { box-sizing: border-box; }
[hidden] { display: none !important; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
button, input, textarea { font: inherit; color: inherit; }
button { min-height: 2.5rem; padding: .25rem .9rem; border: 1px solid var(--line); border-radius: 1.25rem; background: var(--paper); cursor: pointer; }
button:hover { border-color: var(--accent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.primary { background: var(--accent); color: var(--on-accent); border-color: transparent; }
.round { width: 2.75rem; height: 2.75rem; padding: 0; border-radius: 50%; flex: none; display: grid; place-items: center; }
svg { width: 1.4rem; height: 1.4rem; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; }
.launcher { width: 3.5rem; height: 3.5rem; padding: 0; border-radius: 50%; display: grid; place-items: center; position: relative; margin-inline-start: auto; box-shadow: 0 4px 16px #0004; }
.badge { position: absolute; inset-block-start: -.3rem; inset-inline-end: -.3rem; min-width: 1.5rem; padding: 0 .4rem; border-radius: .75rem; background: #b3261e; color: #fff; font-size: .85rem; }
.panel { display: flex; flex-direction: column; background: var(--ground); border: 1px solid var(--soft); border-radius: 1rem; overflow: hidden;
  width: min(24rem, calc(100vw - 2rem)); height: min(40rem, calc(100dvh - 2rem)); box-shadow: 0 8px 32px #0005; }
:host([open]) .launcher, :host([inline]) .launcher, :host([inline]) .closer { display: none; }
:host([inline]) .panel { width: 100%; height: 100%; box-shadow: none; }
@media (max-width: 30rem), (max-height: 30rem) {
  :host([open]:not([inline])) { inset: 0; }
  :host(:not([inline])) .panel { width: 100vw; height: 100dvh; border: 0; border-radius: 0; }
}
.bar { display: flex; gap: .5rem; align-items: center; padding-block: .5rem; padding-inline: 1rem .5rem; background: var(--paper); border-block-end: 1px solid var(--soft); }
h2 { font-size: 1.05rem; margin: 0; flex: 1; overflow-wrap: anywhere; }
.bar button { border-color: transparent; }
.handover { padding: .4rem 1rem; background: var(--accent); color: var(--on-accent); font-size: .9rem; }
.log { flex: 1; min-height: 4rem; overflow-y: auto; padding: .75rem 1rem; overscroll-behavior: contain; display: flex; flex-direction: column; gap: .6rem; }
.log:focus-visible { outline-offset: -3px; }
.bot, .me { display: flex; flex-direction: column; gap: .4rem; max-width: 88%; position: relative; }
.bot { align-self: start; align-items: start; }
.me { align-self: end; align-items: end; gap: .1rem; }
.bubble { padding: .5rem .85rem; overflow-wrap: anywhere; white-space: pre-wrap; }
.bot .bubble, .draft { background: var(--paper); border: 1px solid var(--soft); border-radius: 1rem; border-start-start-radius: .25rem; }
.me .bubble { background: var(--accent); color: var(--on-accent); border-radius: 1rem; border-end-end-radius: .25rem; }
.me[data-state="failed"] .bubble { background: var(--paper); color: var(--bad); border: 2px solid var(--bad); }
.state { font-size: .8rem; color: var(--dim); }
.me[data-state="done"]:not(:nth-last-child(1 of .me)) .state { display: none; }
.state button { min-height: 1.75rem; padding: 0 .6rem; }
img { display: block; max-width: 100%; max-height: 16rem; border-radius: .5rem; }
a { color: inherit; }
.choices { display: flex; flex-wrap: wrap; gap: .5rem; }
.choices button { border-color: var(--accent); color: var(--accent); }
.stars button { min-width: 2.75rem; }
.rating { display: grid; gap: .4rem; }
.products { list-style: none; margin: 0; padding: .25rem; display: grid; gap: .5rem; width: 100%; }
.product { display: grid; gap: .2rem; padding: .65rem .85rem; background: var(--paper); border: 1px solid var(--soft); border-radius: .75rem; }
.price { font-variant-numeric: tabular-nums; }
.dim { color: var(--dim); font-size: .9rem; }
.timeline, .card-form { padding: .65rem .85rem; background: var(--paper); border: 1px solid var(--soft); border-radius: .75rem; width: 100%; }
.timeline ol { list-style: none; margin: .4rem 0 0; padding: 0; }
.timeline li { display: grid; padding: 0 0 .6rem; padding-inline-start: 1.5rem; position: relative; }
.timeline li::before { content: ""; position: absolute; inset-inline-start: .1rem; inset-block-start: .4rem; width: .75rem; height: .75rem; border: 2px solid var(--line); border-radius: 50%; background: var(--paper); z-index: 1; }
.timeline li:not(:last-child)::after { content: ""; position: absolute; inset-inline-start: .42rem; inset-block: .9rem -.4rem; border-inline-start: 2px solid var(--soft); }
.timeline .done::before { background: var(--good); border-color: var(--good); }
.timeline .now::before { background: var(--accent); border-color: var(--accent); }
.timeline .now { font-weight: 600; }
.timeline .failed::before { background: var(--bad); border-color: var(--bad); }
.timeline .dim { font-weight: 400; }
.card-form { display: grid; gap: .5rem; }
.card-form label { display: grid; gap: .1rem; font-size: .9rem; }
.card-form input, textarea { width: 100%; padding: .5rem .75rem; background: var(--paper); border: 1px solid var(--line); border-radius: .5rem; font-size: 1rem; }
.card-form input[aria-invalid="true"] { border: 2px solid var(--bad); }
.status { min-height: 1.9rem; padding: .1rem 1rem; color: var(--dim); font-size: .9rem; }
.composer { display: flex; gap: .5rem; align-items: end; padding: .25rem .75rem .75rem; background: var(--ground); }
textarea { flex: 1; min-height: 2.75rem; max-height: 8rem; border-radius: 1.35rem; padding-inline: 1rem; resize: none; }
@media (max-height: 26rem) { .bar { padding-block: 0; } .status:empty { min-height: 0; } }
@media (prefers-reduced-motion: no-preference) {
  .dots::after { content: "…"; animation: blink 1.2s infinite; }
  .bot, .me { animation: appear .2s ease-out; }
  @keyframes blink { 50% { opacity: .2; } }
  @keyframes appear { from { translate: 0 .4rem; } }
}
@media (forced-colors: active) { .timeline li::before { forced-color-adjust: none; } .me .bubble { border: 1px solid; } }
`;
