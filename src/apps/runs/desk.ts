import { randomBytes } from 'node:crypto';
import { TercetError } from '../../contract/errors.ts';
import type { Question } from '../../contract/plan.ts';
import type { Person, PlanProposal } from '../../ports/person.ts';
import { cleanLine } from '../../report/clean.ts';
import { planText } from '../../report/plan-text.ts';

/** How long a question waits for an answer, ms. After it assumptions stand, and a plan nobody approved is not executed. */
const PATIENCE_MS = 600_000;

/** What the client is to ask its person: a form, in the protocol's restricted JSON Schema. */
export interface Form {
  message: string;
  requestedSchema: {
    type: 'object';
    properties: Record<
      string,
      { type: 'string'; title: string; description?: string; enum?: string[]; default?: string }
    >;
    required?: string[];
  };
}

/** What came back. `cancel` is also what a client without anybody at it answers. */
export interface Reply {
  action: 'accept' | 'decline' | 'cancel';
  content?: Record<string, unknown> | undefined;
}

/** A form that waits for its reply, and what it is about. */
export interface Open {
  id: string;
  form: Form;
  /** The planner's questions, in the order of the form's fields; none when the plan is to be approved. */
  questions: readonly Question[];
  /** The plan that is to be approved; null for questions. */
  proposal: PlanProposal | null;
  /** When it counts as left without an answer, ISO 8601 UTC. */
  until: string;
}

/**
 * The person behind a client. What a run asks lies on the desk until a tool call that follows the run carries it to the
 * client; the next one brings the reply. Nothing waits for ever.
 */
export class Desk implements Person {
  open: Open | null = null;
  #settle: ((reply: Reply) => void) | null = null;
  #asked = 0;
  readonly #changed: () => void;
  readonly #patienceMs: number;

  /** `changed` is told when a question is laid down or taken up. */
  constructor(changed: () => void, patienceMs: number = PATIENCE_MS) {
    this.#changed = changed;
    this.#patienceMs = patienceMs;
  }

  async answer(questions: readonly Question[], signal: AbortSignal): Promise<(string | null)[]> {
    const { action, content } = await this.#ask({ form: questionsForm(questions), questions, proposal: null }, signal);
    return questions.map((_, index) => {
      const said = action === 'accept' ? content?.[`answer${index + 1}`] : undefined;
      return typeof said === 'string' && said.trim() !== '' ? said : null;
    });
  }

  async approve(proposal: PlanProposal, signal: AbortSignal): Promise<'approved' | 'rejected'> {
    const { action, content } = await this.#ask({ form: approvalForm(proposal), questions: [], proposal }, signal);
    if (action === 'decline' || (action === 'accept' && content?.decision !== 'approve')) return 'rejected';
    if (action === 'accept') return 'approved';
    throw new TercetError('parked', 'The plan waits for approval, and nobody answered; nothing was executed.', {
      hint: 'Show it to the person; resume the run with approval "skip" once they agree.',
    });
  }

  /** Takes up the reply to the open form `id`; a reply to another is too late and changes nothing. */
  reply(id: string, reply: Reply): void {
    if (this.open?.id === id) this.#settle?.(reply);
  }

  #ask(about: Omit<Open, 'id' | 'until'>, signal: AbortSignal): Promise<Reply> {
    signal.throwIfAborted();
    const until = new Date(Date.now() + this.#patienceMs).toISOString();
    // Never one of an earlier process: a late answer to that one must not answer this one.
    this.open = { id: `q${++this.#asked}-${randomBytes(4).toString('hex')}`, until, ...about };
    return new Promise<Reply>((resolve, reject) => {
      const late = setTimeout(() => this.#settle?.({ action: 'cancel' }), this.#patienceMs);
      const stop = () => {
        this.#clear(late);
        reject(signal.reason);
      };
      signal.addEventListener('abort', stop, { once: true });
      this.#settle = (reply) => {
        signal.removeEventListener('abort', stop);
        this.#clear(late);
        resolve(reply);
      };
      this.#changed();
    });
  }

  #clear(late: NodeJS.Timeout): void {
    clearTimeout(late);
    this.open = null;
    this.#settle = null;
    this.#changed();
  }
}

function questionsForm(questions: readonly Question[]): Form {
  const properties = Object.fromEntries(
    questions.map(({ question, assumption }, index) => [
      `answer${index + 1}`,
      {
        type: 'string' as const,
        title: cleanLine(question, 600),
        description: `Assumed: ${cleanLine(assumption, 600)}`,
      },
    ]),
  );
  const asked = questions.map(
    ({ question, assumption }, index) =>
      `${index + 1}. ${cleanLine(question, 600)}\n   Without an answer: ${cleanLine(assumption, 600)}`,
  );
  const message = `Tercet asks before it goes on. Leave empty what should stand as assumed.\n\n${asked.join('\n')}`;
  return { message, requestedSchema: { type: 'object', properties } };
}

function approvalForm({ plan, warnings }: PlanProposal): Form {
  return {
    message: `Tercet has made this plan. Its commands run on this machine once you approve it.\n\n${planText(plan, { warnings })}`,
    requestedSchema: {
      type: 'object',
      properties: {
        decision: { type: 'string', title: 'Carry out this plan?', enum: ['approve', 'reject'] },
      },
      required: ['decision'],
    },
  };
}
