import type { FailureKind, Turn, TurnAnswer } from '../../../ports/agent.ts';
import { parseObject } from '../parse-object.ts';
import { keepContent } from './assistant-content.ts';
import type { Failed } from './classify.ts';
import type { Collected } from './collect.ts';
import type { ProviderKind } from './settings.ts';
import { toolCall, usedIds } from './tool-calls.ts';
import type { Wire } from './wire.ts';

/** The part of an answer that its content decides; the rest is what was seen of the call. */
export type Content = Pick<TurnAnswer, 'text' | 'object' | 'toolCalls' | 'finish' | 'raw'>;

/** What a stream that ended by itself amounts to: an answer, or a failure that only looks like one. */
export function conclude(
  turn: Turn,
  kind: ProviderKind,
  origin: string,
  collected: Collected,
  wire: Wire,
): { answer: Content } | { failed: Failed } {
  const finish = finishOf(kind, collected);
  switch (finish) {
    case 'none':
      return wire.bytes > 0 && collected.blocks.length === 0 && !isEventStream(wire)
        ? failed('garbled', `answered with ${contentType(wire)} instead of a stream of events`, 'maybe')
        : failed('cut-off', 'the answer ended without a stop reason', collected.chars > 0 ? 'yes' : 'maybe');
    case 'refused':
      return failed(
        'refused',
        collected.text === '' ? 'the model refused' : `the model refused: ${collected.text}`,
        'yes',
      );
    case 'broken':
      return failed('garbled', `the model ended with ${collected.finish?.raw ?? 'an error'}`, 'yes');
    case 'length':
      // The last call may be cut although it parses, so none is handed out.
      return { answer: content(turn, origin, collected, 'length') };
    case 'tools':
      if (collected.calls.length > 0) return { answer: content(turn, origin, collected, 'tools') };
      break;
    case 'stop':
      break;
  }
  if (collected.text.trim() === '') {
    const calls = collected.calls.length > 0 ? ' (tool calls without the stop reason for them are not run)' : '';
    return failed('empty', `the answer is empty${calls}`, 'yes');
  }
  return { answer: content(turn, origin, collected, 'stop') };
}

function content(turn: Turn, origin: string, collected: Collected, finish: Content['finish']): Content {
  const used = usedIds(turn);
  const toolCalls = finish === 'tools' ? collected.calls.map((call) => toolCall(call, used)) : [];
  const text = collected.text;
  return {
    text,
    object: turn.output === null || finish === 'tools' ? null : parseObject(text),
    toolCalls,
    finish,
    raw: keepContent(collected.content(toolCalls), origin),
  };
}

type Finish = 'stop' | 'tools' | 'length' | 'refused' | 'broken' | 'none';

function finishOf(kind: ProviderKind, collected: Collected): Finish {
  if (collected.finish === null) return 'none';
  const { unified, raw } = collected.finish;
  switch (unified) {
    case 'stop':
      return 'stop';
    case 'tool-calls':
      return 'tools';
    case 'length':
      return 'length';
    case 'content-filter':
      return 'refused';
    case 'error':
      return raw === undefined ? 'none' : 'broken';
    case 'interrupted':
      return 'none';
    case 'other':
      // The SDK says `other` also for a stream that stopped without ever saying why.
      if (collected.stopWithoutUsage !== null) return ofAnthropic(collected.stopWithoutUsage);
      // Compatible servers invent words for a normal end (`eos`).
      return kind === 'openai-compatible' && raw !== undefined ? 'stop' : 'none';
  }
}

function ofAnthropic(reason: string): Finish {
  if (reason === 'end_turn' || reason === 'stop_sequence') return 'stop';
  if (reason === 'tool_use') return 'tools';
  if (reason === 'max_tokens' || reason === 'model_context_window_exceeded') return 'length';
  return reason === 'refusal' ? 'refused' : 'none';
}

function failed(kind: FailureKind, message: string, billed: Failed['billed']): { failed: Failed } {
  return { failed: { kind, message, billed, retryAfterMs: null } };
}

function contentType(wire: Wire): string {
  return wire.headers.get('content-type')?.split(';')[0]?.trim() || 'no content type';
}

function isEventStream(wire: Wire): boolean {
  return contentType(wire) === 'text/event-stream';
}
