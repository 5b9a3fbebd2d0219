import type { Finding, Review, Severity } from '../contract/review.ts';
import { clean, cleanLine } from './clean.ts';
import { anchorNote, sortFindings } from './phrases.ts';

const SEVERITY: Record<Severity, 'ERROR' | 'WARNING' | 'INFO'> = {
  blocker: 'ERROR',
  major: 'ERROR',
  minor: 'WARNING',
  nit: 'INFO',
};

/**
 * The open findings as rdjson, reviewdog's diagnostic format (its `DiagnosticResult`). A finding without a verified
 * line has a location without a range, which reviewdog reports on the file.
 */
export function rdjsonOf(review: Review): object {
  const open = sortFindings(review.findings).filter((finding) => finding.status === 'open');
  return { source: { name: 'tercet' }, diagnostics: open.map(diagnosticOf) };
}

function diagnosticOf(finding: Finding) {
  const parts = [
    cleanLine(finding.title),
    clean(finding.why),
    finding.fix && `Fix: ${clean(finding.fix)}`,
    anchorNote(finding),
  ];
  const range = finding.line === null ? {} : { range: { start: { line: finding.line } } };
  return {
    message: parts.filter((part) => part !== '').join('\n\n'),
    location: { path: finding.path, ...range },
    severity: SEVERITY[finding.severity],
    code: { value: `tercet/${finding.category}` },
  };
}
