// The rules in words, from the sandbox.

import { ask } from "./actions.js";

export const rules = new Map();

export async function loadRules() {
  const found = await ask("/api/rules", { quiet: true });
  for (const rule of found?.rules ?? []) rules.set(rule.name, rule);
}

export const titleOf = (name) => rules.get(name)?.title ?? name;
