/** Where a command ran: what differs from one run of a test to the next. */
export interface Places {
  root: string;
  home: string;
  url: string;
}

/** Text as a golden file can hold it: paths, ids, hashes, durations and what the calls cost are the same for everybody. */
export function normalised(text: string, places: Places): string {
  return text
    .replaceAll(places.root, 'REPO')
    .replaceAll(places.home, 'HOME')
    .replaceAll(places.url, 'SERVER')
    .replace(/\b\d{8}-\d{6}-[0-9a-f]{4}\b/g, 'RUN')
    .replace(/tercet\/([a-z0-9-]+)-[0-9a-f]{4}\b/g, 'tercet/$1-ID')
    .replace(/\bshop-[0-9a-f]{16}\b/g, 'shop-KEY')
    .replace(/\b(?:[0-9a-f]{40}|[0-9a-f]{12}|[0-9a-f]{9})\b/g, 'SHA')
    .replace(/\b\d+ (?:min \d+ s|ms|s)\b/g, 'TIME')
    .replace(/\$0\.\d+/g, '$COST')
    .replace(/\d+(?:\.\d+)?% (?:less|more)/g, 'SHARE')
    .replace(/\.damaged-[\dTZ-]+/g, '.damaged-WHEN');
}
