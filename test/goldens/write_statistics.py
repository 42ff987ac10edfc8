"""Writes statistics.json: what SciPy says of small samples and of pairs. Run: python3 write_statistics.py"""

import json
from itertools import product
from pathlib import Path

import numpy as np
from scipy import stats

rng = np.random.default_rng(8)


def sample(values):
    n = len(values)
    mean, sd = np.mean(values), np.std(values, ddof=1)
    return {"values": values, "mean": mean, "sd": sd, "ci95": stats.t.interval(0.95, n - 1, mean, sd / np.sqrt(n))}


def signed_rank(differences):
    """SciPy's exact test where it has one; with ties, every pattern of signs is tried."""
    nonzero = [d for d in differences if d != 0]
    if len(set(map(abs, nonzero))) == len(nonzero) == len(differences):
        return stats.wilcoxon(differences, method="exact").pvalue
    ranks = stats.rankdata(np.abs(nonzero))
    seen = min(sum(r for r, d in zip(ranks, nonzero) if d > 0), sum(r for r, d in zip(ranks, nonzero) if d < 0))
    sums = np.array([np.dot(signs, ranks) for signs in product((0, 1), repeat=len(ranks))])
    return min(1.0, 2 * np.mean(sums <= seen + 1e-9))


def pairs(differences):
    return {
        "differences": differences,
        "t": stats.ttest_1samp(differences, 0).pvalue,
        "wilcoxon": signed_rank(differences) if len(differences) >= 6 else None,
    }


def rounded(values):
    return np.round(values, 4).tolist()


def share(count, n):
    low, high = stats.binomtest(count, n).proportion_ci(0.95, method="exact")
    return {"count": count, "n": n, "ci95": [low, high]}


def adjusted(p):
    """Holm's step-down procedure by its definition: the smallest level at which each hypothesis is rejected."""
    order = np.argsort(p)
    steps = np.maximum.accumulate([(len(p) - i) * p[j] for i, j in enumerate(order)])
    result = np.empty(len(p))
    result[order] = np.minimum(1, steps)
    return result.tolist()


def cluster_robust(clusters):
    """Mean of clusters of one size: least squares on a constant, with the sandwich variance of clusters (CR1) and t(G - 1)."""
    y = np.concatenate(clusters)
    mean, count = y.mean(), len(clusters)
    meat = sum(np.sum(np.array(c) - mean) ** 2 for c in clusters)
    error = np.sqrt(meat * count / (count - 1)) / len(y)
    return {"clusters": clusters, "mean": mean, "ci95": stats.t.interval(0.95, count - 1, mean, error), "p": 2 * stats.t.sf(abs(mean) / error, count - 1)}


def cluster_means(clusters):
    """Of clusters of any sizes: their means are the sample."""
    test = stats.ttest_1samp([np.mean(c) for c in clusters], 0)
    return {"clusters": clusters, "mean": np.mean([np.mean(c) for c in clusters]), "ci95": list(test.confidence_interval(0.95)), "p": test.pvalue}


samples = [sample(rounded(rng.normal(0.8, 0.05, n))) for n in (2, 3, 4, 5, 10, 30)]
differences = [rounded(rng.normal(mean, 0.03, n)) for n in (2, 3, 4, 6, 8, 12, 15) for mean in (0.0, 0.05, -0.2)]
# Four seeds of a pruned network and of the same small one from scratch.
differences.append(rounded(np.array([0.866, 0.890, 0.862, 0.838]) - np.array([0.788, 0.800, 0.750, 0.750])))
differences.append([0.01, 0.01, -0.01, 0.02, 0.03, 0.02, 0.0])
networks = np.random.default_rng(9)


def clusters(sizes):
    return [rounded(networks.normal(networks.normal(0.3, 0.2), 0.02, size)) for size in sizes]


clustered = [cluster_robust(clusters([5] * count)) for count in (3, 4, 8)]
clustered += [cluster_means(clusters(sizes)) for sizes in ([1, 5, 3], [2, 2, 4, 5, 1, 3])]
shares = [share(count, n) for count, n in ((0, 1), (0, 15), (1, 3), (4, 5), (6, 6), (25, 25), (37, 104))]
p = [0.01, 0.04, 0.03, 0.005, 0.5, 0.03]

Path(__file__).with_name("statistics.json").write_text(
    json.dumps({"samples": samples, "pairs": [pairs(d) for d in differences], "clustered": clustered, "shares": shares, "holm": {"p": p, "adjusted": adjusted(np.array(p))}}, indent=1) + "\n"
)
