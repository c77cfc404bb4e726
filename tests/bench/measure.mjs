// Timing by turns: contenders take every request one after the other, so that whatever else the machine does hits all of
// them alike and their ratio stays true.

/** Runs each contender `warm + rounds` times and answers with its times, in the order given. */
export async function byTurns(contenders, { warm = 30, rounds = 300 } = {}) {
  const times = contenders.map(() => []);
  for (let round = 0; round < warm + rounds; round++) {
    // Whoever comes second finds warm caches: the order changes each round.
    for (let at = 0; at < contenders.length; at++) {
      const who = (at + round) % contenders.length;
      const ms = await contenders[who](round);
      if (round >= warm) times[who].push(ms);
    }
  }
  return times.map(summary);
}

export function summary(times) {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  return { best: at(0.1), median: at(0.5), p95: at(0.95) };
}

export const ms = (value) => (value < 10 ? value.toFixed(2) : value < 100 ? value.toFixed(1) : value.toFixed(0));
/** The quickest tenth shows what it costs when nothing else wants the processor. */
export const spread = ({ best, median, p95 }) => `${ms(best)} / ${ms(median)} / ${ms(p95)}`;
export const times = (ratio) => `${ratio.toFixed(2)} ×`;

export const say = (line) => process.stderr.write(`  ${line}\n`);
