// The report as a file: one HTML document that needs nothing beside it and asks the network for nothing.
// In: a report, its drawings, a script, a way to take digests. Out: HTML, the same bytes for the same inputs.
import { render } from 'preact-render-to-string';
import type { Speech } from '../language/speak.ts';
import type { Drawings } from './charts/charts.ts';
import { ReportPage } from './page.tsx';
import type { ReportData } from './report-data.ts';
import { STYLE } from './style.ts';

export interface EmbeddedData {
  /** Id of the element that holds it. */
  readonly id: string;
  readonly json: string;
}

export interface PageInputs {
  readonly report: ReportData;
  readonly drawings: Drawings;
  readonly speech: Speech;
  /** Runs in the page; none where it is empty. */
  readonly script: string;
  /** What scripts read beside the report itself, such as a catalogue or explanations. */
  readonly embedded?: readonly EmbeddedData[];
  /** SHA-256 of a text as UTF-8, in base64. */
  readonly digest: (text: string) => string;
}

export function renderPage({ report, drawings, speech, script, embedded = [], digest }: PageInputs): string {
  const inline = closeSafe(script);
  const policy = [
    "default-src 'none'",
    `style-src 'sha256-${digest(STYLE)}'`,
    // A worker made of the page's own script plans again without blocking it.
    ...(inline === '' ? [] : [`script-src 'sha256-${digest(inline)}'`, 'worker-src blob:']),
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  const data = [{ id: 'report-data', json: JSON.stringify(report) }, ...embedded];
  return [
    '<!doctype html>',
    `<html lang="${speech.language}">`,
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    '<meta name="referrer" content="no-referrer">',
    render(<title>{speech.say('report.title', { name: report.name })}</title>),
    `<style>${STYLE}</style>`,
    '</head>',
    '<body>',
    `<div id="report">${render(<ReportPage report={report} drawings={drawings} speech={speech} />)}</div>`,
    ...(inline === ''
      ? []
      : [
          ...data.map(({ id, json }) => `<script type="application/json" id="${id}">${jsonSafe(json)}</script>`),
          `<script>${inline}</script>`,
        ]),
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

/** A script that cannot end its own element early. */
function closeSafe(script: string): string {
  return script.replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--');
}

/** JSON in which nothing can end the element it stands in: the same values, with `<` written as an escape. */
function jsonSafe(json: string): string {
  return json.replaceAll('<', '\\u003c');
}
