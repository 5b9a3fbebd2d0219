import type { Redactor } from '../../handoff/redact.ts';
import type { Agent } from '../../ports/agent.ts';
import type { Commands } from '../../ports/commands.ts';
import type { RunStore } from '../../ports/store.ts';

/**
 * An agent that neither reads nor says a key in use. Its answers are redacted before they are used, not only before
 * they are stored: the receipt holds exactly what the run went on with, so that a resumed run does the same.
 */
export function guardAgent(agent: Agent, redactor: Redactor): Agent {
  const { model, lineage, can, billing, creditsPerTurn, usdPerTurn, pricedAs, keyId = null } = agent;
  return {
    model,
    lineage,
    can,
    billing,
    ...(creditsPerTurn === undefined ? {} : { creditsPerTurn }),
    ...(usdPerTurn === undefined ? {} : { usdPerTurn }),
    ...(pricedAs === undefined ? {} : { pricedAs }),
    keyId,
    async turn(turn, options) {
      const result = await agent.turn(redactor.literals(turn), options);
      return result.ok ? redactor.literals(result) : redactor.all(result);
    },
  };
}

/** Commands whose output goes to models, records and terminals without keys. */
export function guardCommands(commands: Commands, redactor: Redactor): Commands {
  return {
    confinement: commands.confinement,
    async run(command, options) {
      const result = await commands.run(command, options);
      return { ...result, output: redactor.all(result.output) };
    },
  };
}

/**
 * A store that keeps no key. What is used again (the request, the order, the plan, the diff) only loses the keys in
 * use, because taking out what merely looks like a key would change its meaning.
 */
export function guardStore(store: RunStore, redactor: Redactor): RunStore {
  return {
    ...store,
    save: (record) => {
      const { request, order } = redactor.literals({ request: record.request, order: record.order });
      return store.save({ ...redactor.all(record), request, order });
    },
    append: (event) => store.append(redactor.all(event)),
    write(run, name, text) {
      if (name === 'plan.yaml' || name === 'change.diff') return store.write(run, name, redactor.literals(text));
      // As text, a key's shape could reach over the quotes of JSON.
      if (name.endsWith('.json'))
        return store.write(run, name, `${JSON.stringify(redactor.all(JSON.parse(text)), null, 2)}\n`);
      return store.write(run, name, redactor.all(text));
    },
  };
}
