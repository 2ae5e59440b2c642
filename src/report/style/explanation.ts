// The note that explains a figure, and the mark of figures that have one.

export const EXPLANATION_STYLE = `
.explained { cursor: help; text-decoration: underline dotted var(--line); text-underline-offset: .25em; }
.explained:hover, .explained:focus-visible { text-decoration-color: var(--accent); }
.explanation { position: absolute; z-index: 20; top: 0; left: 0; width: min(30rem, calc(100vw - 1rem)); max-height: 70vh; overflow: auto; background: var(--surface); color: var(--ink); border: 1px solid var(--line); border-radius: 12px; box-shadow: 0 12px 32px rgb(0 0 0 / .18); padding: .9rem 1rem; font-size: .875rem; line-height: 1.4; text-align: left; }
.explanation[hidden] { display: none; }
.explanation p { margin: 0 0 .5rem; }
.explanation .head { display: flex; justify-content: space-between; gap: 1rem; font-weight: 650; }
.explanation .value { font-variant-numeric: tabular-nums; white-space: nowrap; }
.explanation .formula { color: var(--muted); }
.explanation ul { list-style: none; margin: .5rem 0 0; padding: 0; border-top: 1px solid var(--line); }
.explanation li { display: grid; grid-template-columns: 1fr auto; gap: 0 1rem; padding: .35rem 0; border-bottom: 1px solid var(--soft); }
.explanation small { grid-column: 1 / -1; color: var(--muted); font-size: .8125rem; overflow-wrap: anywhere; }
.explanation .more { margin: .6rem 0 0; color: var(--muted); }
.explanation code { font-size: .8125rem; overflow-wrap: anywhere; }
@media print { .explanation { display: none; } .explained { text-decoration: none; } }
`;
