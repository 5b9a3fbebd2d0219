import { type PlannerAnswer, type ReviewerAnswer, runCodingWorkflow } from 'tercet';
import { byPurpose, scriptedAgent } from 'tercet/testing';

/** The whole workflow without a model: for tests of code that builds on Tercet. */
const plan: PlannerAnswer = {
  title: 'Greet by name',
  summary: '',
  tasks: [
    {
      id: 'T1',
      title: 'Greet by name',
      behaviour: 'greet(name) returns "Hello, <name>!"; an empty name gives "Hello!".',
      files: [{ path: 'greet.js', action: 'create' }],
      symbols: [],
      criteria: [{ id: 'T1.1', text: 'greet("Ada") returns "Hello, Ada!"', command: null }],
      dependsOn: [],
      read: [],
    },
  ],
  risks: [],
  nonGoals: [],
  questions: [],
  needs: [],
};

const write = (line: string) => `greet.js\n<<<<<<< FILE\nexport const greet = (name) => ${line};\n>>>>>>> FILE\nDone.`;

const complaint: ReviewerAnswer = {
  criteria: [{ id: 'T1.1', met: 'yes', evidence: 'line 1' }],
  findings: [
    {
      title: 'An empty name is greeted with a comma',
      severity: 'major',
      category: 'spec',
      path: 'greet.js',
      line: 7, // wrong on purpose: code looks the quote up and corrects it to line 1
      quote: 'export const greet = (name) => `Hello, ${name}!`;',
      why: 'greet("") returns "Hello, !".',
      fix: 'Leave the comma out for an empty name.',
      confidence: 'high',
      criterion: null,
    },
  ],
  fixed: [],
};

const content: ReviewerAnswer = { criteria: complaint.criteria, findings: [], fixed: ['F1'] };

const { outcome, review, implementation } = await runCodingWorkflow({
  featureRequest: 'A function that greets by name, and everybody when there is no name',
  planning: 'always',
  planner: scriptedAgent('planner', byPurpose({ plan: { object: plan } })),
  executor: scriptedAgent(
    'executor',
    byPurpose({
      edit: { text: write('`Hello, ${name}!`') },
      fix: { text: write('name === "" ? "Hello!" : `Hello, ${name}!`') },
    }),
  ),
  reviewer: scriptedAgent('reviewer', byPurpose({ review: { object: complaint }, rereview: { object: content } })),
});

const [finding] = review?.findings ?? [];
console.log(outcome, `${implementation?.commits.length} commit`);
console.log(finding?.id, `${finding?.path}:${finding?.line}`, finding?.anchor, finding?.status);
