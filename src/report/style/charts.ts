// Figures: their place, their keys, and the two sizes of each drawing.

export const CHART_STYLE = `
.charts { columns: 2 460px; column-gap: 1.5rem; }
.chart { margin: 0 0 1.5rem; break-inside: avoid; background: var(--surface); border: 1px solid var(--line); border-radius: 12px; padding: 1.25rem 1.4rem 1rem; min-width: 0; }
.chart .lead { font-size: .875rem; margin-top: .25rem; }
.drawing { margin-top: .75rem; }
.drawing svg { display: block; width: 100%; max-width: 640px; height: auto; margin: 0 auto; overflow: visible; font-family: inherit; }
.drawing svg text { white-space: pre; font-variant-numeric: tabular-nums; }
.drawing.narrow { display: none; }
@media (max-width: 560px) { .drawing.wide { display: none; } .drawing.narrow { display: block; } }
.numbers { margin-top: .75rem; }
.numbers .scroll { margin-top: .5rem; }
.recomputed { color: var(--bad); font-size: .8125rem; margin-top: .25rem; }
.absent { color: var(--muted); margin-top: 1rem; max-width: 68ch; }
.mark { display: inline-block; width: .7em; height: .7em; margin-right: .45em; background: currentColor; vertical-align: -.02em; }
.mark.onprem { background: var(--c-onprem); border-radius: 50%; }
.mark.aws { background: var(--c-aws); }
.mark.azure { background: var(--c-azure); clip-path: polygon(50% 0, 100% 100%, 0 100%); }
.mark.hosted { background: var(--c-hosted); transform: rotate(45deg) scale(.85); }
`;
