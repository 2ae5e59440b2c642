// Type, space and the verdict.

export const BASE_STYLE = `
* { box-sizing: border-box; }
html { scroll-behavior: smooth; scroll-padding-top: 4rem; -webkit-text-size-adjust: 100%; }
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
main, footer, .top { max-width: 1180px; margin: 0 auto; padding: 0 clamp(1rem, 3vw, 2rem); }
h1, h2, h3 { line-height: 1.2; text-wrap: balance; margin: 0; }
h2 { font-size: 1.5rem; font-weight: 650; letter-spacing: -.012em; }
h3 { font-size: 1.0625rem; font-weight: 650; }
p { margin: 0; }
a { color: var(--accent); text-underline-offset: .18em; }
main > section { margin-top: 3.5rem; }
main > section > h2, .inner > h2 { margin-bottom: 1rem; }
.inner { margin-top: 2.5rem; }
.inner > h2 { font-size: 1.25rem; }
.lead { color: var(--muted); max-width: 68ch; text-wrap: pretty; }
.note { color: var(--muted); font-size: .8125rem; }
.skip { position: absolute; left: -999rem; }
.skip:focus { left: 1rem; top: 1rem; z-index: 3; background: var(--surface); padding: .5rem 1rem; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 3px; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
[hidden] { display: none !important; }
.top { display: flex; align-items: baseline; gap: .5rem 1.75rem; flex-wrap: wrap; padding-top: 1.1rem; padding-bottom: 1.1rem; }
.brand { font-weight: 700; letter-spacing: -.01em; margin-right: auto; overflow-wrap: anywhere; }
.brand span { font-weight: 400; color: var(--muted); }
.top nav { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; font-size: .9375rem; }
.top nav a { color: var(--muted); text-decoration: none; padding: .15rem 0; }
.top nav a:hover { color: var(--ink); text-decoration: underline; }
button { font: inherit; color: inherit; }
.theme { border: 1px solid var(--line); background: var(--surface); border-radius: 999px; padding: .2rem .9rem; font-size: .875rem; cursor: pointer; }
.verdict { background: var(--surface); border: 1px solid var(--line); border-radius: 16px; padding: clamp(1.25rem, 3.5vw, 2.75rem); margin-top: .5rem; }
.eyebrow { text-transform: uppercase; letter-spacing: .09em; font-size: .75rem; font-weight: 650; color: var(--good); margin-bottom: .75rem; }
.infeasible .eyebrow { color: var(--bad); }
h1 { font-size: clamp(1.375rem, 1rem + 1.6vw, 2.125rem); font-weight: 650; letter-spacing: -.02em; max-width: 34em; overflow-wrap: break-word; }
.workload { color: var(--muted); margin-top: .9rem; max-width: 80ch; overflow-wrap: anywhere; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(138px, 1fr)); gap: 1.5rem 1.5rem; margin: 2rem 0 0; padding-top: 1.75rem; border-top: 1px solid var(--line); }
.figure { display: grid; grid-row: span 2; grid-template-rows: subgrid; row-gap: 0; }
.figure dt { align-self: end; color: var(--muted); font-size: .8125rem; }
.figure dd { margin: .15rem 0 0; }
.figure .value { display: block; width: fit-content; font-size: 1.5rem; font-weight: 650; letter-spacing: -.015em; font-variant-numeric: tabular-nums; line-height: 1.25; white-space: nowrap; }
.figure .note { display: block; margin-top: .1rem; font-variant-numeric: tabular-nums; }
.flips { margin-top: 2rem; padding-top: 1.5rem; border-top: 1px solid var(--line); }
.flips h2 { font-size: .9375rem; letter-spacing: 0; }
.flips ul { list-style: none; margin: .6rem 0 0; padding: 0; display: grid; gap: .3rem 2rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 400px), 1fr)); }
.flips li::first-letter { text-transform: uppercase; }
.flips li { padding-left: 1.1rem; position: relative; color: var(--ink); font-size: .9375rem; overflow-wrap: anywhere; }
.flips li::before { content: ""; position: absolute; left: 0; top: .6em; width: .45rem; height: .45rem; border: 2px solid var(--accent); border-radius: 50%; }
footer { margin-top: 4rem; padding-top: 1.5rem; padding-bottom: 3rem; border-top: 1px solid var(--line); color: var(--muted); font-size: .875rem; display: grid; gap: .6rem; }
footer h2 { font-size: 1rem; color: var(--ink); }
.warnings { margin: .5rem 0 0; padding: 0; list-style: none; display: grid; gap: .4rem; }
.warnings li { overflow-wrap: anywhere; }
code, .kind { font: .8125em ui-monospace, "SFMono-Regular", Menlo, Consolas, monospace; }
details > summary { cursor: pointer; color: var(--accent); font-size: .875rem; width: fit-content; }
`;
