// A stand-in of a resource provider, as a plugin of the real engine: it compares, makes, changes and deletes, in a file.
// In: arguments LEDGER and VERSION, then the engine's. Out: answers over gRPC; the ledger. It knows no list of types: what
// it answers comes from the inputs, and the few values that only Azure knows from the same place as the recording's.
import { createRequire } from 'node:module';
import process from 'node:process';
import { status } from '@grpc/grpc-js';

import { azureAnswers } from '../record/answers.ts';
import { type Change, compareInputs } from './compare.ts';
import { existingAfter, holdersOf, missingFor, readLedger, writeDeed } from './ledger.ts';
import {
  type Answer,
  type Call,
  type Message,
  messageOf,
  pluginInfo,
  servePlugin,
  unmark,
  type Values,
  valuesOf,
} from './plugin.ts';

const require = createRequire(import.meta.url);
const { Empty } = require('google-protobuf/google/protobuf/empty_pb.js');
const { ResourceProviderService } = require('@pulumi/pulumi/proto/provider_grpc_pb.js');
const messages = require('@pulumi/pulumi/proto/provider_pb.js');

const [ledger = '', version = ''] = process.argv.slice(2);
const { Kind } = messages.PropertyDiff;
const KINDS = {
  add: [Kind.ADD, Kind.ADD_REPLACE],
  delete: [Kind.DELETE, Kind.DELETE_REPLACE],
  update: [Kind.UPDATE, Kind.UPDATE_REPLACE],
} as const;

await servePlugin(ResourceProviderService, {
  handshake: (_call: Call, answer: Answer) => {
    const response = new messages.ProviderHandshakeResponse();
    response.setAcceptSecrets(true);
    answer(null, response);
  },
  getPluginInfo: (_call: Call, answer: Answer) => answer(null, pluginInfo(version)),
  getSchema: (_call: Call, answer: Answer) => {
    const response = new messages.GetSchemaResponse();
    response.setSchema(JSON.stringify({ name: 'azure-native', version }));
    answer(null, response);
  },
  checkConfig: check,
  diffConfig: (_call: Call, answer: Answer) => {
    const response = new messages.DiffResponse();
    response.setChanges(messages.DiffResponse.DiffChanges.DIFF_NONE);
    answer(null, response);
  },
  configure: (_call: Call, answer: Answer) => {
    const response = new messages.ConfigureResponse();
    response.setAcceptsecrets(true);
    response.setSupportspreview(true);
    answer(null, response);
  },
  invoke: (call: Call, answer: Answer) => {
    const response = new messages.InvokeResponse();
    response.setReturn(messageOf(azureAnswers().called(call.request.getTok())));
    answer(null, response);
  },
  check,
  diff: (call: Call, answer: Answer) => {
    const changes = changesIn(call.request);
    const response = new messages.DiffResponse();
    const { DIFF_SOME, DIFF_NONE } = messages.DiffResponse.DiffChanges;
    response.setChanges(changes.length > 0 ? DIFF_SOME : DIFF_NONE);
    response.setDiffsList([...new Set(changes.map((each) => each.property))]);
    response.setReplacesList([...new Set(changes.filter((each) => each.replaces).map((each) => each.property))]);
    // The other one would bear the same name.
    response.setDeletebeforereplace(changes.some((each) => each.replaces));
    response.setHasdetaileddiff(true);
    for (const { path, kind, replaces } of changes) {
      const detail = new messages.PropertyDiff();
      detail.setKind(KINDS[kind][replaces ? 1 : 0]);
      detail.setInputdiff(true);
      response.getDetaileddiffMap().set(path, detail);
    }
    answer(null, response);
  },
  create: (call: Call, answer: Answer) => {
    const inputs = valuesOf(call.request.getProperties());
    const response = new messages.CreateResponse();
    if (call.request.getPreview()) {
      // What only Azure knows stays unknown until it is there.
      response.setProperties(messageOf(inputs));
      answer(null, response);
      return;
    }
    const outputs = outputsFor(call.request, inputs);
    if (!write('create', call.request, String(outputs.id), inputs, answer)) return;
    response.setId(String(outputs.id));
    response.setProperties(messageOf(outputs));
    answer(null, response);
  },
  read: (call: Call, answer: Answer) => {
    const response = new messages.ReadResponse();
    if (existingAfter(readLedger(ledger)).has(call.request.getUrn())) {
      response.setId(call.request.getId());
      response.setProperties(call.request.getProperties());
      response.setInputs(call.request.getInputs());
    }
    answer(null, response);
  },
  update: (call: Call, answer: Answer) => {
    const inputs = valuesOf(call.request.getNews());
    const outputs = outputsFor(call.request, inputs);
    if (!call.request.getPreview() && !write('update', call.request, call.request.getId(), inputs, answer)) return;
    const response = new messages.UpdateResponse();
    response.setProperties(messageOf(outputs));
    answer(null, response);
  },
  delete: (call: Call, answer: Answer) => {
    const inputs = valuesOf(call.request.getOldInputs());
    if (write('delete', call.request, call.request.getId(), inputs, answer)) answer(null, new Empty());
  },
  cancel: (_call: Call, answer: Answer) => answer(null, new Empty()),
});

/** Whether a value is right is for the check against the SDK's declarations; here it passes as it is. */
function check(call: Call, answer: Answer): void {
  const response = new messages.CheckResponse();
  response.setInputs(call.request.getNews());
  answer(null, response);
}

function changesIn(request: Message): Change[] {
  return compareInputs(unmark(valuesOf(request.getOldInputs())) as Values, unmark(valuesOf(request.getNews())) as Values);
}

/** Inputs come back with their marks, so that a secret is one in the state too. */
function outputsFor(request: Message, inputs: Values): Values {
  const answered = azureAnswers().made({ type: typeOf(request), name: nameOf(request), inputs: unmark(inputs) as Values });
  return { ...inputs, ...answered };
}

/** @returns whether it was done; where Azure would refuse, the engine has been told */
function write(did: 'create' | 'update' | 'delete', request: Message, id: string, inputs: Values, answer: Answer): boolean {
  const urn = request.getUrn() as string;
  const deed = { did, urn, type: typeOf(request), id, inputs: unmark(inputs, '(secret)') as Values };
  const existing = existingAfter(readLedger(ledger));
  const refusals =
    did === 'delete'
      ? holdersOf(urn, existing).map((holder) => `it is still used by ${holder}`)
      : [
          ...(did === 'create' && existing.has(urn) ? ['it exists already'] : []),
          ...(did === 'update' && !existing.has(urn) ? ['it does not exist'] : []),
          ...missingFor(deed, existing),
        ];
  if (refusals.length > 0) {
    answer({ code: status.FAILED_PRECONDITION, message: `cannot ${did} ${urn}: ${refusals.join('; ')}` }, null);
    return false;
  }
  writeDeed(ledger, deed);
  return true;
}

/** `urn:pulumi:STACK::PROJECT::PARENT$TYPE::NAME`. */
function typeOf(request: Message): string {
  return (request.getUrn().split('::')[2] ?? '').split('$').at(-1) ?? '';
}

function nameOf(request: Message): string {
  return request.getUrn().split('::').slice(3).join('::');
}
