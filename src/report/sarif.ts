import { createHash } from 'node:crypto';
import type { SensitiveFile } from '../contract/change.ts';
import { Category, type Finding, type Review, type Severity } from '../contract/review.ts';
import { describeSensitive } from '../handoff/sensitive-changes.ts';
import { clean, cleanLine } from './clean.ts';
import { anchorNote, sortFindings } from './phrases.ts';

export interface SarifOptions {
  /** Tercet's version. */
  version: string;
  /** The run's id: names the analysis. */
  run: string;
  /** Changed files that deserve a look of their own: notifications at level note, at their place. */
  sensitive?: readonly SensitiveFile[];
}

/** An `error` is what blocks, whatever its severity: code scanning fails a build for it. The rest by severity. */
const LEVELS: Record<Severity, 'warning' | 'note'> = {
  blocker: 'warning',
  major: 'warning',
  minor: 'warning',
  nit: 'note',
};

const RULES: Record<Category, string> = {
  bug: 'The code does something else than it should.',
  security: 'The change opens a way to attack.',
  spec: 'The change deviates from its plan or an acceptance criterion.',
  test: 'A test is missing, weak or wrong.',
  performance: 'The change is slower or larger than it has to be.',
  maintainability: 'The change is hard to read or to change.',
};

/**
 * A review as SARIF 2.1.0 (OASIS), one run. Findings that were fixed are left out; dismissed ones are suppressed.
 * A finding without a verified line points to its file, one outside the change to nothing.
 */
export function sarifOf(review: Review, options: SarifOptions): object {
  const findings = sortFindings(review.findings).filter((finding) => finding.status !== 'fixed');
  const flagged = (options.sensitive ?? []).map((file) => ({
    level: 'note',
    message: { text: `Sensitive file: ${cleanLine(file.path)}: ${cleanLine(describeSensitive(file), 600)}` },
    locations: [{ physicalLocation: { artifactLocation: artifactOf(file.path) } }],
    descriptor: { id: 'tercet/sensitive-file' },
  }));
  const notifications = review.coverage.skipped.map((gap) => ({
    level: 'warning',
    message: { text: `Not reviewed: ${cleanLine(gap.path)} ${gap.hunk ?? ''}: ${cleanLine(gap.reason)}` },
    descriptor: { id: 'tercet/not-reviewed' },
  }));
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'Tercet', semanticVersion: options.version, rules: Category.options.map(ruleOf) } },
        automationDetails: { id: `tercet/${options.run}` },
        invocations: [
          {
            // An inconclusive review is not a clean one: consumers must not read "no results" as approval.
            executionSuccessful: review.verdict !== 'inconclusive',
            toolExecutionNotifications: [...notifications, ...flagged],
          },
        ],
        originalUriBaseIds: { '%SRCROOT%': { description: { text: 'The root of the repository.' } } },
        columnKind: 'utf16CodeUnits',
        results: findings.map(resultOf),
        properties: {
          verdict: review.verdict,
          reason: cleanLine(review.reason, 1_000),
          hunks: review.coverage.hunks,
          reviewedHunks: review.coverage.reviewed,
        },
      },
    ],
  };
}

function ruleOf(category: Category) {
  return {
    id: `tercet/${category}`,
    name: `Tercet${category[0]?.toUpperCase()}${category.slice(1)}`,
    shortDescription: { text: RULES[category] },
    defaultConfiguration: { level: 'warning' },
    properties: { tags: [category] },
  };
}

function resultOf(finding: Finding) {
  const note = anchorNote(finding);
  const text = [cleanLine(finding.title), clean(finding.why), finding.fix && `Fix: ${clean(finding.fix)}`, note];
  return {
    ruleId: `tercet/${finding.category}`,
    ruleIndex: Category.options.indexOf(finding.category),
    level: finding.blocking ? 'error' : LEVELS[finding.severity],
    message: { text: text.filter((part) => part !== '').join('\n\n') },
    locations: locationsOf(finding),
    partialFingerprints: { 'tercetFinding/v1': fingerprint(finding) },
    properties: {
      id: finding.id,
      severity: finding.severity,
      blocking: finding.blocking,
      confidence: finding.confidence,
      criterion: finding.criterion,
      anchor: finding.anchor,
      claimedLine: finding.claimedLine,
    },
    ...(finding.status === 'dismissed' && {
      suppressions: [{ kind: 'external', status: 'accepted', justification: cleanLine(finding.note, 500) }],
    }),
  };
}

function locationsOf(finding: Finding): object[] {
  if (finding.anchor === 'outside') return [];
  const artifactLocation = artifactOf(finding.path);
  if (finding.line === null) return [{ physicalLocation: { artifactLocation } }];
  const region = { startLine: finding.line, snippet: { text: clean(finding.quote, 1_000) } };
  return [{ physicalLocation: { artifactLocation, region } }];
}

function artifactOf(path: string) {
  const uri = path.toWellFormed().split('/').map(encodeURIComponent).join('/');
  return { uri, uriBaseId: '%SRCROOT%' };
}

/** The same finding on a shifted line keeps its fingerprint, so that code scanning does not report it twice. */
function fingerprint(finding: Finding): string {
  const parts = [finding.category, finding.path, finding.quote.trim(), finding.title];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}
