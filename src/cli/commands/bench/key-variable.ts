// The API key: from the environment and nowhere else, so that it is in no list of processes, file or report.
import { SeekstackError } from '../../../errors.ts';
import type { Io } from '../../io.ts';

export const DEFAULT_KEY_VARIABLE = 'SEEKSTACK_API_KEY';

/**
 * The default variable may be unset; one that was named may not.
 * @throws SeekstackError E_ENVIRONMENT
 */
export function readKey(variable: string, io: Pick<Io, 'environment'>): string | null {
  const key = io.environment[variable] ?? '';
  if (key !== '') return key;
  if (variable === DEFAULT_KEY_VARIABLE) return null;
  throw new SeekstackError({
    code: 'E_ENVIRONMENT',
    got: `${variable} is not set`,
    expected: 'the API key in it',
    fix: `set ${variable}, or leave --key-variable out where the endpoint takes no key`,
  });
}
