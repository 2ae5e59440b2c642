// Reads user data back the way a node does: cloud-init's base64, Docker's environment file, systemd's command line.
// Written from their manuals and not from the code under test, so that an escaping error cannot cancel itself out.

export interface CloudConfig {
  package_update?: boolean;
  packages?: string[];
  write_files: { path: string; permissions: string; encoding: string; content: string }[];
  runcmd: string[][];
}

export function parseUserData(text: string): CloudConfig {
  const [header, ...rest] = text.split('\n');
  if (header !== '#cloud-config') throw new Error(`header ${header}`);
  return JSON.parse(rest.join('\n')) as CloudConfig;
}

/** Decoded content of the file with this path. */
export function readNodeFile(config: CloudConfig, path: string): string {
  const file = config.write_files.find((candidate) => candidate.path === path);
  if (file?.encoding !== 'b64') throw new Error(`no base64 file ${path}`);
  return Buffer.from(file.content, 'base64').toString('utf8');
}

/** docker run --env-file: left-trimmed lines, # comments, everything after the first = taken as it stands. */
export function parseEnvironmentFile(text: string): Record<string, string> {
  const entries = text
    .split('\n')
    .map((line) => line.replace(/^[ \t]+/, ''))
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const separator = line.indexOf('=');
      return [line.slice(0, separator), line.slice(separator + 1)] as const;
    });
  return Object.fromEntries(entries);
}

/** systemd: a backslash at the end of a line joins it with the next; comment lines inside are dropped. */
export function readDirective(unit: string, name: string): string[] {
  const joined: string[] = [];
  let pending = '';
  for (const line of unit.split('\n')) {
    if (/^\s*[#;]/.test(line)) continue;
    if (line.endsWith('\\')) {
      pending += `${line.slice(0, -1)} `;
      continue;
    }
    joined.push(pending + line);
    pending = '';
  }
  return joined.filter((line) => line.startsWith(`${name}=`)).map((line) => line.slice(name.length + 1));
}

function expandSpecifiers(word: string): string {
  return word.replace(/%(.?)/g, (_, letter: string) => {
    if (letter !== '%') throw new Error(`specifier %${letter} in ${word}`);
    return '%';
  });
}

function expandVariables(word: string): string {
  // Whatever is completed from a file of the node's own stands here by its name.
  return word.replace(/\$(\{API_KEY\}|.?)/g, (_, next: string) => {
    if (next === '{API_KEY}') return '<API_KEY>';
    if (next !== '$') throw new Error(`variable at $${next} in ${word}`);
    return '$';
  });
}

/** systemd.service(5) "Command lines": words, double or single quotes, C escapes, then % and $ expansion. */
export function splitCommandLine(line: string): string[] {
  const escapes: Record<string, string> = { '\\': '\\', '"': '"', "'": "'", n: '\n', t: '\t', s: ' ' };
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let index = 0; index < line.length; index += 1) {
    const character = line.charAt(index);
    if (character === '\\') {
      index += 1;
      const replacement = escapes[line.charAt(index)];
      if (replacement === undefined) throw new Error(`unknown escape \\${line.charAt(index)}`);
      word = (word ?? '') + replacement;
    } else if (quote !== '') {
      if (character === quote) quote = '';
      else word = (word ?? '') + character;
    } else if ((character === '"' || character === "'") && word === undefined) {
      quote = character;
      word = '';
    } else if (/\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? '') + character;
  }
  if (quote !== '') throw new Error('unbalanced quote');
  if (word !== undefined) words.push(word);
  return words.map(expandSpecifiers).map(expandVariables);
}
