// The panel of dials, and what is still being worked on while they turn.

export const WHAT_IF_STYLE = `
.what-if { background: var(--surface); border: 1px solid var(--line); border-radius: 16px; padding: clamp(1.25rem, 3vw, 2rem); }
.what-if > .lead { margin-top: .4rem; }
.dials { border: 0; margin: 1.5rem 0 0; padding: 0; min-width: 0; display: grid; gap: 1.4rem 2.25rem; grid-template-columns: repeat(auto-fill, minmax(min(100%, 250px), 1fr)); }
.dials legend { font-size: .8125rem; font-weight: 650; color: var(--muted); padding: 0; margin-bottom: .9rem; }
.dial-head, .dial-foot { display: flex; justify-content: space-between; align-items: baseline; gap: .15rem .75rem; }
.dial-head { min-height: 1.6rem; }
.dial-foot { min-height: 1.3rem; }
.dial label { font-size: .9375rem; line-height: 1.35; }
.dial output { font-weight: 650; font-variant-numeric: tabular-nums; white-space: nowrap; }
.dial input[type="range"] { display: block; width: 100%; margin: .1rem 0; accent-color: var(--accent); height: 1.5rem; cursor: pointer; }
.dial select { width: 100%; font: inherit; font-size: .9375rem; color: var(--ink); background: var(--ground); border: 1px solid var(--line); border-radius: 8px; padding: .3rem .5rem; margin: .2rem 0; }
.dial .note { font-variant-numeric: tabular-nums; }
.dial .back { flex: none; border: 0; background: none; color: var(--accent); font-size: .8125rem; padding: 0; cursor: pointer; text-decoration: underline; text-underline-offset: .18em; }
.dial.turned output, .dial.turned label { color: var(--accent); }
.what-if-foot { display: flex; flex-wrap: wrap; align-items: center; gap: .6rem .75rem; margin-top: 1.75rem; padding-top: 1.25rem; border-top: 1px solid var(--line); }
.what-if-foot .status { flex: 1 1 18rem; font-size: .9375rem; color: var(--muted); min-height: 1.55em; }
.what-if-foot .status.confirmed { color: var(--good); }
.what-if-foot .status.failed, .what-if-foot .status.refused { color: var(--bad); }
.what-if-foot button { border: 1px solid var(--line); background: var(--ground); border-radius: 999px; padding: .35rem 1.1rem; font-size: .9375rem; cursor: pointer; }
.what-if-foot button.primary { border-color: var(--accent); color: var(--accent); }
.what-if-foot button:disabled { opacity: .5; cursor: default; }
.what-if > .note { margin-top: .9rem; }
.flips, .drawing { transition: opacity .15s; }
:root:is([data-what-if="starting"], [data-what-if="drafting"], [data-what-if="confirming"], [data-what-if="failed"]) :is(.flips, .drawing) { opacity: .35; }
@media (prefers-reduced-motion: reduce) { .flips, .drawing { transition: none; } }
`;
