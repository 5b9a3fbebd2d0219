/** `tercet/testing`: agents that follow a script, for tests of code that builds on Tercet. */
export type { Agent, Turn, TurnAnswer, TurnFailure, TurnResult } from '../ports/agent.ts';
export {
  byPurpose,
  type ScriptedAgentOptions,
  type ScriptedReply,
  type ScriptedTurn,
  scriptedAgent,
} from './scripted-agent.ts';
