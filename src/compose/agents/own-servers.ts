/** What to do about a server of one's own that does not run, or does not have a model. Sentences for people. */
export interface Advice {
  start: string;
  get: string;
}

/** A model's name as it may stand in a command that somebody copies into a shell. */
const PLAIN = /^[\w.:/@-]+$/;

/** The commands of the servers people run themselves; a name that a shell could read otherwise is not put into one. */
export function adviceFor(provider: string, model: string): Advice {
  const name = PLAIN.test(model) ? model : 'MODEL';
  switch (provider) {
    case 'ollama':
      return { start: 'Start it: ollama serve', get: `Get it: ollama pull ${name}` };
    case 'lmstudio':
      return { start: 'Start it: lms server start', get: `Get it: lms get ${name}` };
    case 'llamacpp':
      return {
        start: 'Start it: llama-server -m MODEL.gguf',
        get: 'Start llama-server with it: llama-server -m MODEL.gguf',
      };
    case 'vllm':
      return { start: `Start it: vllm serve ${name}`, get: `Start the server with it: vllm serve ${name}` };
    default:
      return { start: `Start ${provider}.`, get: `Load it in ${provider}.` };
  }
}
