"""The racetrack: drive round a bend in as few steps as possible without leaving the road.

- State: a cell of the road and a speed (up, right), 0 … max_speed each. Action: +1, 0 or −1 for each of the two.
- Both speeds are 0 on the starting line only; an acceleration that would stop the car elsewhere does nothing.
- With probability `noise` an acceleration does nothing.
- Every step costs 1. Crossing the finish ends the episode; crossing an edge puts the car back on a random cell of
  the starting line, at rest.

Source: Sutton & Barto 2018, exercise 5.12.
"""

import itertools

import numpy as np
from scipy import sparse

from course_lib.mdp import TabularMDP
from course_lib.monte_carlo.environment import TabularWorld

ACCELERATIONS = np.array(list(itertools.product((-1, 0, 1), repeat=2)))  # (up, right) of each of the nine actions


class Racetrack(TabularWorld):
    """A racetrack as a world: its table, solved by chapter 1, is the truth that learning is held against.

    Args:
      config: a `config.Racetrack`.

    Raises:
      ValueError: the rows differ in length, or there is no start or no finish.
    """

    def __init__(self, config):
        self.track = _checked_track(config.track)
        self.cells = np.argwhere((self.track == ".") | (self.track == "S"))
        self.speeds = np.array(list(itertools.product(range(config.max_speed + 1), repeat=2)))
        number = np.full(self.track.shape, -1)
        number[tuple(self.cells.T)] = np.arange(len(self.cells))
        starts = number[self.track == "S"] * len(self.speeds)
        super().__init__(self._table(config, number, starts), starts)

    def _table(self, config, number, starts):
        """Write down the MDP; the last of its states is the end."""
        moving, end = len(self.cells) * len(self.speeds), len(self.cells) * len(self.speeds)
        crash = end + 1
        landing = self._landings(number, end, crash)
        cell, speed = np.divmod(np.arange(moving), len(self.speeds))
        wanted = np.clip(self.speeds[speed][:, None] + ACCELERATIONS, 0, config.max_speed)
        faster = wanted @ [config.max_speed + 1, 1]
        stops = (faster == 0) & (self.track[tuple(self.cells[cell].T)] != "S")[:, None]
        faster = np.where(stops, speed[:, None], faster)
        rows = np.arange(moving * 9)
        moves = _choices(rows, landing[cell[:, None], faster].ravel(), (moving + 1) * 9, crash + 1)
        drifts = _choices(rows, np.repeat(landing[cell, speed], 9), (moving + 1) * 9, crash + 1)
        stays = _choices(moving * 9 + np.arange(9), np.full(9, end), (moving + 1) * 9, crash + 1)
        back = sparse.csr_array(
            (np.full(len(starts), 1 / len(starts)), (np.zeros(len(starts), int), starts)), shape=(1, end + 1)
        )
        where = sparse.vstack([sparse.eye_array(end + 1), back])  # a crash leads to the starting line
        transitions = ((1 - config.noise) * moves + config.noise * drifts + stays) @ where
        rewards = np.append(np.full((moving, 9), -1.0), np.zeros((1, 9)), axis=0)
        return TabularMDP(sparse.csr_array(transitions), rewards, 1.0, np.arange(end + 1) == end)

    def _landings(self, number, end, crash):
        """Where each speed leads from each cell: a state, the end or a crash, int [cells, speeds]."""
        landing = np.empty((len(self.cells), len(self.speeds)), int)
        for (c, cell), (v, speed) in itertools.product(enumerate(self.cells), enumerate(self.speeds)):
            landing[c, v] = c * len(self.speeds) + v if not speed.any() else self._drive(cell, speed, v, number, end)
        return np.where(landing < 0, crash, landing)

    def _drive(self, cell, speed, v, number, end):
        """Follow a straight line cell by cell; −1 where it leaves the road before it crosses the finish."""
        for part in np.arange(1, speed.max() + 1) / speed.max():
            row, column = np.rint(cell + part * speed * [-1, 1]).astype(int)
            inside = 0 <= row < self.track.shape[0] and 0 <= column < self.track.shape[1]
            if not inside or self.track[row, column] == "#":
                return -1
            if self.track[row, column] == "F":
                return end
        return number[row, column] * len(self.speeds) + v

    def positions(self, states):
        """Return (row, column) of states, int [N, 2]; the end has none and must be left out."""
        return self.cells[np.asarray(states) // len(self.speeds)]


def _choices(rows, columns, height, width):
    """A matrix with a 1 at each of the given places."""
    return sparse.csr_array((np.ones(len(rows)), (rows, columns)), shape=(height, width))


def _checked_track(track):
    """The track as an array of letters."""
    if len({len(row) for row in track}) != 1:
        raise ValueError('the rows of the track differ in length: fill them up with "#".')
    letters = np.array([list(row) for row in track])
    if not ((letters == "S").any() and (letters == "F").any()):
        raise ValueError('the track needs a starting line of "S" and a finish of "F".')
    return letters
