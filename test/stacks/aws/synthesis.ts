// Synthesizes the AWS app in this process, with the context an emitted project has.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { afterAll } from 'vitest';

import type { Deployment } from '../../../src/documents/deployment.ts';
import { type BuildOptions, buildApp } from '../../../stacks/aws/build-app.ts';
import { readUserData } from './fixture.ts';

// biome-ignore lint/suspicious/noExplicitAny: templates are JSON without a type, and the assertions are the check
export type Json = any;

const ACCOUNT = '111122223333';
const cdkJsonUrl = new URL('../../../stacks/aws/project/cdk.json', import.meta.url);
const projectContext = (JSON.parse(readFileSync(cdkJsonUrl, 'utf8')) as { context: Record<string, unknown> }).context;
const assemblies = mkdtempSync(join(tmpdir(), 'seekstack-aws-'));
afterAll(() => rmSync(assemblies, { recursive: true, force: true }));

/** A fresh app with all stacks of a deployment. */
export function appOf(document: Deployment, options: BuildOptions = { account: ACCOUNT }) {
  const outdir = mkdtempSync(join(assemblies, 'assembly-'));
  const app = new App({ analyticsReporting: false, context: projectContext, outdir });
  return { app, outdir, ...buildApp(app, document, options) };
}

/** Templates of all stacks; a benchmark has one that ends it. */
export function templatesOf(document: Deployment) {
  const { budget, supplies, reaper, serving } = appOf(document);
  return {
    budget: Template.fromStack(budget),
    supplies: Template.fromStack(supplies),
    reaper: reaper === null ? null : Template.fromStack(reaper),
    serving: Template.fromStack(serving),
  };
}

/** The only resource of a type. */
export function onlyResource(template: Template, type: string): Json {
  const found = Object.values(template.findResources(type));
  if (found.length !== 1) throw new Error(`${found.length} resources of type ${type}`);
  return found[0];
}

/** Contents of the only launch template. */
export function launchDataOf(template: Template): Json {
  return onlyResource(template, 'AWS::EC2::LaunchTemplate').Properties.LaunchTemplateData;
}

/** What a node is told to do at its first boot. */
export function bootOf(template: Template) {
  return readUserData(written(launchDataOf(template).UserData['Fn::Base64']));
}

/** Text with the logical name of each reference in its place. */
function written(value: Json): string {
  if (typeof value === 'string') return value;
  if ('Fn::Join' in value) return value['Fn::Join'][1].map(written).join(value['Fn::Join'][0]);
  const [argument] = Object.values(value) as Json[];
  return `<${[argument]
    .flat(2)
    .filter((each) => typeof each === 'string')
    .join('.')}>`;
}
