"""The meta-controller: a bandit for each actor that finds out which member of the family is worth playing now."""

import numpy as np

from course_lib.workbook import exercise


@exercise(context="numpy")
def choose_member(members, returns, count, window, bonus):
    """Choose by sliding-window UCB: the largest of mean return + β √(1 / n), over the last τ episodes alone.

    Whoever did not play in these episodes comes first, in the order of the family. Of equal ones the first is chosen.

    Source: Badia et al. 2020 (Agent57), section 3.2 and appendix D; Garivier & Moulines 2008, with a logarithm.

    Args:
      members: j of every episode so far, the last one played last, int [K]; K may be 0.
      returns: their undiscounted returns, [K].
      count: N, members of the family.
      window: τ.
      bonus: β.

    Returns:
      j of the next episode, an int.
    """
    members, returns = members[-window:], returns[-window:]
    played = np.bincount(members, minlength=count)
    if not played.all():
        return int(played.argmin())  # it is 0 there
    means = np.bincount(members, returns, minlength=count) / played
    return int(np.argmax(means + bonus * np.sqrt(1 / played)))


@exercise(context="numpy")
def evaluators_member(members, returns, count, window):
    """Say who is examined: whoever has the best mean return over the last τ episodes, without any bonus.

    Whoever did not play in them cannot be judged, and is not examined; before the first episode it is member 0.

    Source: Badia et al. 2020 (Agent57), section 3.2.

    Args:
      members, returns: of every episode of all actors so far, [K] each; K may be 0.
      count: N.
      window: τ.

    Returns:
      j, an int.
    """
    members, returns = members[-window:], returns[-window:]
    played = np.bincount(members, minlength=count)
    totals = np.bincount(members, returns, minlength=count)
    return int(np.argmax(np.where(played > 0, totals / np.maximum(played, 1), -np.inf))) if len(members) else 0


class Log:
    """The last episodes, as many as a window holds.

    Args:
      window: how many.
    """

    def __init__(self, window):
        self.window, self.members, self.returns = window, np.zeros(0, int), np.zeros(0)

    def note(self, member, result):
        """Write an episode down."""
        self.members = np.append(self.members, member)[-self.window :]
        self.returns = np.append(self.returns, result)[-self.window :]


class MetaController:
    """Choose for each of N actors who plays its next episode, and for the evaluator who is examined.

    Args:
      actors: how many there are.
      config: an `Agent57Config`.
    """

    def __init__(self, actors, config):
        self.config = config
        self.logs = [Log(config.bandit_window) for _ in range(actors)]
        self.all = Log(config.evaluator_window)

    def choose(self, actor, rng):
        """j of an actor's next episode: with a chance of ε any, else by `choose_member`; at first everyone once."""
        config, log = self.config, self.logs[actor]
        if len(log.members) >= config.members and rng.random() < config.bandit_epsilon:
            return int(rng.integers(config.members))
        return choose_member.current(
            log.members, log.returns, config.members, config.bandit_window, config.bandit_bonus
        )

    def note(self, actor, member, result):
        """Write down what an episode of an actor came to."""
        self.logs[actor].note(member, result)
        self.all.note(member, result)

    def evaluators_member(self):
        """Who is examined now."""
        config = self.config
        return evaluators_member.current(self.all.members, self.all.returns, config.members, config.evaluator_window)

    def pack(self):
        """What a checkpoint has to hold, {name: array}: all logs, one behind the other."""
        logs = [*self.logs, self.all]
        return {
            "lengths": np.array([len(log.members) for log in logs]),
            "members": np.concatenate([log.members for log in logs]),
            "returns": np.concatenate([log.returns for log in logs]),
        }

    def unpack(self, arrays):
        """Put back what `pack` returned.

        Raises:
          ValueError: it is that of another number of actors, or of a larger family.
        """
        lengths, logs = arrays["lengths"], [*self.logs, self.all]
        if len(lengths) != len(logs) or arrays["members"].max(initial=0) >= self.config.members:
            raise ValueError("the episodes written down are those of other actors or of another family")
        ends = np.cumsum(lengths)[:-1]
        for log, members, returns in zip(
            logs, np.split(arrays["members"], ends), np.split(arrays["returns"], ends), strict=True
        ):
            log.members, log.returns = members, returns
