import { describe, expect, it } from 'vitest';
import { whyVague } from '../../src/handoff/plan-rules/vague.ts';
import { isVagueCriterion } from '../../src/handoff/plan-rules/vague-criterion.ts';

const VAGUE: [title: string, behaviour: string][] = [
  ['Implement auth', 'implement auth'],
  ['Implement auth', 'Implement authentication for the application.'],
  [
    'Implement auth',
    'Implement a robust and secure authentication system with proper error handling following best practices.',
  ],
  ['Add tests', 'Add tests'],
  ['Add tests', 'Add comprehensive unit tests to ensure good coverage.'],
  ['Add tests for the parser', 'Add tests for `parseConfig` and make sure they pass.'],
  ['Refactor UserService', 'Refactor UserService'],
  ['Refactor UserService', 'Refactor the UserService class to be cleaner and more maintainable.'],
  ['Error handling', 'Improve error handling throughout the codebase.'],
  ['Improve performance', 'Optimize the code so that it is faster and more efficient.'],
  ['Fix the bug', 'Fix the bug.'],
  ['Fix the login bug', 'Fix the login bug so that login works correctly.'],
  ['Add logging', 'Add logging where necessary.'],
  ['Update the docs', 'Update the documentation to reflect the changes.'],
  ['Dark mode', 'Support dark mode in the UI.'],
  ['Payments', 'Integrate Stripe payments.'],
  ['Caching layer', 'Create the caching layer and integrate it with the existing system.'],
  ['Validation', 'Add input validation.'],
  ['Set up the database', 'Set up the database models and the necessary migrations.'],
  ['Clean up', 'Clean up src/server.ts and fix all issues.'],
  ['API', 'Build the REST API endpoints for users.'],
  ['Rate limiting', 'Implement rate limiting functionality as needed.'],
  ['Handle edge cases', 'Handle all edge cases in utils.ts gracefully.'],
  ['Auth service', 'Implement `AuthService` in src/auth.ts.'],
  ['Auth', 'Implement user authentication with JWT.'],
  ['Performance', 'Add caching to improve performance.'],
  ['CRUD', 'Implement CRUD operations for products.'],
  ['Users', 'Implement user login, logout and registration.'],
  ['Login page', 'Add a login page with form validation.'],
  ['Finish', 'The feature is implemented and works as described when needed.'],
];

const CONCRETE: [title: string, behaviour: string][] = [
  ['Fix paginate', 'The last page is included: `paginate(10, 3)` returns 4 pages.'],
  ['Fix typo', 'Change `recieve` to `receive` in the README.'],
  ['Fix status', 'Return 404 instead of 500 when the user does not exist.'],
  ['Return 404 for a missing user', 'Return 404 for a missing user.'],
  ['Clamp', '`clamp(value, min, max)` returns the nearest bound when value lies outside.'],
  ['Remove import', 'Remove the unused import of `fs` from src/main.ts.'],
  ['Rename', 'Rename `getUser` to `findUser` everywhere.'],
  ['Bump timeout', 'The request timeout is 30 s, not 10 s.'],
  ['Footer link', 'The footer link opens the privacy page.'],
  ['Trim names', 'Names are trimmed before they are stored.'],
  ['Empty list', 'An empty list prints "nothing to do" and exits 0.'],
  ['Flag', 'With --verbose every request is logged to stderr; without it nothing changes.'],
  ['Sorting', 'Results are sorted by date, newest first; entries without a date come last.'],
  ['Retry', 'fetchJson retries twice on 503, waiting 1 s and 2 s; other statuses are thrown at once.'],
  [
    'Token check',
    'Requests without a valid bearer token are rejected with 401 and a JSON body {"error":"unauthorized"}.',
  ],
  ['Off by one', 'Use `<` rather than `<=` in the loop of `sum`, so that the last index is not read twice.'],
  ['Null guard', 'formatDate(null) gives an empty string.'],
  ['Default port', 'The server listens on port 8080 unless PORT is set.'],
  ['Dark mode', 'When the system prefers dark colours, the page shows light text on a dark background.'],
  [
    'Tests for the parser',
    'Tests cover parseConfig: an unknown key throws ConfigError naming the key; a missing file gives the defaults.',
  ],
  ['Slug', 'slugify lowercases, replaces runs of other characters by one dash, and drops dashes at both ends.'],
  ['Fix off-by-one', 'Fix the off-by-one in `paginate`: the last item is dropped.'],
  ['Case', 'Compare e-mail addresses case-insensitively.'],
  ['Cache', 'Parsed templates are cached by path; a changed mtime invalidates the entry.'],
  ['Totals', 'The cart total excludes cancelled items.'],
  ['Focus', 'Buttons get a visible focus ring.'],
  ['Passwords', 'Passwords are hashed with bcrypt before saving.'],
  ['Sequence', 'Each event gets a monotonically growing sequence number.'],
  ['Greeting', 'The greeting uses the name from the query parameter.'],
  ['Median', 'median() averages the two middle values for an even number of items.'],
  ['Export', 'The export is compressed with gzip.'],
];

