/** A typed client of the HTTP API of `tercet serve`. */

export type { RecordedEvent, RunEvent } from '../contract/event.ts';
export type { ClientOptions } from './call.ts';
export { type RunFile, type StartOptions, type TercetClient, tercetClient } from './client.ts';
export type { Ending, FollowOptions } from './follow.ts';
export type {
  Answers,
  Costs,
  Estimate,
  EstimateOrder,
  ExecuteOrder,
  OpenQuestion,
  PlanOrder,
  ResumeOrder,
  ReviewOrder,
  Run,
  RunLine,
  RunPage,
  Started,
  WorkflowOrder,
} from './generated/types.gen.ts';
export { ApiProblem } from './problem.ts';
