// A table without borders, for terminals.
const NOTHING_AROUND = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
};

/** Settings for cli-table3: columns set apart by a gap, no lines, no colours of its own. */
export function plainTable(gap: ' ' | '  ') {
  return { chars: { ...NOTHING_AROUND, middle: gap }, style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] } };
}
