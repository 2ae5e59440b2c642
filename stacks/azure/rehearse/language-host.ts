// A stand-in of Pulumi's language host for Node, which is a Go module of its own: it starts the SDK's own entry point.
// In: the engine's address as last argument. Out: answers over gRPC; the program's exit code, as the engine wants it.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import process from 'node:process';

import { type Answer, type Call, type Message, pluginInfo, servePlugin } from './plugin.ts';

const require = createRequire(import.meta.url);
const { LanguageRuntimeService } = require('@pulumi/pulumi/proto/language_grpc_pb.js');
const messages = require('@pulumi/pulumi/proto/language_pb.js');
const { version } = require('@pulumi/pulumi/package.json') as { version: string };

const entry = join(dirname(require.resolve('@pulumi/pulumi/package.json')), 'cmd', 'run', 'index.js');
/** The program has told the user what is wrong; the engine need not. @source @pulumi/pulumi cmd/run */
const TOLD_THE_USER = 32;
let engine = process.argv.slice(2).findLast((word) => !word.startsWith('-')) ?? '';

await servePlugin(LanguageRuntimeService, {
  handshake: (call: Call, answer: Answer) => {
    engine = call.request.getEngineAddress() || engine;
    answer(null, new messages.LanguageHandshakeResponse());
  },
  getPluginInfo: (_call: Call, answer: Answer) => answer(null, pluginInfo(version)),
  // Providers are found when the first of their resources is registered.
  getRequiredPackages: (_call: Call, answer: Answer) => answer(null, new messages.GetRequiredPackagesResponse()),
  getRequiredPlugins: (_call: Call, answer: Answer) => answer(null, new messages.GetRequiredPluginsResponse()),
  run: (call: Call, answer: Answer) => {
    runProgram(call.request).then(
      (exitCode) => {
        const response = new messages.RunResponse();
        if (exitCode === TOLD_THE_USER) response.setBail(true);
        else if (exitCode !== 0) response.setError(`the program ended with ${exitCode ?? 'a signal'}`);
        answer(null, response);
      },
      (error: Error) => answer(error, null),
    );
  },
});

function runProgram(request: Message): Promise<number | null> {
  const info = request.getInfo();
  const flags: Record<string, string | number> = {
    monitor: request.getMonitorAddress(),
    engine,
    organization: request.getOrganization(),
    project: request.getProject(),
    'root-directory': info.getRootDirectory(),
    stack: request.getStack(),
    pwd: request.getPwd() || info.getProgramDirectory(),
    parallel: request.getParallel(),
  };
  const words = Object.entries(flags).flatMap(([flag, value]) => (value === '' ? [] : [`--${flag}`, String(value)]));
  if (request.getDryrun()) words.push('--dry-run');
  const config = Object.fromEntries(request.getConfigMap().getEntryList() as [string, string][]);
  const program = spawn(process.execPath, [entry, ...words, info.getEntryPoint(), ...request.getArgsList()], {
    cwd: info.getProgramDirectory(),
    env: {
      ...process.env,
      PULUMI_CONFIG: JSON.stringify(config),
      PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
    },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  return new Promise((ended, failed) => {
    program.on('error', failed);
    program.on('close', ended);
  });
}
