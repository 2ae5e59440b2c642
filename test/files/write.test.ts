// Writing: whole files or none, and never over what a user edited.
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { SeekstackError } from '../../src/errors.ts';
import { writeText } from '../../src/files/write-files.ts';
import { compareProject, MANIFEST_PATH, writeProject } from '../../src/files/write-project.ts';
import { listAll, makeFolder, put } from '../cli/recording.ts';

const about = { planDigest: 'ab'.repeat(32), optionId: 'aws/one' };
const project = new Map([
  ['README.md', 'read me\n'],
  ['stacks/main.ts', 'main\n'],
  ['stacks/deep/er.ts', 'deeper\n'],
]);
const emitted = ['.seekstack', MANIFEST_PATH, 'README.md', 'stacks', 'stacks/deep', 'stacks/deep/er.ts', 'stacks/main.ts'].sort();

function refusal(act: () => unknown): SeekstackError {
  try {
    act();
  } catch (error) {
    expect(error).toBeInstanceOf(SeekstackError);
    return error as SeekstackError;
  }
  throw new Error('it was not refused');
}

describe('writeText', () => {
  test('makes the folders on the way and replaces what is there', () => {
    const path = join(makeFolder(), 'a/b/c.txt');
    writeText(path, 'one');
    writeText(path, 'two');
    expect(readFileSync(path, 'utf8')).toBe('two');
  });

  test('leaves nothing where a folder stands in the place of the file', () => {
    const folder = makeFolder();
    mkdirSync(join(folder, 'plan.json'));
    put(join(folder, 'plan.json'), 'kept', '');
    expect(refusal(() => writeText(join(folder, 'plan.json'), 'text')).code).toBe('E_FILE_UNREADABLE');
    expect(listAll(folder)).toEqual(['plan.json', 'plan.json/kept']);
  });

  test('leaves nothing where a file stands in the place of the folder', () => {
    const folder = makeFolder();
    const file = put(folder, 'file', 'kept');
    expect(refusal(() => writeText(join(file, 'plan.json'), 'text')).code).toBe('E_FILE_UNREADABLE');
    expect(listAll(folder)).toEqual(['file']);
    expect(readFileSync(file, 'utf8')).toBe('kept');
  });

  test('keeps the old file whole where the new one cannot be finished', () => {
    const folder = makeFolder();
    const path = put(folder, 'plan.json', 'old');
    put(folder, `plan.json.${process.pid}.tmp`, 'in the way');
    expect(refusal(() => writeText(path, 'new')).code).toBe('E_FILE_UNREADABLE');
    expect(readFileSync(path, 'utf8')).toBe('old');
  });
});

