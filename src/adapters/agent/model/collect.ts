import type { LanguageModelV4FinishReason, LanguageModelV4StreamPart, LanguageModelV4Usage } from '@ai-sdk/provider';
import type { AssistantContent } from './assistant-content.ts';
import type { ArrivedCall } from './tool-calls.ts';

type Metadata = Record<string, Record<string, unknown>>;
type Block = { type: 'text' | 'reasoning'; text: string; metadata: Metadata };
type CallBlock = { type: 'tool-call'; call: ArrivedCall; metadata: Metadata };

/** What has arrived of an answer so far. */
export class Collected {
  readonly blocks: (Block | CallBlock)[] = [];
  /** Characters of text, reasoning and tool arguments. */
  chars = 0;
  servedModel: string | null = null;
  /** Anthropic's usage as of `message_start`. */
  startUsage: unknown = null;
  finish: LanguageModelV4FinishReason | null = null;
  usage: LanguageModelV4Usage | null = null;
  /** An event said the stop reason without usage; the SDK drops such an event. */
  usageMissing = false;
  stopWithoutUsage: string | null = null;
  readonly #open = new Map<string, Block>();

  get text(): string {
    return this.blocks.map((block) => (block.type === 'text' ? block.text : '')).join('');
  }

  get calls(): ArrivedCall[] {
    return this.blocks.flatMap((block) => (block.type === 'tool-call' ? [block.call] : []));
  }

  /** Takes a part in. Returns whether it is output, as opposed to pings and the like. */
  take(part: LanguageModelV4StreamPart): boolean {
    switch (part.type) {
      case 'text-start':
      case 'reasoning-start':
        this.#start(part.type === 'text-start' ? 'text' : 'reasoning', part.id, part.providerMetadata);
        return false;
      case 'text-delta':
      case 'reasoning-delta':
        return this.#append(part.type === 'text-delta' ? 'text' : 'reasoning', part);
      case 'text-end':
      case 'reasoning-end':
        this.#merge(this.#open.get(key(part.type, part.id)), part.providerMetadata);
        this.#open.delete(key(part.type, part.id));
        return false;
      case 'tool-input-delta':
        this.chars += part.delta.length;
        return part.delta !== '';
      case 'tool-call':
        if (part.providerExecuted === true) return false;
        this.blocks.push({
          type: 'tool-call',
          call: { id: part.toolCallId, name: part.toolName, input: part.input },
          metadata: { ...(part.providerMetadata as Metadata | undefined) },
        });
        return true;
      case 'response-metadata':
        this.servedModel = part.modelId ?? this.servedModel;
        return false;
      case 'custom':
        if (part.kind === 'anthropic.message_start') this.startUsage = part.providerMetadata?.anthropic?.usage;
        return false;
      case 'raw':
        this.servedModel ??= modelVersion(part.rawValue);
        return false;
      case 'finish':
        this.finish = part.finishReason;
        this.usage = part.usage;
        return true;
      default:
        return false;
    }
  }

  /** The answer's content, tool calls replaced by what `calls` says of them, in order. */
  content(calls: readonly { id: string; input: unknown }[]): AssistantContent {
    const rest = [...calls];
    const content: AssistantContent = [];
    for (const block of this.blocks) {
      const options = Object.keys(block.metadata).length === 0 ? {} : { providerOptions: block.metadata as never };
      if (block.type === 'tool-call') {
        const call = rest.shift();
        if (call === undefined) continue;
        content.push({
          type: 'tool-call',
          toolCallId: call.id,
          toolName: block.call.name,
          input: call.input ?? {},
          ...options,
        });
      } else if (block.text !== '' || Object.keys(block.metadata).length > 0) {
        // Anthropic refuses an empty text block; one that carries a signature is another matter.
        content.push({ type: block.type, text: block.text, ...options });
      }
    }
    return content;
  }

  #start(type: Block['type'], id: string, metadata: unknown): Block {
    const block: Block = { type, text: '', metadata: {} };
    this.#merge(block, metadata);
    this.blocks.push(block);
    this.#open.set(key(type, id), block);
    return block;
  }

  #append(type: Block['type'], part: { id: string; delta: string; providerMetadata?: unknown }): boolean {
    const block = this.#open.get(key(type, part.id)) ?? this.#start(type, part.id, undefined);
    block.text += part.delta;
    this.chars += part.delta.length;
    this.#merge(block, part.providerMetadata);
    return part.delta !== '';
  }

  #merge(block: Block | undefined, metadata: unknown): void {
    if (block === undefined || typeof metadata !== 'object' || metadata === null) return;
    for (const [provider, values] of Object.entries(metadata as Metadata)) {
      block.metadata[provider] = { ...block.metadata[provider], ...values };
    }
  }
}

function key(type: string, id: string): string {
  return `${type.startsWith('text') ? 'text' : 'reasoning'} ${id}`;
}

function modelVersion(raw: unknown): string | null {
  const version = (raw as { modelVersion?: unknown } | null | undefined)?.modelVersion;
  return typeof version === 'string' ? version.replace(/^models\//, '') : null;
}
