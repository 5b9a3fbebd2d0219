import { z } from 'zod';
import { TercetError } from '../../contract/errors.ts';
import type { Role } from '../../contract/role.ts';
import type { CallPurpose } from '../../contract/usage.ts';
import type { Agent, JsonSchema, TurnMessage } from '../../ports/agent.ts';
import type { RunContext } from '../run-context.ts';
import { pay } from './pay.ts';

export interface Question<T> {
  role: Role;
  purpose: CallPurpose;
  task: string | null;
  system: string;
  messages: TurnMessage[];
  name: string;
  /** Tells apart calls that ask the same on purpose; 0 unless told. */
  salt?: number;
  /** The commit or tree a coding agent may read meanwhile; the run's base unless told. */
  at?: string;
  schema: z.ZodType<T>;
}

/** A checked answer, and the conversation it ends, ready to be carried on. */
export interface Answered<T> {
  value: T;
  messages: TurnMessage[];
  /** The model that served the call, or the one that was asked where its provider does not say. */
  servedModel: string;
}

/** An answer that breaks its schema goes back once with the exact problems; a model that cannot mend it then will not. */
const REPAIRS = 1;

/**
 * Asks an agent for an object and checks it.
 * @throws TercetError `agent-failed` when the answer is still not an object of the schema, or was cut off.
 */
export async function ask<T>(ctx: RunContext, agent: Agent, question: Question<T>): Promise<Answered<T>> {
  const { role, purpose, task, system, schema, name, at } = question;
  const { effort, maxOutputTokens } = ctx.settings.roles[role];
  let messages = question.messages;
  for (let round = 0; ; round++) {
    const turn = {
      role,
      purpose,
      task,
      system,
      messages,
      output: { name, schema: jsonSchemaOf(schema) },
      tools: [],
      effort,
      maxOutputTokens,
    };
    const answer = await pay(ctx, agent, turn, { salt: question.salt, place: at === undefined ? undefined : { at } });
    if (answer.finish === 'length' && agent.can.worktree === true) {
      throw new TercetError('agent-failed', `The ${role} (${answer.model}) stopped at a limit of its own.`, {
        hint: `Ask for less at once, or allow its turns more: \`agents:\` in your configuration.`,
      });
    }
    if (answer.finish === 'length') {
      throw new TercetError(
        'agent-failed',
        `The ${role} (${answer.model}) was cut off after ${maxOutputTokens} output tokens.`,
        {
          hint: `Raise roles.${role}.maxOutputTokens in tercet.yaml, or ask for less at once.`,
        },
      );
    }
    const said: TurnMessage = { role: 'assistant', text: answer.text, toolCalls: [], raw: answer.raw };
    const checked = schema.safeParse(answer.object);
    if (checked.success)
      return { value: checked.data, messages: [...messages, said], servedModel: answer.servedModel ?? answer.model };
    const problems = answer.object === null ? 'the answer is not JSON' : z.prettifyError(checked.error);
    if (round >= REPAIRS) {
      throw new TercetError(
        'agent-failed',
        `The ${role} (${answer.model}) did not answer in the agreed form: ${problems}`,
        {
          hint: 'Run again, or choose a model that supports structured output for this role.',
        },
      );
    }
    messages = [
      ...messages,
      said,
      {
        role: 'user',
        text: `Your answer breaks its schema:\n${problems}\nAnswer again with the whole object and nothing else.`,
      },
    ];
  }
}

const schemas = new WeakMap<z.ZodType, JsonSchema>();

/** The JSON Schema a provider gets: without the `$schema` line and defaults, which cost tokens and say nothing to a model. */
export function jsonSchemaOf(schema: z.ZodType): JsonSchema {
  let json = schemas.get(schema);
  if (json === undefined) {
    const { $schema: _, ...rest } = z.toJSONSchema(schema, {
      override: ({ jsonSchema }) => {
        delete jsonSchema.default;
        delete jsonSchema.minLength;
        delete jsonSchema.minItems;
        delete jsonSchema.pattern;
        delete jsonSchema.minimum;
        delete jsonSchema.maximum;
      },
    }) as JsonSchema;
    json = rest;
    schemas.set(schema, json);
  }
  return json;
}
