import type { Problem } from './generated/types.gen.ts';

/** A request the server refused. `message` says what happened and what to do next. */
export class ApiProblem extends Error {
  readonly status: number;
  /** What programs may switch on; docs/server.md lists them. */
  readonly code: string;
  readonly hint: string | undefined;
  /** What is wrong where in the request. */
  readonly errors: NonNullable<Problem['errors']>;
  /** After how many ms it may be tried again, where the server said. */
  readonly retryAfterMs: number | undefined;

  constructor(problem: Problem, retryAfterMs?: number) {
    super(problem.hint === undefined ? problem.detail : `${problem.detail} ${problem.hint}`);
    this.name = 'ApiProblem';
    this.status = problem.status;
    this.code = problem.code;
    this.hint = problem.hint;
    this.errors = problem.errors ?? [];
    this.retryAfterMs = retryAfterMs;
  }
}

/** What an answer that is no success says; also where something else than the server answered. */
export async function problemOf(answer: Response): Promise<ApiProblem> {
  const seconds = Number(answer.headers.get('retry-after') ?? Number.NaN);
  const text = await answer.text();
  const retryAfterMs = Number.isFinite(seconds) ? seconds * 1000 : undefined;
  const said = (answer.headers.get('content-type') ?? '').startsWith('application/problem+json');
  const problem: Problem = said
    ? (JSON.parse(text) as Problem)
    : {
        type: 'about:blank',
        title: 'Not an answer of Tercet',
        status: answer.status,
        code: 'unknown',
        detail: `Something answered ${answer.status} that is not a Tercet server.`,
      };
  return new ApiProblem(problem, retryAfterMs);
}
