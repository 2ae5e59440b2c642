// Tables, and the list of why not.

export const TABLE_STYLE = `
.scroll { overflow-x: auto; max-width: 100%; }
.data { border-collapse: collapse; width: 100%; font-size: .875rem; font-variant-numeric: tabular-nums; line-height: 1.4; }
.data caption { text-align: left; color: var(--muted); padding-bottom: .5rem; font-size: .8125rem; }
.data th, .data td { text-align: left; padding: .5rem .75rem .5rem 0; vertical-align: top; border-bottom: 1px solid var(--line); font-weight: 400; }
.data th:last-child, .data td:last-child { padding-right: 0; }
.data thead th { color: var(--muted); font-size: .8125rem; vertical-align: bottom; border-bottom-color: var(--muted); }
.data tbody th { font-weight: 550; }
.data .number { text-align: right; white-space: nowrap; }
.data tbody tr:hover { background: var(--soft); }
.ranked { background: var(--surface); }
.ranked caption { padding-top: .75rem; }
.options .scroll { background: var(--surface); border: 1px solid var(--line); border-radius: 12px; padding: .25rem 1.25rem; }
.options { position: relative; }
.ranked tbody tr:last-child > * { border-bottom: 0; }
.ranked .winner > * { background: var(--soft); }
.ranked .winner .number, .ranked .winner th { font-weight: 700; }
@media (min-width: 1080px) { .ranked td, .ranked th { white-space: nowrap; } }
.ranked tr.more { display: none; }
.options:has(#all-options:checked) tr.more { display: table-row; }
.all-options { margin-bottom: .6rem; font-size: .875rem; }
.all-options input { accent-color: var(--accent); }
.sort { background: none; border: 0; padding: 0; cursor: pointer; color: inherit; text-align: inherit; }
.sort:hover { color: var(--ink); text-decoration: underline; }
.sort .arrow::after { content: "↕"; opacity: .45; margin-left: .3em; }
[aria-sort="ascending"] .arrow::after { content: "↑"; opacity: 1; }
[aria-sort="descending"] .arrow::after { content: "↓"; opacity: 1; }
.sources { min-width: 34rem; }
.sources th { overflow-wrap: anywhere; }
.sources td { overflow-wrap: anywhere; }
.sources .date { white-space: nowrap; }
.kind { color: var(--muted); border: 1px solid var(--line); border-radius: 4px; padding: 0 .3em; }
.more-sources { margin-top: 1.25rem; }
.more-sources .scroll { margin-top: .75rem; }
.why-not { margin: 0; display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 320px), 1fr)); gap: 1.25rem 2.5rem; }
.why-not dt { font-weight: 600; display: flex; justify-content: space-between; gap: 1rem; border-bottom: 1px solid var(--line); padding-bottom: .25rem; }
.why-not .count { font-weight: 400; color: var(--muted); font-size: .875rem; white-space: nowrap; }
.why-not dd { margin: .4rem 0 0; font-size: .9375rem; color: var(--muted); overflow-wrap: anywhere; }
.running { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); gap: 1.5rem 2.5rem; }
.running ul { margin: .4rem 0 0; padding-left: 1.1rem; font-size: .9375rem; color: var(--muted); }
.running li { margin-top: .25rem; overflow-wrap: anywhere; }
.machines { font-size: .8125rem; }
`;