describe('a behaviour', () => {
  it.each(VAGUE)('is vague: %s / %s', (title, behaviour) => {
    expect(whyVague({ title, behaviour, criteria: [] })).not.toBeNull();
  });

  it.each(CONCRETE)('is concrete: %s / %s', (title, behaviour) => {
    expect(whyVague({ title, behaviour, criteria: [] })).toBeNull();
  });

  it('that names its place is made up for by a criterion that can be checked', () => {
    const task = { title: 'Fix paginate', behaviour: 'Fix the off-by-one in `paginate`.' };
    const criterion = { id: 'T1.1', text: '`paginate(10, 3)` returns 4 pages', command: null };
    expect(whyVague({ ...task, criteria: [criterion] })).toBeNull();
    expect(whyVague({ ...task, criteria: [{ ...criterion, text: 'pagination works correctly' }] })).not.toBeNull();
  });

  it('is told why it is vague', () => {
    expect(whyVague({ title: 'Implement auth', behaviour: 'implement auth', criteria: [] })).toContain('title');
    expect(whyVague({ title: 'Login', behaviour: 'Add logging.', criteria: [] })).toContain('"Add logging."');
    expect(
      whyVague({ title: 'x', behaviour: 'Create the caching layer and integrate the database models.', criteria: [] }),
    ).toContain('no outcome');
  });
});

describe('a criterion', () => {
  it.each([
    'works correctly',
    'It works.',
    'Login works as expected',
    'The login works correctly',
    '`resolvePath()` works correctly',
    'The feature is implemented',
    'Authentication is fully implemented in src/auth.ts',
    'good performance',
    'The code is clean and readable',
    'Errors are handled gracefully',
    'Handles all edge cases',
    'Returns the correct result',
    'The page displays properly',
    'No bugs',
    'Tests are added for the login',
    'Follows best practices',
    'The parser is refactored',
    'Meets the requirements',
    'Login works correctly when the user is logged in',
    'done',
    'Performance is acceptable',
    'All edge cases are covered',
    'Looks good',
  ])('is vague: %s', (text) => {
    expect(isVagueCriterion(text)).toBe(true);
  });

  it.each([
    'clamp(5, 0, 3) returns 3',
    'An empty list works as expected: it prints nothing and exits 0',
    'GET /users/999 answers 404',
    'All tests pass',
    '`npm test` exits 0',
    'The button is disabled while the form is submitting',
    'README mentions the --dry-run flag',
    'A CHANGELOG entry is added under Unreleased',
    'No file imports left-pad any more',
    'Names longer than 80 characters are cut',
    'parseConfig throws ConfigError for an unknown key',
    'The old endpoint redirects to /v2',
    'Sorting is stable',
    'The type checker reports no error',
    'The spinner disappears once data has arrived',
    'README is updated to mention `--dry-run`',
    'slugify("É a") equals "e-a"',
    'The total shows two decimals',
    'Unknown ids are rejected with status 404',
    'A failed payment leaves the order unpaid',
  ])('is observable: %s', (text) => {
    expect(isVagueCriterion(text)).toBe(false);
  });
});
