/** `npm run bench`: reads the options, runs the bench, prints the table. Exit 1 when the results are not equivalent. */
import { runBench } from './bench.ts';
import { readOptions, USAGE } from './options.ts';
import { isEquivalent, renderReport, reportData } from './report.ts';

const options = readOptions(process.argv.slice(2));
if (!options) {
  console.log(USAGE);
} else {
  const result = await runBench(options, (line) => console.error(line));
  console.log(
    options.json ? JSON.stringify(reportData(result, options), undefined, 2) : renderReport(result, options),
  );
  process.exitCode = isEquivalent(result) ? 0 : 1;
}
