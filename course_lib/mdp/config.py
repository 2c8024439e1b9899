"""The numbers of Jack's car rental."""

from dataclasses import dataclass


@dataclass(frozen=True)
class CarRental:
    """Describe two car-rental locations between which cars are moved overnight.

    Source: Sutton & Barto 2018, example 4.2.

    Attributes:
      max_cars: cars that a location can hold; more are sent away and lost.
      max_move: cars that can be moved in one night.
      request_rates: mean of the Poisson number of customers a day, for each location.
      return_rates: mean of the Poisson number of returned cars a day, for each location.
      rental_reward: what a rented car pays.
      move_cost: what each car costs that is asked to be moved.
      discount: γ.
    """

    max_cars: int = 20
    max_move: int = 5
    request_rates: tuple = (3.0, 4.0)
    return_rates: tuple = (3.0, 2.0)
    rental_reward: float = 10.0
    move_cost: float = 2.0
    discount: float = 0.9

    @classmethod
    def paper(cls):
        """Return the book's own values."""
        return cls()

    @classmethod
    def laptop(cls):
        """Return a smaller rental (81 states, 7 actions) that every method solves in milliseconds."""
        return cls(max_cars=8, max_move=3, request_rates=(2.0, 3.0), return_rates=(2.0, 1.0))
