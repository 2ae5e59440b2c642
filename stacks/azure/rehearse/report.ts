// What a rehearsal found, in words.
// In: the report. Out: lines for a terminal, with how far this rehearsal reaches.
import { type RehearsalReport, renderRehearsal } from '../../../src/documents/rehearsal.ts';

/** For a terminal. */
export function renderReport(report: RehearsalReport): string {
  return renderRehearsal(report, 'what only Azure can refuse was not asked');
}
