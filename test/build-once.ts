import { bundle } from '../scripts/bundle.ts';

/** Tests at the command line run what is shipped: the bundle, made anew for each test run. */
export async function setup(): Promise<void> {
  await bundle();
}
