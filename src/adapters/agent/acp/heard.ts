import { isJson, type Json, record, text, usd } from '../cli/profile.ts';

/** Tool calls kept in mind, and refusals told. */
const CALLS_KEPT = 512;
const REFUSED_TOLD = 10;

/** What an agent has said in one turn, gathered from `session/update`. Nothing in it is trusted. */
export class Heard {
  /** Of subagents in sessions of their own nothing is taken for the answer. */
  session: string | null = null;
  /** It has called a model: it speaks, thinks or uses a tool. */
  called = false;
  /** Tool calls seen. */
  tools = 0;
  /** USD of the session so far, as it last said; null where it did not. */
  cost: string | null = null;
  /** The model it last named. */
  model: string | null = null;
  chars = 0;
  readonly #parts: string[] = [''];
  #message: string | null = null;
  readonly #calls = new Map<string, Json>();
  readonly #refused = new Set<string>();

  update({ sessionId, update }: Json): void {
    if (!isJson(update) || (this.session !== null && text(sessionId) !== this.session)) return;
    switch (update.sessionUpdate) {
      case 'agent_message_chunk':
        this.called = true;
        this.#speak(text(record(update.content).text), text(update.messageId) || null);
        break;
      case 'agent_thought_chunk':
        this.called = true;
        break;
      case 'tool_call':
      case 'tool_call_update':
        this.called = true;
        if (update.sessionUpdate === 'tool_call') this.tools++;
        this.callOf(update);
        // What is said before a tool is used is not the answer yet.
        if (this.#parts.at(-1) !== '') this.#parts.push('');
        break;
      case 'usage_update': {
        const cost = record(update.cost);
        if (cost.currency === 'USD') this.cost = usd(cost.amount) ?? this.cost;
        this.model = text(record(update._meta)['_claude/model']) || this.model;
        break;
      }
    }
  }

  /** A tool call with everything that was said of it: a later word of it leaves out what was said before. */
  callOf(said: unknown): Json {
    const update = record(said);
    const id = text(update.toolCallId);
    const { kind, title, locations, content } = update;
    const known = this.#calls.get(id) ?? {};
    const filled = (list: unknown) => (Array.isArray(list) && list.length > 0 ? list : undefined);
    const call = {
      kind: kind ?? known.kind,
      title: title ?? known.title,
      locations: filled(locations) ?? known.locations,
      content: filled(content)?.map((part) => ({ type: record(part).type, path: record(part).path })) ?? known.content,
    };
    if (id !== '') {
      this.#calls.delete(id);
      this.#calls.set(id, call);
      if (this.#calls.size > CALLS_KEPT) this.#calls.delete(this.#calls.keys().next().value ?? '');
    }
    return call;
  }

  refused(what: string): void {
    this.#refused.add(what.replace(/[\u0000-\u001f\u007f-\u009f]+/gu, ' ').slice(0, 300));
  }

  /** What was refused, for a person; none when nothing was. */
  notes(title: string): string[] {
    const all = [...this.#refused];
    const more = all.length - REFUSED_TOLD;
    const told = all.slice(0, REFUSED_TOLD).join('; ') + (more > 0 ? `; and ${more} more` : '');
    return all.length === 0 ? [] : [`${title} was refused: ${told}.`];
  }

  /** The last it said, apart from what it said before its tools. */
  answer(): string {
    return (this.#parts.findLast((part) => part.trim() !== '') ?? '').trim();
  }

  /** Everything it said. */
  everything(): string {
    return this.#parts.join('\n').trim();
  }

  #speak(words: string, message: string | null): void {
    const another = message !== null && message !== this.#message;
    if (another && this.#parts.at(-1) !== '') this.#parts.push('');
    this.#message = message ?? this.#message;
    this.#parts[this.#parts.length - 1] += words;
    this.chars += words.length;
  }
}
