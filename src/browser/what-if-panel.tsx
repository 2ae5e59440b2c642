// The panel of dials: each with its value, its own mark, its stated range, and a way back.
// In: dials and where they stand. Out: a section; native inputs, so that keyboard and screen reader work as everywhere.
/// <reference lib="dom" />
import type { Speech } from '../language/speak.ts';
import { type Dial, type DialId, indexOf } from '../whatif/dials.ts';
import { sayRange, sayStop } from './say-stop.ts';
import type { Phase, WhatIf } from './use-what-if.ts';

interface PanelProps {
  readonly dials: readonly Dial[];
  readonly file: string;
  readonly whatIf: WhatIf;
  /** Whether the report shows a mix or a schedule, which the page cannot work out anew. */
  readonly leavesOut: boolean;
  readonly speech: Speech;
}

const MONEY: ReadonlySet<DialId> = new Set(['electricity', 'pue', 'costOfCapital', 'priceBasis', 'prices', 'discount', 'term']);
const BUSY: ReadonlySet<Phase> = new Set(['starting', 'drafting', 'confirming']);

export function WhatIfPanel({ dials, file, whatIf, leavesOut, speech }: PanelProps) {
  const { say } = speech;
  const { settings, phase, problem, text, onReset } = whatIf;
  const isOwn = Object.keys(settings).length === 0;
  const group = (id: 'demand' | 'money', its: readonly Dial[]) =>
    its.length > 0 && (
      <fieldset class="dials">
        <legend>{say(`whatIf.group.${id}`)}</legend>
        {its.map((dial) => (
          <DialControl key={dial.id} dial={dial} whatIf={whatIf} speech={speech} />
        ))}
      </fieldset>
    );
  return (
    <div class="what-if" data-answers={whatIf.answers}>
      <h2 id="what-if-title">{say('whatIf.title')}</h2>
      <p class="lead">{say('whatIf.lead')}</p>
      {group(
        'demand',
        dials.filter((dial) => !MONEY.has(dial.id)),
      )}
      {group(
        'money',
        dials.filter((dial) => MONEY.has(dial.id)),
      )}
      <div class="what-if-foot">
        <p role="status" class={`status ${phase}`} aria-busy={BUSY.has(phase)}>
          {say(`whatIf.status.${phase}`, { problem: problem ?? '' })}
        </p>
        <button type="button" onClick={onReset} disabled={isOwn}>
          {say('whatIf.resetAll')}
        </button>
        <button type="button" class="primary" onClick={() => download(text ?? '', file, isOwn)} disabled={text === null}>
          {say('whatIf.download')}
        </button>
      </div>
      {!isOwn && leavesOut && <p class="note">{say('whatIf.left')}</p>}
    </div>
  );
}

interface ControlProps {
  readonly dial: Dial;
  readonly whatIf: Pick<WhatIf, 'settings' | 'onTurn'>;
  readonly speech: Speech;
}

function DialControl({ dial, whatIf: { settings, onTurn }, speech }: ControlProps) {
  const { say } = speech;
  const index = indexOf(dial, settings);
  const id = `dial-${dial.id}`;
  const told = (at: number) => sayStop(dial, dial.stops[at] ?? '', speech);
  const own = told(dial.ownIndex);
  const reset = () => {
    onTurn(dial, dial.ownIndex);
    // The button goes away, and with it the focus would.
    document.getElementById(id)?.focus();
  };
  return (
    <div class={`dial ${index === dial.ownIndex ? '' : 'turned'}`}>
      <div class="dial-head">
        <label for={id}>{say(`whatIf.dial.${dial.id}`)}</label>
        {dial.unit !== 'choice' && <output for={id}>{told(index)}</output>}
      </div>
      {dial.unit === 'choice' ? (
        <select id={id} value={String(index)} aria-describedby={`${id}-own`} onChange={(event) => onTurn(dial, readIndex(event))}>
          {dial.stops.map((stop, at) => (
            <option key={stop} value={String(at)}>
              {told(at)}
            </option>
          ))}
        </select>
      ) : (
        <>
          <input
            id={id}
            type="range"
            min={0}
            max={dial.stops.length - 1}
            step={1}
            value={index}
            list={`${id}-mark`}
            aria-valuetext={told(index)}
            aria-describedby={`${id}-own`}
            onInput={(event) => onTurn(dial, readIndex(event))}
          />
          <datalist id={`${id}-mark`}>
            <option value={String(dial.ownIndex)} label={own} />
          </datalist>
        </>
      )}
      <div class="dial-foot">
        <p class="note" id={`${id}-own`}>
          {sayOwn(dial, own, speech)}
        </p>
        {index !== dial.ownIndex && (
          <button type="button" class="back" aria-label={say('whatIf.resetTo', { value: own })} onClick={reset}>
            {say('whatIf.reset')}
          </button>
        )}
      </div>
    </div>
  );
}

function sayOwn(dial: Dial, own: string, speech: Speech): string {
  const { stated } = dial;
  if (stated === null) return speech.say('whatIf.own', { value: own });
  return speech.say('whatIf.assumed', { value: own, range: sayRange(dial, stated.low, stated.high, speech) });
}

function readIndex(event: Event): number {
  return Number((event.currentTarget as HTMLInputElement | HTMLSelectElement).value);
}

/** Saves the workload; a turned one under a name of its own, so that it never lands on the file it came from. */
function download(text: string, file: string, isOwn: boolean): void {
  const address = URL.createObjectURL(new Blob([text], { type: 'application/yaml' }));
  const anchor = document.createElement('a');
  anchor.href = address;
  anchor.download = isOwn ? file : file.replace(/(\.ya?ml|\.json)?$/i, '-what-if.yaml');
  anchor.click();
  URL.revokeObjectURL(address);
}
