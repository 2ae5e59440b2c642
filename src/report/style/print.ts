// Paper: two A4 pages at most, narrow drawings three abreast; what only a screen can do is left out.

export const PRINT_STYLE = `
@page { size: A4; margin: 10mm 12mm; }
@media print {
  :root { --ground: #ffffff; --soft: #f2f1ee; }
  html { font-size: 8.4px; }
  body { zoom: .92; font-size: 8.2pt; line-height: 1.38; background: none; -webkit-print-color-adjust: exact; print-color-adjust: exact; }
  main, footer, .top { max-width: none; padding: 0; margin: 0; }
  .top { padding-bottom: 2mm; }
  .top nav, .theme, .skip, #what-if, details, #running, .all-options, .sort .arrow, .absent, .ranked caption { display: none !important; }
  main > section, .inner { margin-top: 4mm; }
  main > section > h2, .inner > h2 { margin-bottom: 1.5mm; }
  h2, .inner > h2 { font-size: 11pt; }
  h3 { font-size: 8.4pt; }
  .verdict { padding: 4mm 5mm; border-radius: 2mm; }
  .eyebrow { font-size: 6.5pt; margin-bottom: 1mm; }
  h1 { font-size: 13.5pt; }
  .workload { margin-top: 1.2mm; font-size: 8pt; }
  .figures { margin-top: 2.5mm; padding-top: 2.5mm; gap: 2mm 3mm; grid-template-columns: repeat(6, auto); }
  .figure dt, .figure .note { font-size: 6.6pt; }
  .figure .value { font-size: 12pt; }
  .flips { margin-top: 2.5mm; padding-top: 2mm; }
  .flips h2 { font-size: 8.4pt; }
  .flips ul { grid-template-columns: 1fr 1fr; gap: .4mm 5mm; margin-top: .8mm; }
  .flips li { font-size: 7.6pt; padding-left: 3mm; }
  .flips li::before { width: 1mm; height: 1mm; border-width: .3mm; top: .55em; }
  .scroll { overflow: visible; }
  .options .scroll { padding: 0 2mm; border-radius: 2mm; }
  .data { font-size: 7.4pt; line-height: 1.25; }
  .data thead th { font-size: 6.6pt; }
  .data th, .data td { padding: .55mm 2mm .55mm 0; }
  .sort { text-decoration: none; }
  .ranked th, .ranked td { white-space: nowrap; }
  .why-not { grid-template-columns: repeat(3, 1fr); gap: 1.5mm 5mm; }
  .why-not dt { font-size: 7.6pt; padding-bottom: 0; }
  .why-not .count { font-size: 6.6pt; }
  .why-not dd { font-size: 6.9pt; line-height: 1.25; margin-top: .4mm; display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden; }
  .charts { columns: auto; display: grid; grid-template-columns: repeat(3, 1fr); gap: 2.5mm; }
  .chart { margin: 0; padding: 2mm 2.5mm 1.5mm; border-radius: 1.5mm; }
  .chart .lead { font-size: 6.6pt; line-height: 1.25; margin-top: .4mm; }
  .drawing { margin-top: 1mm; }
  .drawing.wide { display: none; }
  .drawing.narrow { display: block; }
  .sources { min-width: 0; }
  #assumptions > .lead { display: none; }
  .sources, .sources tbody, .sources tr { display: block; }
  .sources thead { display: none; }
  .sources tbody { columns: 2; column-gap: 6mm; }
  .sources tr { break-inside: avoid; border-bottom: .2mm solid var(--line); padding: .35mm 0; display: grid; grid-template-columns: 32mm 1fr auto; column-gap: 2mm; font-size: 6.3pt; line-height: 1.2; }
  .sources th, .sources td { border: 0; padding: 0; display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 1; overflow: hidden; }
  .sources td:nth-child(2) { grid-column: 2 / 4; }
  .sources td:nth-child(3) { grid-column: 1 / 3; color: var(--muted); }
  .sources td:last-child { grid-column: 3; }
  .kind { border: 0; padding: 0; }
  a { color: inherit; text-decoration: none; }
  footer { margin-top: 3mm; padding: 1.5mm 0 0; font-size: 6.6pt; line-height: 1.25; gap: .6mm; }
  footer h2 { font-size: 7.6pt; }
  .warnings { margin-top: .5mm; gap: .3mm; }
  .warnings li { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden; }
}
`;
