// What each row should reach of the bare platform, by rate or by CPU; 200 tracks by both.

const READ = { either: 0.85 };
const LIST = { either: 0.6, aim: 0.75 };
const CREATE = { either: 0.65, aim: 0.8 };
const SOCKET = { either: 0.8 };

/** The first whose words a row's name has, counts. */
const GOALS = [
  [/^read an? /, READ],
  [/^list /, LIST],
  [/^(create|place) /, CREATE],
  [/^edit /, CREATE],
  [/^driver's location/, { either: 0.8 }],
  [/^event update, all of 100 /, { either: 0.78, aim: 0.85 }],
  [/200 tracks$/, { rate: 0.75, cpu: 0.5 }],
  [/through \/ws\/me\/$/, { either: 0.45, aim: 0.6 }],
  [/^sign in/, { either: 0.95 }],
  [/^(say|point|50 points|event update)/, SOCKET],
];

/** The goal of a row and whether it is met, in two cells. Ratios are product/bare: 1 is as good as the platform itself. */
export function verdict(name, rate, cpu) {
  const [, goal] = GOALS.find(([words]) => words.test(name)) ?? [];
  if (!goal) return ["", ""];
  const best = Math.max(rate, Number.isFinite(cpu) ? cpu : 0);
  if (goal.either === undefined) {
    const met = rate >= goal.rate && cpu >= goal.cpu;
    return [`${goal.rate} and ${goal.cpu} cpu`, met ? "met" : "missed"];
  }
  const words = goal.aim ? `${goal.either}, aim ${goal.aim}` : String(goal.either);
  return [
    words,
    best >= (goal.aim ?? goal.either) ? "met" : best >= goal.either ? "met, not the aim" : "missed",
  ];
}
