/** Does pruning help a network that vanishes, one that does not, on other images, and at the sizes of the paper? */
import { factors } from '../../../src/shared/study-factors.ts';
import type { Side } from '../pairings.ts';
import type { Replication, ReplicationRun } from '../result.ts';
import { changes, joined, ups, type Item, type Said } from '../words.ts';
import { figures, ofCuts } from './arms.ts';

type Ratio = 'backbone' | 'capsules';
const other: Record<Ratio, Ratio> = { backbone: 'capsules', capsules: 'backbone' };
const ratioNames: Record<Ratio, string> = { backbone: 'backbone', capsules: 'primary capsules' };
const share = (value: unknown) => `${Number((100 * Number(value)).toPrecision(3))} %`;

/** The smallest and the largest ratio of one kind, the other ratio being equal. */
function extremes(runs: readonly ReplicationRun[], ratio: Ratio) {
  const pruned = runs.filter(({ arm }) => arm === 'pruned');
  return [...Map.groupBy(pruned, ({ factors }) => factors[other[ratio]])].flatMap(([fixed, some]) => {
    const sides = [...Map.groupBy(some, ({ factors }) => Number(factors[ratio]))]
      .sort(([a], [b]) => a - b)
      .map(([value, ofValue]): Side => ({
        name: `${ratioNames[ratio]} ${share(value)} at ${ratioNames[other[ratio]]} ${share(fixed)}`,
        runs: ofValue,
      }));
    return sides.length > 1 ? [[sides.at(-1)!, sides[0]!] as const] : [];
  });
}

function ofRatios({ pairings }: Replication): Said {
  return joined(
    ...(['capsules', 'backbone'] as const).map((ratio) => {
      const items = pairings
        .filter(({ of }) => of.startsWith(ratioNames[ratio]))
        .map((one): Item => ({ label: `with ${one.of} instead of ${one.against.split(' at ')[0]!}`, difference: one.accuracy }));
      return changes(`With more cut from the ${ratioNames[ratio]}, test accuracy of the pruned network`, items, ups.accuracy);
    }),
  );
}

const pairs = (runs: readonly ReplicationRun[]) => [...extremes(runs, 'capsules'), ...extremes(runs, 'backbone')];

export const pruning = ofCuts(
  {
    name: 'pruning',
    title: 'Does pruning a vanishing network help, and what of it is the cut?',
    asked:
      'The claim itself, with its controls. A network that is forecast to vanish is trained with the CCM term, cut at several ratios of backbone and primary capsules, and fine-tuned. Beside it: the unpruned network, the source trained on without a cut, the network that the cut leaves trained from scratch, and the same cut by chance. All have the same seeds, order of images and number of epochs.',
    caution:
      'This is one network on a part of one data set. That some control does as well says that here the cut is not needed for what it is credited with; it does not say that pruning is of no use for making a trained network smaller, which is not what is asked. From scratch, capsule layers learn from the first epoch on; above a cut they start afresh and have the epochs of fine-tuning only.',
    pairs,
    recounts: true,
    figures: figures.map((figure) => ({ ...figure, columns: factors.backbone.symbol })),
  },
  ofRatios,
);

export const alive = ofCuts(
  {
    name: 'pruning-alive',
    title: 'Does pruning help a network that does not vanish?',
    asked: 'The same arms for a network whose activity is forecast to stay. Whatever a cut does there, it does not do by waking capsules.',
    caution:
      'Here little is inactive to begin with, so that nothing is said of vanishing. A cut that costs no accuracy makes a smaller network, and that can be worth having; the paper’s claim is that it gains.',
    pairs,
    recounts: true,
  },
  ofRatios,
);

const elsewhere =
  'A cut like those above, with all its controls, on other images: the same network, as many images, the same seeds and epochs.';
const otherImages =
  'Accuracies are far from what these images allow, because a small network has seen a small part of them for a few epochs. They are to be held against each other and not against published ones.';

export const fashion = ofCuts({ name: 'fashion-mnist', title: 'Does it hold on Fashion-MNIST?', asked: elsewhere, caution: otherImages });
export const cifar = ofCuts({ name: 'cifar-10', title: 'Does it hold on CIFAR-10?', asked: elsewhere, caution: otherImages });

export const paperSizes = ofCuts({
  name: 'paper-sizes',
  title: 'Does it hold at the sizes of the paper?',
  asked:
    'Networks of the paper’s own width and depths. There was time for few images, few epochs and few seeds only, far fewer than in the paper.',
  caution:
    'The paper trains these networks on all images and for many more epochs. What has not woken after a few epochs here may wake later, and what differs little here may differ more in the end. With so few seeds, only large differences can be told.',
});
