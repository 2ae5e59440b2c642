// A name for an instance of Grafana that nobody else has.
import { createHash } from 'node:crypto';

/** Names have at most 23 characters and are taken for good: the group's own id makes one. */
export function nameGrafana(groupId: string): string {
  return `grafana-${createHash('sha256').update(groupId).digest('hex').slice(0, 14)}`;
}
