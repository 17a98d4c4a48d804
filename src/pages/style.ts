/** How pages look: one column, the fonts of the machine, light or dark as the reader has it. */
export const STYLE = `:root {
  color-scheme: light dark;
  --paper: #fcfbf9; --ink: #22262a; --soft: #646b72; --line: #e3e0da; --panel: #f3f1ec; --link: #0b6470;
}
@media (prefers-color-scheme: dark) {
  :root { --paper: #16191c; --ink: #dfe2e4; --soft: #98a0a7; --line: #2c3136; --panel: #1e2226; --link: #7cc4cf; }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; max-width: 54rem; padding: 2.5rem 1.25rem 4rem;
  background: var(--paper); color: var(--ink);
  font: 1rem/1.6 system-ui, sans-serif; overflow-wrap: anywhere;
}
h1 { margin: 0; font-size: 2rem; line-height: 1.2; font-weight: 650; letter-spacing: -0.015em; }
h2 { margin: 3rem 0 0.75rem; font-size: 1.25rem; font-weight: 650; }
h3 { margin: 1.5rem 0 0.5rem; font-size: 1rem; font-weight: 600; }
p { margin: 0.5rem 0; }
header p, footer, small, .packages i, #found { color: var(--soft); }
a { color: var(--link); text-decoration-thickness: 0.06em; text-underline-offset: 0.18em; }
a:not(:hover) { text-decoration-color: color-mix(in srgb, currentcolor 35%, transparent); }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
code, pre { font: 0.85rem/1.55 ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
.lines { position: relative; margin: 0.75rem 0; }
pre {
  margin: 0; padding: 0.9rem 1rem; max-height: 15rem; overflow: auto; overflow-wrap: normal;
  background: var(--panel); border: 1px solid var(--line); border-radius: 8px;
}
button {
  position: absolute; top: 0.5rem; right: 0.5rem; padding: 0.2rem 0.7rem; cursor: pointer;
  font: inherit; font-size: 0.8rem; color: var(--soft);
  background: var(--paper); border: 1px solid var(--line); border-radius: 6px;
}
button:hover { color: var(--ink); border-color: var(--soft); }
summary { cursor: pointer; color: var(--link); }
.channel { margin: 0.5rem 0; padding: 0.6rem 1rem; border: 1px solid var(--line); border-radius: 8px; }
.channel > summary { font-weight: 600; color: inherit; }
label { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; white-space: nowrap; }
input {
  width: 100%; padding: 0.6rem 0.9rem; font: inherit; color: inherit;
  background: var(--paper); border: 1px solid var(--line); border-radius: 8px;
}
input:focus { border-color: var(--link); outline: 1px solid var(--link); outline-offset: 0; }
.table { overflow-x: auto; }
table { width: 100%; margin: 1.25rem 0; border-collapse: collapse; font-variant-numeric: tabular-nums; }
caption { padding-bottom: 0.25rem; text-align: left; font-weight: 600; }
th { font-size: 0.85rem; font-weight: 500; color: var(--soft); }
th, td { padding: 0.4rem 1rem 0.4rem 0; text-align: left; border-bottom: 1px solid var(--line); }
th:last-child, td:last-child { padding-right: 0; text-align: right; }
ul { margin: 0.75rem 0; padding: 0; list-style: none; }
.packages li { padding: 0.45rem 0; border-bottom: 1px solid var(--line); }
.packages a { font-weight: 600; }
.packages b { margin: 0 0.25rem; font-weight: 400; font-variant-numeric: tabular-nums; }
.packages i { display: block; font-style: normal; font-size: 0.9rem; }
.ranges { columns: 18rem; column-gap: 2rem; }
.ranges li { padding: 0.2rem 0; break-inside: avoid; }
.keys code { font-size: 0.95rem; }
article { padding: 1rem 0 1.5rem; border-bottom: 1px solid var(--line); scroll-margin-top: 1rem; }
article h2 { margin: 1rem 0 0; }
article:target h2 { color: var(--link); }
dl { display: grid; grid-template-columns: 8rem 1fr; gap: 0.25rem 1rem; margin: 0.75rem 0 0; font-size: 0.95rem; }
dt { color: var(--soft); }
dd { margin: 0; min-width: 0; white-space: pre-line; }
footer { margin-top: 4rem; font-size: 0.85rem; }
[hidden] { display: none; }
@media (max-width: 36rem) {
  body { padding-top: 1.5rem; }
  dl { grid-template-columns: 1fr; gap: 0; }
  dd { margin-bottom: 0.5rem; }
}
`;
