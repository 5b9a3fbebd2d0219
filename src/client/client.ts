import type { RecordedEvent } from '../contract/event.ts';
import { type ClientOptions, type Operation, send, sendAgain } from './call.ts';
import { type Ending, type FollowOptions, follow } from './follow.ts';
import type * as api from './generated/types.gen.ts';

/** How a run is started: the same key starts one run, however often it is sent. One is made unless given. */
export interface StartOptions {
  key?: string;
  signal?: AbortSignal;
}

/** The HTTP API of a server, as functions. Every one throws `ApiProblem` for what the server refuses. */
export interface TercetClient {
  /** Plan, execute and review. Returns once the run has begun. */
  startRun(order: api.WorkflowOrder, options?: StartOptions): Promise<api.Started>;
  startPlan(order: api.PlanOrder, options?: StartOptions): Promise<api.Started>;
  startExecute(order: api.ExecuteOrder, options?: StartOptions): Promise<api.Started>;
  startReview(order: api.ReviewOrder, options?: StartOptions): Promise<api.Started>;
  /** Go on with a run that was interrupted, cancelled, parked or failed. */
  resume(run: string, order?: api.ResumeOrder, options?: StartOptions): Promise<api.Started>;
  get(run: string): Promise<api.Run>;
  list(query?: NonNullable<api.ListRunsData['query']>): Promise<api.RunPage>;
  /** The events of a run until it is over, across broken connections; gives back how it stands then. */
  follow(run: string, options?: FollowOptions): AsyncGenerator<RecordedEvent, Ending>;
  /** Waits until a run is over, and gives it as it stands then. */
  ended(run: string, options?: { signal?: AbortSignal }): Promise<api.Run>;
  questions(run: string): Promise<api.OpenQuestion | null>;
  answer(run: string, answers: api.Answers): Promise<api.Run>;
  /** Ends a run cleanly; returns once it has ended. */
  cancel(run: string): Promise<api.Run>;
  costs(query?: NonNullable<api.GetCostsData['query']>): Promise<api.Costs>;
  estimate(order: api.EstimateOrder): Promise<api.Estimate>;
  /** A file of a run, as text. */
  file(run: string, name: RunFile): Promise<string>;
}

const FILES = {
  plan: '/v1/runs/{run}/plan' satisfies api.GetPlanData['url'],
  change: '/v1/runs/{run}/change' satisfies api.GetChangeData['url'],
  review: '/v1/runs/{run}/review' satisfies api.GetReviewData['url'],
  'report.md': '/v1/runs/{run}/report.md' satisfies api.GetReportData['url'],
  'report.json': '/v1/runs/{run}/report.json' satisfies api.GetResultData['url'],
  'report.sarif': '/v1/runs/{run}/report.sarif' satisfies api.GetSarifData['url'],
};
/** The files that a run may leave. */
export type RunFile = keyof typeof FILES;

/** A client for one server and one token. */
export function tercetClient(options: ClientOptions): TercetClient {
  const get = async <D extends Operation>(operation: D): Promise<Response> => sendAgain(options, 'GET', operation);
  const read = async <T, D extends Operation>(operation: D): Promise<T> => (await get(operation)).json() as Promise<T>;
  const post = async <T, D extends Operation>(operation: D): Promise<T> =>
    (await send(options, 'POST', operation)).json() as Promise<T>;
  const start = async <D extends Operation>(operation: D, { key, signal }: StartOptions = {}): Promise<api.Started> => {
    const headers = { 'idempotency-key': key ?? crypto.randomUUID() };
    const answer = await sendAgain(options, 'POST', { ...operation, headers }, signal);
    return (await answer.json()) as api.Started;
  };
  const client: TercetClient = {
    startRun: (body, how) => start<api.StartRunData>({ url: '/v1/runs', body }, how),
    startPlan: (body, how) => start<api.StartPlanData>({ url: '/v1/plan', body }, how),
    startExecute: (body, how) => start<api.StartExecuteData>({ url: '/v1/execute', body }, how),
    startReview: (body, how) => start<api.StartReviewData>({ url: '/v1/review', body }, how),
    resume: (run, body = {}, how = {}) =>
      start<api.ResumeRunData>({ url: '/v1/runs/{run}/resume', path: { run }, body }, how),
    get: (run) => read<api.Run, api.GetRunData>({ url: '/v1/runs/{run}', path: { run } }),
    list: (query = {}) => read<api.RunPage, api.ListRunsData>({ url: '/v1/runs', query }),
    follow: (run, how) => follow(options, run, how),
    async ended(run, how = {}) {
      const events = follow(options, run, { after: Number.MAX_SAFE_INTEGER, ...how });
      while ((await events.next()).done !== true);
      return client.get(run);
    },
    async questions(run) {
      const asked = { url: '/v1/runs/{run}/questions', path: { run } } satisfies api.GetQuestionsData;
      return (await read<api.Questions, api.GetQuestionsData>(asked)).open;
    },
    answer: (run, body) =>
      post<api.Run, api.AnswerQuestionData>({ url: '/v1/runs/{run}/answers', path: { run }, body }),
    cancel: (run) => post<api.Run, api.CancelRunData>({ url: '/v1/runs/{run}/cancel', path: { run } }),
    costs: (query = {}) => read<api.Costs, api.GetCostsData>({ url: '/v1/costs', query }),
    estimate: (body) => post<api.Estimate, api.EstimateData>({ url: '/v1/estimate', body }),
    file: async (run, name) => (await get({ url: FILES[name], path: { run } })).text(),
  };
  return client;
}
