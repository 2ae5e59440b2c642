// What cfn-lint and checkov say, as findings.
import type { Finding } from './finding.ts';

// biome-ignore lint/suspicious/noExplicitAny: other programs' JSON
type Json = any;

const FIX = 'mend it, or accept it with a reason in accepted-findings.json';

/** @param text - output of `cfn-lint --format json` */
export function readCfnLint(text: string): Finding[] {
  return (JSON.parse(text === '' ? '[]' : text) as Json[]).map((each) => ({
    rule: String(each.Rule?.Id),
    stack: stackOf(String(each.Filename)),
    resource: each.Location?.Path?.[0] === 'Resources' ? String(each.Location.Path[1]) : null,
    got: String(each.Message),
    expected: String(each.Rule?.ShortDescription ?? 'no finding'),
    fix: FIX,
  }));
}

/** @param text - output of `checkov --output json` */
export function readCheckov(text: string): Finding[] {
  const reports = [JSON.parse(text)].flat() as Json[];
  return reports.flatMap((report) =>
    (report.results?.failed_checks ?? []).map((each: Json) => ({
      rule: String(each.check_id),
      stack: stackOf(String(each.file_path)),
      resource: String(each.resource).split('.').at(-1) ?? null,
      got: 'the check failed',
      expected: String(each.check_name),
      fix: FIX,
    })),
  );
}

function stackOf(path: string): string {
  return (path.split(/[\\/]/).at(-1) ?? path).replace(/\.template\.json$/, '');
}
