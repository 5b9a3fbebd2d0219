import type { MindStudioAgent } from '@mindstudio-ai/agent';
import type { MindStudioSettings } from './settings.ts';

/**
 * The SDK's client, with everything said that it would otherwise take from the environment or from
 * `~/.mindstudio/config.json`: whatever those hold, the key goes to the address that is configured here. Its own retries are
 * off, because the workflow decides and books each call. Loads the SDK.
 */
export async function openMindStudio(provider: MindStudioSettings & { apiKey: string }): Promise<MindStudioAgent> {
  const sdk = await import('@mindstudio-ai/agent');
  return new sdk.MindStudioAgent({
    apiKey: provider.apiKey,
    baseUrl: provider.baseUrl.replace(/\/+$/, ''),
    maxRetries: 0,
    reuseThreadId: false,
  });
}
