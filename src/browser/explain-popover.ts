// What explains the figure under the pointer or the focus: a note beside it that can be pointed at and sent away with Escape.
// In: marked figures (`data-figure`), and the page's explanations. Out: a note; figures take focus, in tables by the arrows.
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import { HOVER_DATA_ID, type HoverData, type HoverFigure, type HoverPart } from '../report/hover-note.ts';

const NOTE_ID = 'explanation';
/** The pointer may wander so long from a figure to its note. */
const GRACE_MILLISECONDS = 250;
const GAP_PIXELS = 8;

/** @param command - as a reader would type it to see all of a figure, around its path */
export function explainFigures(page: HTMLElement, command: (path: string) => string): void {
  const text = document.getElementById(HOVER_DATA_ID)?.textContent;
  if (text == null) return;
  const known = JSON.parse(text) as HoverData;
  const note = document.createElement('div');
  note.id = NOTE_ID;
  note.className = 'explanation';
  note.setAttribute('role', 'tooltip');
  note.lang = 'en';
  note.hidden = true;
  document.body.append(note);
  let shown: HTMLElement | null = null;
  let leaving: ReturnType<typeof setTimeout> | undefined;

  const pathOf = (element: HTMLElement) => (element.dataset.figure ?? '').replace(/^winner\./, 'options.1.');
  /** A figure that a dial has moved is another one than that of the plan. */
  const explanationOf = (element: HTMLElement): HoverFigure | null => {
    const path = pathOf(element);
    const found = Object.hasOwn(known, path) ? known[path] : undefined;
    return found !== undefined && Number(element.dataset.value) === found.planned ? found : null;
  };
  const hide = () => {
    clearTimeout(leaving);
    note.hidden = true;
    shown?.removeAttribute('aria-describedby');
    shown = null;
  };
  const hideSoon = () => {
    clearTimeout(leaving);
    leaving = setTimeout(hide, GRACE_MILLISECONDS);
  };
  const show = (element: HTMLElement) => {
    clearTimeout(leaving);
    if (shown === element) return;
    const found = explanationOf(element);
    hide();
    if (found === null) return;
    note.replaceChildren(...tell(found, command(pathOf(element))));
    note.hidden = false;
    place(note, element);
    element.setAttribute('aria-describedby', NOTE_ID);
    shown = element;
  };
  const figureAt = (target: EventTarget | null) =>
    target instanceof Element ? target.closest<HTMLElement>('[data-figure]') : null;

  page.addEventListener('pointerover', (event) => {
    const figure = figureAt(event.target);
    if (figure !== null) show(figure);
  });
  page.addEventListener('pointerout', (event) => {
    if (figureAt(event.target) !== null) hideSoon();
  });
  page.addEventListener('focusin', (event) => {
    const figure = figureAt(event.target);
    if (figure === null) hide();
    else show(figure);
  });
  page.addEventListener('focusout', hideSoon);
  note.addEventListener('pointerenter', () => clearTimeout(leaving));
  note.addEventListener('pointerleave', hideSoon);
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') hide();
    else if (event.key.startsWith('Arrow') && moveFocus(figureAt(event.target), event.key)) event.preventDefault();
  });
  const reach = () => makeReachable(page, explanationOf);
  reach();
  // Sorting and dials draw figures anew.
  new MutationObserver(reach).observe(page, {
    childList: true,
    subtree: true,
    attributes: true,
    attributeFilter: ['data-value', 'data-figure'],
  });
}

/** Every explained figure takes focus: alone by Tab, of a table one by Tab and the others by the arrows. */
function makeReachable(page: HTMLElement, explanationOf: (element: HTMLElement) => HoverFigure | null): void {
  const stops = new Set<Element>();
  for (const element of page.querySelectorAll<HTMLElement>('[data-figure]')) {
    const isExplained = explanationOf(element) !== null;
    element.classList.toggle('explained', isExplained);
    if (!isExplained) {
      element.removeAttribute('tabindex');
      continue;
    }
    const table = element.closest('table');
    const isStop = table === null || !stops.has(table);
    if (table !== null) stops.add(table);
    element.tabIndex = isStop ? 0 : -1;
  }
}

/** From a figure of a table to its neighbour; where there is none the arrow does what it always does. */
function moveFocus(from: HTMLElement | null, key: string): boolean {
  const row = from?.closest('tr');
  if (from === null || row == null) return false;
  const explained = (within: Element) => [...within.querySelectorAll<HTMLElement>('.explained')];
  const own = explained(row);
  const at = own.indexOf(from);
  const step = key === 'ArrowLeft' || key === 'ArrowUp' ? -1 : 1;
  let next: HTMLElement | undefined;
  if (key === 'ArrowLeft' || key === 'ArrowRight') next = own[at + step];
  else {
    const rows = [...(row.parentElement?.children ?? [])];
    next = explained(rows[rows.indexOf(row) + step] ?? document.createElement('tr'))[at];
  }
  next?.focus();
  return next !== undefined;
}

/** Below the figure where there is room, above it elsewhere, and never beyond the window's edge. */
function place(note: HTMLElement, figure: HTMLElement): void {
  const at = figure.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = note;
  const left = Math.max(GAP_PIXELS, Math.min(at.left, document.documentElement.clientWidth - width - GAP_PIXELS));
  const below = at.bottom + GAP_PIXELS;
  const top = below + height <= window.innerHeight || at.top < height + GAP_PIXELS ? below : at.top - height - GAP_PIXELS;
  note.style.left = `${left + window.scrollX}px`;
  note.style.top = `${top + window.scrollY}px`;
}

function element(name: string, className: string, ...content: (string | Node)[]): HTMLElement {
  const made = document.createElement(name);
  if (className !== '') made.className = className;
  made.append(...content);
  return made;
}

function tell(figure: HoverFigure, command: string): Node[] {
  return [
    element('p', 'head', element('span', 'name', figure.name), element('span', 'value', figure.value)),
    ...(figure.formula === null ? [] : [element('p', 'formula', figure.formula)]),
    ...(figure.evidence === null ? [] : [element('p', 'evidence', figure.evidence)]),
    ...tellParts(figure.parts),
    element('p', 'more', element('code', '', command)),
  ];
}

function tellParts(parts: readonly HoverPart[]): Node[] {
  if (parts.length === 0) return [];
  const items = parts.map((part) =>
    element(
      'li',
      '',
      element('span', 'name', part.name),
      element('span', 'value', part.value),
      ...(part.evidence === null ? [] : [element('small', 'evidence', part.evidence)]),
      ...(part.formula === null ? [] : [element('small', 'formula', part.formula)]),
    ),
  );
  return [element('ul', '', ...items)];
}
