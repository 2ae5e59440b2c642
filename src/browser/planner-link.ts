// The page's end of its planning workers: one gives first answers at once, the other whole ones when the dials rest.
// In: packed planner and catalogue, settings. Out: answers, the newest last; whatever was overtaken is dropped.
/// <reference lib="dom" />
import type { Settings } from '../whatif/dials.ts';
import type { Answer, Opening, Question } from './planner-messages.ts';

/** Dials that rest for so long are asked for a whole answer. */
const REST_MILLISECONDS = 250;

export interface Packed {
  /** Deflated and in base64. */
  readonly planner: string;
  readonly catalog: string;
}

export interface PlannerLink {
  readonly ask: (settings: Settings) => void;
  /** What is on its way is of no interest any more. */
  readonly forget: () => void;
}

/** Starts both workers; they plan the workload once as it is, so that the first turn of a dial finds them warm. */
export async function openPlannerLink(
  packed: Packed,
  opening: Omit<Opening, 'kind' | 'catalog'>,
  onAnswer: (answer: Answer) => void,
): Promise<PlannerLink> {
  const [script, catalog] = await Promise.all([unpack(packed.planner), unpack(packed.catalog)]);
  const address = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));
  let turn = 0;
  const start = (draft: boolean) =>
    startWorker(new Worker(address), { kind: 'open', catalog, ...opening }, draft, (answer) => {
      if (answer.turn > 0 && (answer.draft || answer.turn === turn)) onAnswer(answer);
    });
  const first = start(true);
  const whole = start(false);
  first({ kind: 'plan', turn: 0, settings: {}, draft: true });
  let rest: ReturnType<typeof setTimeout> | undefined;
  return {
    ask: (settings) => {
      turn += 1;
      const asked = turn;
      first({ kind: 'plan', turn: asked, settings, draft: true });
      clearTimeout(rest);
      rest = setTimeout(() => whole({ kind: 'plan', turn: asked, settings, draft: false }), REST_MILLISECONDS);
    },
    forget: () => {
      turn += 1;
      clearTimeout(rest);
    },
  };
}

/** A worker that is asked one thing at a time: of those that wait only the newest is asked next. */
function startWorker(worker: Worker, opening: Opening, draft: boolean, onAnswer: (answer: Answer) => void) {
  let asked: Question | null = null;
  let waiting: Question | null = null;
  const next = () => {
    asked = waiting;
    waiting = null;
    if (asked !== null) worker.postMessage(asked);
  };
  worker.addEventListener('message', ({ data }: MessageEvent<Answer>) => {
    onAnswer(data);
    next();
  });
  worker.addEventListener('error', (event) => {
    event.preventDefault();
    onAnswer({ turn: asked?.turn ?? 0, draft, problem: event.message });
    next();
  });
  worker.postMessage(opening);
  return (question: Question) => {
    waiting = question;
    if (asked === null) next();
  };
}

async function unpack(base64: string): Promise<string> {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate'));
  return new Response(stream).text();
}
