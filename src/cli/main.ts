#!/usr/bin/env node
// The process edge: the only file that touches `process`.
import { run } from './run.ts';

// A closed pipe (`… | head`) is not an error of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

const { env } = process;
process.exitCode = await run(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  colour: process.stdout.isTTY === true && (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb',
  liveTalk: process.stderr.isTTY === true,
  columns: process.stdout.columns,
  environment: env,
  nodeVersion: process.versions.node,
  nowSeconds: () => performance.now() / 1000,
  ...(process.stdin.isTTY === true && process.stderr.isTTY === true
    ? { terminal: { input: process.stdin, output: process.stderr } }
    : {}),
  onInterrupt: (handler) => {
    // A closed terminal and a polite kill are interruptions too: whoever holds machines has to give them back.
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
    for (const signal of signals) process.on(signal, handler);
    return () => {
      for (const signal of signals) process.off(signal, handler);
    };
  },
});
