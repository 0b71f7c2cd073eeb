/** What is chosen, as points. Pure. */

/** The points of `versions` (mine, theirs, model) as chosen: `choices` maps a point's index to a version's name. */
export function resultOf(versions, choices) {
  return versions.mine.map((point, index) => versions[choices.get(index)]?.[index] ?? point);
}

/** How many points are taken from whom. */
export function countedInWords(choices) {
  const counts = { mine: 0, theirs: 0, model: 0 };
  for (const choice of choices.values()) counts[choice] += 1;
  return `${counts.mine} mine, ${counts.theirs} theirs, ${counts.model} the model’s`;
}
