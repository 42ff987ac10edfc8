/** How the numbers came about: the method in short with its sources, and the exact settings. */
import type { ReportData } from '../data.ts';
import { markup, type Html } from '../markup.ts';

const sources: [string, string][] = [
  ['S. Sahu, A. Altahhan. Mitigating Vanishing Activations in Deep CapsNets Using Channel Pruning. 2024.', '2410.16908'],
  ['S. Sabour, N. Frosst, G. E. Hinton. Dynamic Routing Between Capsules. NeurIPS 2017.', '1710.09829'],
  ['Y. Sui et al. CHIP: CHannel Independence-based Pruning for Compact Neural Networks. NeurIPS 2021.', '2110.13981'],
  ['B. Wang, C. Ma, B. Liu, N. Liu, J. Zhu. Filter Pruning For CNN With Enhanced Linear Representation Redundancy. 2023.', '2310.06344'],
  ['M. Mitterreiter, M. Koch, J. Giesen, S. Laue. Why Capsule Neural Networks Do Not Scale. AAAI 2023.', '2301.01583'],
];

export function method({ settings, runs }: ReportData): Html {
  const json = (value: unknown) => JSON.stringify(value, null, 2);
  const perRun = runs.map(({ record, network, training, pruning }) => ({
    run: record.name,
    seed: record.seed,
    network,
    training,
    pruning,
  }));
  return markup`<section id="method"><h2>Method</h2><div class="prose">
<p>The network is a convolutional backbone, primary capsules, intermediate capsule layers and class capsules, joined by routing-by-agreement [2]. A class’s probability is the length of its capsule; training minimises the margin loss [2] with Adam.</p>
<p>The <em>unpruned</em> run trains for all epochs. The <em>source</em> run trains for the first part of them with −α·CCM added to its loss, which makes feature maps more correlated and leaves more to prune [4]. Each <em>pruned</em> run cuts the channels of least importance from it, by default those of least channel independence: CI<sub>i</sub> = ‖A‖<sub>*</sub> − ‖A without row i‖<sub>*</sub> for the averaged feature maps A of a layer [3]. What remains is copied into a smaller network, which is fine-tuned for the rest of the epochs without the CCM term [1].</p>
<p>The activation of a capsule type is the length of its mean vector over positions and test images, averaged over batches; it is inactive if that, rounded to three decimals, is no larger than the threshold [1]. A type is dead if it is longer than the threshold on no test image at all [5].</p>
<ol class="sources">${sources.map(([text, paper]) => markup`<li>${text} <a href="https://arxiv.org/abs/${paper}" rel="noreferrer">arXiv ${paper}</a></li>`)}</ol>
</div>${
    settings !== null &&
    settings !== undefined &&
    markup`<details class="fold"><summary>Settings of the study</summary><pre tabindex="0">${json(settings)}</pre></details>`
  }<details class="fold"><summary>Network, training and pruning of every run</summary><pre tabindex="0">${json(perRun)}</pre></details></section>`;
}
