"""Latent states that are drawn, as gradients see them, and how far two of their distributions are apart."""

from dataclasses import dataclass

from course_lib.common.quiet import tensorflow as tf
from course_lib.workbook import exercise


@exercise(context="tensorflow", xla=True, gradient=("logits",))
def straight_through(logits, noise):
    """Draw one-hot vectors; the gradient passes as if they were the probabilities.

    What is drawn is the class with the largest sum of logit and Gumbel noise: each with its probability p. A draw has no
    gradient, so it gets that of p: z = onehot + p − stop(p).

    Source: Bengio, Léonard & Courville 2013; Hafner et al. 2021, algorithm 1.

    Args:
      logits: [..., C].
      noise: Gumbel noise, [..., C].

    Returns:
      z, [..., C]: one-hot vectors, with ∂⟨c, z⟩/∂logits = p ⊙ (c − ⟨p, c⟩) whatever was drawn.
    """
    drawn = tf.one_hot(tf.argmax(logits + noise, axis=-1), tf.shape(logits)[-1], dtype=logits.dtype)
    probabilities = tf.nn.softmax(logits)
    return drawn + probabilities - tf.stop_gradient(probabilities)


@exercise(context="tensorflow", xla=True, gradient=("posterior_logits", "prior_logits"))
def balanced_kl(posterior_logits, prior_logits, balance):
    """Compute α KL(stop(q) ‖ p) + (1 − α) KL(q ‖ stop(p)): its value is KL(q ‖ p), its gradient moves p more than q.

    The prior should learn to foresee what the posterior sees. Without balance the posterior is drawn to what a bad prior
    foresees just as much, and forgets what it sees.

    Source: Hafner et al. 2021, algorithm 2.

    Args:
      posterior_logits, prior_logits: of q and p, G categories of C classes, [..., G, C].
      balance: α, the share that moves the prior.

    Returns:
      [...]: the distances of the G categories, added up.
    """
    stop = tf.stop_gradient
    to_prior = categorical_kl(stop(posterior_logits), prior_logits)
    return balance * to_prior + (1 - balance) * categorical_kl(posterior_logits, stop(prior_logits))


def categorical_kl(logits, other_logits):
    """KL(q ‖ p) = Σ_g Σ_c q (ln q − ln p) of G independent categories, [..., G, C] each -> [...]."""
    log, other = tf.nn.log_softmax(logits), tf.nn.log_softmax(other_logits)
    return tf.reduce_sum(tf.exp(log) * (log - other), axis=(-2, -1))


@dataclass(frozen=True)
class Categorical:
    """G one-hot vectors of C classes; their statistics are logits."""

    groups: int
    classes: int

    @property
    def size(self):
        """Numbers of a latent state."""
        return self.groups * self.classes

    @property
    def statistics(self):
        """Numbers that describe its distribution."""
        return self.size

    def shaped(self, statistics):
        """Numbers [B, `statistics`] as `sample` and `kl` take them."""
        return tf.reshape(statistics, (-1, self.groups, self.classes))

    def noise(self, shape, seed):
        """What makes a draw random: Gumbel noise, [*shape, G, C]."""
        return gumbel((*shape, self.groups, self.classes), seed)

    def sample(self, statistics, noise):
        """A latent state, [B, G C]."""
        return tf.reshape(straight_through.current(statistics, noise), (-1, self.size))

    def kl(self, posterior, prior, balance):
        """The balanced distance of two distributions, [...]."""
        return balanced_kl.current(posterior, prior, balance)


@dataclass(frozen=True)
class Gaussian:
    """N independent numbers, described by mean and spread; for comparison."""

    size: int
    smallest: float = 0.1

    @property
    def statistics(self):
        """Numbers that describe its distribution."""
        return 2 * self.size

    def shaped(self, statistics):
        """Numbers [B, `statistics`] as `sample` and `kl` take them: means and standard deviations, .1 … 2.1."""
        mean, spread = tf.split(statistics, 2, axis=-1)
        return tf.stack([mean, 2 * tf.sigmoid(spread / 2) + self.smallest], axis=1)

    def noise(self, shape, seed):
        """What makes a draw random: normal noise, [*shape, N]."""
        return tf.random.stateless_normal((*shape, self.size), seed)

    def sample(self, statistics, noise):
        """A latent state, [B, N]: mean + spread × noise, through which gradients pass as they are."""
        return statistics[:, 0] + statistics[:, 1] * noise

    def kl(self, posterior, prior, balance):
        """The balanced distance of two distributions, [...]."""
        stop = tf.stop_gradient
        to_prior = self._kl(stop(posterior), prior)
        return balance * to_prior + (1 - balance) * self._kl(posterior, stop(prior))

    def _kl(self, posterior, prior):
        q, p = (_normal(statistics) for statistics in (posterior, prior))
        return q.kl_divergence(p)


def latents_of(config):
    """The kind of latent state that a configuration asks for."""
    if config.latents == "gaussian":
        return Gaussian(config.groups * config.classes)
    return Categorical(config.groups, config.classes)


def gumbel(shape, seed):
    """Standard Gumbel noise: the largest of logits + noise is a draw from their softmax."""
    uniform = tf.random.stateless_uniform(shape, seed, minval=1e-7)
    return -tf.math.log(-tf.math.log(uniform))


def _normal(statistics):
    from course_lib.common.quiet import tensorflow_probability as tfp

    normal = tfp.distributions.Normal(statistics[..., 0, :], statistics[..., 1, :])
    return tfp.distributions.Independent(normal, 1)