describe('writeProject', () => {
  test.each(['out', 'out/', './out', 'a/b/out/'])('a fresh folder named %s appears whole', (name) => {
    const folder = makeFolder();
    const out = `${folder}/${name}`;
    expect(writeProject(out, project, about, false)).toEqual({
      added: [...project.keys()],
      updated: [],
      removed: [],
      unchanged: 0,
    });
    expect(listAll(out)).toEqual(emitted);
    for (const [path, text] of project) expect(readFileSync(join(out, path), 'utf8')).toBe(text);
    expect(listAll(folder).filter((path) => path.endsWith('.tmp'))).toEqual([]);
  });

  test('an empty folder, such as the one a user stands in, is filled and stays the same folder', () => {
    const folder = makeFolder();
    const { ino } = statSync(folder);
    const home = process.cwd();
    process.chdir(folder);
    try {
      writeProject('.', project, about, false);
    } finally {
      process.chdir(home);
    }
    expect(listAll(folder)).toEqual(emitted);
    expect(statSync(folder).ino).toBe(ino);
  });

  test('the same project again changes nothing', () => {
    const out = join(makeFolder(), 'out');
    writeProject(out, project, about, false);
    const before = readFileSync(join(out, MANIFEST_PATH), 'utf8');
    expect(writeProject(out, project, about, false)).toEqual({ added: [], updated: [], removed: [], unchanged: 3 });
    expect(readFileSync(join(out, MANIFEST_PATH), 'utf8')).toBe(before);
  });

  test('a newer project updates what the user left alone', () => {
    const out = join(makeFolder(), 'out');
    writeProject(out, project, about, false);
    const newer = new Map([...project, ['README.md', 'read me again\n'], ['new.txt', 'new\n']]);
    expect(writeProject(out, newer, about, false)).toEqual({
      added: ['new.txt'],
      updated: ['README.md'],
      removed: [],
      unchanged: 2,
    });
    expect(readFileSync(join(out, 'README.md'), 'utf8')).toBe('read me again\n');
  });

  test('an edited file is refused, and no other file is touched', () => {
    const out = join(makeFolder(), 'out');
    writeProject(out, project, about, false);
    writeFileSync(join(out, 'README.md'), 'edited\n');
    const newer = new Map([...project.keys(), 'new.txt'].map((path) => [path, 'newer\n']));
    const error = refusal(() => writeProject(out, newer, about, false));
    expect(error.code).toBe('E_OUT_CONFLICT');
    expect(error.problems).toEqual([
      {
        code: 'E_OUT_CONFLICT',
        where: { file: join(out, 'README.md') },
        got: 'a file that was edited since it was emitted',
        expected: 'files as they were emitted',
        fix: 'emit into an empty folder and merge, or give --force to overwrite it',
      },
    ]);
    expect(listAll(out)).toEqual(emitted);
    expect(readFileSync(join(out, 'README.md'), 'utf8')).toBe('edited\n');
    expect(readFileSync(join(out, 'stacks/main.ts'), 'utf8')).toBe('main\n');
  });

  test('an edited file that the new project would leave as it is may stay', () => {
    const out = join(makeFolder(), 'out');
    writeProject(out, project, about, false);
    writeFileSync(join(out, 'README.md'), 'same edit\n');
    expect(writeProject(out, new Map([...project, ['README.md', 'same edit\n']]), about, false).unchanged).toBe(3);
  });

  test('an edit stays where the project has not changed beneath it, while other files are updated', () => {
    const out = join(makeFolder(), 'out');
    writeProject(out, project, about, false);
    writeFileSync(join(out, 'README.md'), 'my edit\n');
    const newer = new Map([...project, ['stacks/main.ts', 'newer main\n']]);
    expect(compareProject(out, newer, false)).toMatchObject({ updated: ['stacks/main.ts'], conflicts: [], unchanged: 2 });
    expect(readFileSync(join(out, 'stacks/main.ts'), 'utf8')).toBe('main\n');
    expect(writeProject(out, newer, about, false)).toMatchObject({ updated: ['stacks/main.ts'], unchanged: 2 });
    expect(readFileSync(join(out, 'README.md'), 'utf8')).toBe('my edit\n');
    // And still the third time, when the manifest has been written anew.
    const newest = new Map([...newer, ['README.md', 'read me differently\n']]);
    expect(compareProject(out, newest, false).conflicts).toEqual(['README.md']);
  });

  test('a file of somebody else in the way is refused', () => {
    const out = makeFolder();
    put(out, 'README.md', 'mine');
    const error = refusal(() => writeProject(out, project, about, false));
    expect(error.problems.map((problem) => problem.got)).toEqual(['a file that seekstack did not put there']);
    expect(listAll(out)).toEqual(['README.md']);
  });

  test('a file of somebody else beside the project is left alone', () => {
    const out = makeFolder();
    put(out, 'notes.txt', 'mine');
    writeProject(out, project, about, false);
    expect(readFileSync(join(out, 'notes.txt'), 'utf8')).toBe('mine');
  });

  test('force overwrites edited files and files of somebody else', () => {
    const out = makeFolder();
    put(out, 'README.md', 'mine');
    expect(writeProject(out, project, about, true).updated).toEqual(['README.md']);
    writeFileSync(join(out, 'stacks/main.ts'), 'edited');
    expect(writeProject(out, project, about, true).updated).toEqual(['stacks/main.ts']);
    for (const [path, text] of project) expect(readFileSync(join(out, path), 'utf8')).toBe(text);
  });

  test('a file that is no longer part of the project goes when untouched, and stays when edited', () => {
    const out = join(makeFolder(), 'out');
    writeProject(out, project, about, false);
    writeFileSync(join(out, 'stacks/deep/er.ts'), 'edited\n');
    const smaller = new Map([['README.md', 'read me\n']]);
    expect(writeProject(out, smaller, about, false)).toEqual({
      added: [],
      updated: [],
      removed: ['stacks/main.ts'],
      unchanged: 1,
    });
    expect(existsSync(join(out, 'stacks/main.ts'))).toBe(false);
    expect(readFileSync(join(out, 'stacks/deep/er.ts'), 'utf8')).toBe('edited\n');
  });

  test('a file where the folder is to be is refused', () => {
    const folder = makeFolder();
    const out = put(folder, 'out', 'mine');
    expect(refusal(() => writeProject(out, project, about, true)).code).toBe('E_OUT_CONFLICT');
    expect(readFileSync(out, 'utf8')).toBe('mine');
  });

  test('a file on the way to the folder is refused, and nothing is left', () => {
    const folder = makeFolder();
    const file = put(folder, 'file', 'mine');
    expect(refusal(() => writeProject(join(file, 'out'), project, about, false)).exitCode).toBe(2);
    expect(listAll(folder)).toEqual(['file']);
  });

  test.each([
    ['README.md', 'a folder where a file is to be'],
    ['stacks/main.ts', 'a folder where a file is to be'],
  ])('a folder in the place of %s is refused even with force', (path, got) => {
    const out = makeFolder();
    mkdirSync(join(out, path), { recursive: true });
    const before = listAll(out);
    expect(refusal(() => writeProject(out, project, about, true)).problems.map((problem) => problem.got)).toEqual([got]);
    expect(listAll(out)).toEqual(before);
  });

  test('a file in the place of a folder is refused once, before anything is written', () => {
    const out = makeFolder();
    put(out, 'stacks', 'mine');
    expect(refusal(() => writeProject(out, project, about, false)).problems).toMatchObject([
      { code: 'E_OUT_CONFLICT', where: { file: join(out, 'stacks') }, got: 'a file where a folder is to be' },
    ]);
    expect(listAll(out)).toEqual(['stacks']);
  });

  test.each(['{', '{"schema":"other"}', '[]'])('a damaged manifest (%s) protects every file that differs', (text) => {
    const out = join(makeFolder(), 'out');
    writeProject(out, project, about, false);
    writeFileSync(join(out, MANIFEST_PATH), text);
    expect(refusal(() => writeProject(out, new Map([['README.md', 'newer\n']]), about, false)).code).toBe('E_OUT_CONFLICT');
  });

  test('a manifest cannot make it remove a file outside the folder', () => {
    const folder = makeFolder();
    const out = join(folder, 'out');
    writeProject(out, new Map([['secret', 'precious']]), about, false);
    const secret = put(folder, 'secret', 'precious');
    const manifest = JSON.parse(readFileSync(join(out, MANIFEST_PATH), 'utf8')) as { files: Record<string, string> };
    manifest.files['../secret'] = manifest.files.secret as string;
    manifest.files[secret] = manifest.files.secret as string;
    writeFileSync(join(out, MANIFEST_PATH), JSON.stringify(manifest));
    rmSync(join(out, 'secret'));
    expect(writeProject(out, project, about, false).removed).toEqual([]);
    expect(existsSync(secret)).toBe(true);
  });
});
