/** A process with a live region that works until it is ended; run by reporters.test.ts. */
import { terminalReporter } from '../../../src/adapters/reporter/terminal/index.ts';
import { events } from '../../report/events-fixture.ts';

const money = (usd: string | null) => usd ?? 'unknown';
const reporter = terminalReporter({ stream: process.stderr, live: true, colour: false, verbosity: 'normal', money });
for (const event of events.slice(0, 4)) reporter.report(event);
setTimeout(() => reporter.close(), 15_000);
