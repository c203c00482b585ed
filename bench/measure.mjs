// Rounds, medians and the table. Product and bare take turns within each round, so that other load on the machine affects
// both; what counts is their ratio.

/** Returns the value below which `share` of the numbers lie. */
export function percentile(numbers, share) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export const median = (numbers) => percentile(numbers, 0.5);

/** Repeats `work` for `forMs` milliseconds, `width` at a time, while `beside` is repeated as well. */
async function hammer(work, { forMs, width = 1, beside }) {
  const times = [];
  const startedAt = performance.now();
  const over = () => performance.now() - startedAt >= forMs;
  const repeat = async () => {
    do {
      const from = performance.now();
      await work();
      times.push(performance.now() - from);
    } while (!over());
  };
  const disturb = async () => {
    while (beside && !over()) await beside();
  };
  const disturbed = disturb();
  await Promise.all(Array.from({ length: width }, repeat));
  const took = performance.now() - startedAt;
  await disturbed;
  return { times, perSecond: (times.length * 1000) / took };
}

const SIDES = ["product", "bare"];

/**
 * Runs both sides of a workload in turns; the side that begins changes each round. `ratio` is product/bare in work done
 * a second, the median over the rounds. `cpu` is the server's CPU time for one piece of work, including work after
 * the answer. Other programs hardly change it, so on a busy machine it is more reliable than the time.
 */
export async function compare({ work, width, beside = {}, scale = 1 }, hosts, { rounds, forMs }) {
  const turn = (side, ms) => hammer(work[side], { forMs: ms, width, beside: beside[side] });
  const results = { product: [], bare: [] };
  for (const side of SIDES) await turn(side, forMs / 2);
  const before = SIDES.map((side) => hosts[side].cpu());
  for (let round = 0; round < rounds; round++)
    for (const side of round % 2 === 0 ? SIDES : SIDES.toReversed())
      results[side].push(await turn(side, forMs));
  const cpu = SIDES.map((side, index) => hosts[side].cpu() - before[index]);
  const ratios = results.product.map((each, round) => each.perSecond / results.bare[round].perSecond);
  return {
    product: summary(results.product, cpu[0], scale),
    bare: summary(results.bare, cpu[1], scale),
    ratio: median(ratios),
  };
}

function summary(rounds, cpu, scale) {
  const times = rounds.flatMap((round) => round.times);
  return {
    perSecond: median(rounds.map((round) => round.perSecond)) * scale,
    p50: median(times),
    p99: percentile(times, 0.99),
    cpu: cpu / times.length,
  };
}

/** Formats a table with aligned columns, numbers to the right. */
export function table(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const cell = (words, column) =>
    column === 0 ? words.padEnd(widths[column]) : words.padStart(widths[column]);
  const [head, ...body] = rows.map((row) => row.map(cell).join("  "));
  return [head, widths.map((width) => "─".repeat(width)).join("──"), ...body].join("\n");
}
