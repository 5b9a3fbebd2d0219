import { expect, it } from 'vitest';
import { sameModel } from '../../src/pricing/served.ts';

it.each([
  ['anthropic/claude-haiku-5-5', 'claude-haiku-5-5', 'same'],
  ['anthropic/claude-haiku-5-5', 'anthropic/claude-haiku-5-5', 'same'],
  ['anthropic/claude-haiku-5-5', 'claude-haiku-5-5-20261001', 'snapshot'],
  ['anthropic/claude-haiku-5-5', 'claude-haiku-5-5@20261001', 'snapshot'],
  ['openai/gpt-6.1-sol', 'gpt-6.1-sol-2026-09-01', 'snapshot'],
  ['openrouter/anthropic/claude-haiku-5-5', 'anthropic/claude-haiku-5-5', 'same'],
  ['openrouter/anthropic/claude-haiku-5-5', 'anthropic/claude-haiku-5-5-20261001', 'snapshot'],
  ['openrouter/anthropic/claude-haiku-5-5', 'openai/claude-haiku-5-5', 'different'],
  ['ollama/me/qwen', 'qwen', 'different'],
  ['anthropic/claude-haiku-5-5', 'claude-haiku-5', 'different'],
  ['anthropic/claude-sonnet-5', 'claude-sonnet-5-5', 'different'],
  ['anthropic/claude-sonnet-5', 'claude-sonnet-5-5-20261001', 'different'],
  ['openai/gpt-6.1-sol', 'gpt-6.1-sol-mini', 'different'],
  ['openai/gpt-4o-2024-08-06', 'gpt-4o-2024-11-20', 'different'],
  ['openai/gpt-4o-2024-08-06', 'gpt-4o', 'different'],
  ['openai/gpt-6.1-sol', 'gpt-6.1-sol-20261301', 'different'],
  ['openai/gpt-6.1-sol', 'gpt-6.1-sol-2026-02-31', 'different'],
  ['openai/gpt-6.1-sol', 'gpt-6.1-sol-2026-0901', 'different'],
  ['openai/gpt-6.1-sol', 'gpt-6.1-sol-99999999', 'different'],
  ['openai/gpt-6.1-sol', 'GPT-6.1-sol', 'different'],
  ['openai/gpt-6.1-sol', null, 'unknown'],
  ['openai/gpt-6.1-sol', ' ', 'unknown'],
])('asked for %s, served %s: %s', (requested, served, answer) => {
  expect(sameModel(requested, served)).toBe(answer);
});
