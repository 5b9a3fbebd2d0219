import type { LanguageModelV4 } from '@ai-sdk/provider';
import { TercetError } from '../../../contract/errors.ts';
import type { ProviderSettings } from './settings.ts';

/** Given outright, so that the SDKs never fall back to `*_BASE_URL` of the environment. */
const BASE_URL = {
  anthropic: 'https://api.anthropic.com/v1',
  openai: 'https://api.openai.com/v1',
  google: 'https://generativelanguage.googleapis.com/v1beta',
};

/**
 * Begins to load what the first call to a provider needs: its package, and the HTTP client of Node (about 25 ms, on
 * first use). Called while something else is waited for, it takes that time from before the first call.
 */
export function loadAhead(kind: ProviderSettings['kind']): void {
  const ahead = { apiKey: '', baseUrl: 'http://127.0.0.1' };
  setImmediate(() => {
    void globalThis.Response;
    languageModel({ name: kind, kind, ...ahead }, '', fetch).catch(() => {});
  });
}

/**
 * The SDK's model object; its provider package is imported on the first call.
 * Throws `config` when an `openai-compatible` provider has no base URL.
 */
export async function languageModel(
  provider: ProviderSettings,
  modelId: string,
  fetch: typeof globalThis.fetch,
): Promise<LanguageModelV4> {
  const headers = { ...provider.headers };
  // An empty string keeps the SDKs from reading a key out of the environment.
  const apiKey = provider.apiKey ?? '';
  switch (provider.kind) {
    case 'anthropic': {
      const { createAnthropic } = await import('@ai-sdk/anthropic');
      return createAnthropic({ baseURL: provider.baseUrl ?? BASE_URL.anthropic, apiKey, headers, fetch })(modelId);
    }
    case 'openai': {
      const { createOpenAI } = await import('@ai-sdk/openai');
      return createOpenAI({ baseURL: provider.baseUrl ?? BASE_URL.openai, apiKey, headers, fetch }).responses(modelId);
    }
    case 'google': {
      const { createGoogle } = await import('@ai-sdk/google');
      return createGoogle({ baseURL: provider.baseUrl ?? BASE_URL.google, apiKey, headers, fetch })(modelId);
    }
    case 'openai-compatible': {
      if (provider.baseUrl === undefined) {
        throw new TercetError('config', `Provider ${provider.name} has no base URL.`, {
          hint: `Set providers.${provider.name}.baseUrl in your configuration.`,
        });
      }
      const { createOpenAICompatible } = await import('@ai-sdk/openai-compatible');
      return createOpenAICompatible({
        name: provider.name,
        baseURL: provider.baseUrl,
        ...(apiKey === '' ? {} : { apiKey }),
        headers,
        fetch,
        includeUsage: true,
        supportsStructuredOutputs: provider.structured === true,
      }).chatModel(modelId);
    }
  }
}
