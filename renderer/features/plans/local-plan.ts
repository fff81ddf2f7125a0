import { localTimes } from '../../ui/moments.ts';

/** What is copied, compared with the core or told by its own words stays as it was given. */
const asGiven: ReadonlySet<string> = new Set(['number', 'command', 'blocked']);

/** A plan whose lines say the times that they tell as the window says all others: local. */
export function localPlan<Plan>(plan: Plan): Plan {
  return localLines(plan) as Plan;
}

function localLines(value: unknown): unknown {
  if (typeof value === 'string') return localTimes(value);
  if (Array.isArray(value)) return value.map(localLines);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [
      name,
      asGiven.has(name) ? part : localLines(part),
    ]),
  );
}
