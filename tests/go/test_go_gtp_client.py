"""Other programs: answers, refusals, and all the ways in which they can fail."""

import gc
import sys

import pytest

from course_lib.go.gtp_client import GtpClient

PROGRAM = """
import sys, time
for line in sys.stdin:
    word = line.strip()
    if word == "sleep":
        time.sleep(60)
    elif word == "die":
        sys.exit("out of stones")
    elif word == "babble":
        print("hello\\n", flush=True)
    elif word == "refuse":
        print("? not now\\n", flush=True)
    elif word == "half":
        print("= cut", flush=True)
        sys.exit(3)
    else:
        print("\\n= \\n  " + word + "\\n next\\n", flush=True)
"""


@pytest.fixture
def client():
    with GtpClient([sys.executable, "-c", PROGRAM], timeout=30) as made:
        yield made


def test_answers_and_refusals(client):
    assert client.send("a") == "\n  a\n next"
    with pytest.raises(ValueError, match="refuses 'refuse': not now"):
        client.send("refuse")
    with pytest.raises(ValueError, match="one command to a line"):
        client.send("a\nb")
    assert client.send("b") == "\n  b\n next"


def test_a_program_that_ends_is_told_of(client):
    with pytest.raises(RuntimeError, match="ended at 'die' with status 1. It said: out of stones"):
        client.send("die")
    with pytest.raises(RuntimeError, match="has been ended; start another"):
        client.send("a")


@pytest.mark.parametrize("word", ["babble", "half"])
def test_what_is_no_answer_ends_it(client, word):
    with pytest.raises(RuntimeError, match=f"ended at '{word}'"):
        client.send(word)


def test_a_program_that_hangs_is_ended(client):
    client.timeout = 0.3
    with pytest.raises(RuntimeError, match="gave no answer to 'sleep' in 0.3 s"):
        client.send("sleep")
    assert client._process.poll() is not None


def test_an_interrupt_ends_it(client, monkeypatch):
    # The answer to what was interrupted would come in place of the next one.
    monkeypatch.setattr(client, "_read", lambda: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        client.send("a")
    with pytest.raises(RuntimeError, match="has been ended"):
        client.send("b")


def test_no_process_is_left():
    forgotten = GtpClient([sys.executable, "-c", PROGRAM])
    process = forgotten._process
    assert process.poll() is None
    del forgotten
    gc.collect()
    assert process.poll() is not None
    with GtpClient([sys.executable, "-c", PROGRAM]) as left:
        process = left._process
    assert process.poll() is not None
    left.close()  # once more does no harm


def test_no_such_program():
    with pytest.raises(RuntimeError, match="no_such_program cannot be started"):
        GtpClient(["no_such_program"])
