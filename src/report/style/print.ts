// Paper: two A4 pages, narrow drawings side by side, what only a screen can do left out.

export const PRINT_STYLE = `
@page { size: A4; margin: 11mm 12mm; }
@media print {
  .top nav, .theme, .skip, #what-if, details, .all-options { display: none !important; }
  .drawing.wide { display: none; }
  .drawing.narrow { display: block; }
  body { font-size: 9pt; background: none; }
}
`;
