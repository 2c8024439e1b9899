"""Another program that plays Go, in a process of its own, spoken to by the Go Text Protocol."""

import contextlib
import subprocess
import tempfile
import threading
import weakref


class GtpClient:
    """A running program. It ends with the `with` block, when nobody holds the client any more, or with Python.

    Args:
      words: its command line.
      timeout: seconds that it may take for an answer.
      folder: that it works in; the current one if left out.

    Raises:
      RuntimeError: it cannot be started.
    """

    def __init__(self, words, timeout=120, folder=None):
        self.words, self.timeout = [str(word) for word in words], timeout
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed by _end
        try:
            self._process = subprocess.Popen(
                self.words,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                cwd=folder,
                encoding="utf-8",
                errors="replace",
                start_new_session=True,  # else Ctrl-C, or a notebook's interrupt, would end it, too
            )
        except OSError as error:
            self._errors.close()
            raise RuntimeError(f"{self.words[0]} cannot be started: {error}") from error
        self._end = weakref.finalize(self, _end, self._process, self._errors)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """End the program."""
        self._end()

    def send(self, command):
        """Give a command and wait for the answer.

        Args:
          command: one line, such as "play black C3".

        Returns:
          What follows the sign of success.

        Raises:
          ValueError: the program refuses the command; its reason.
          RuntimeError: it has ended, or gave no answer in time and was ended.
        """
        if "\n" in command:
            raise ValueError(f"{command!r}: one command to a line.")
        if not self._end.alive:
            raise RuntimeError(f"{self.words[0]} has been ended; start another one.")
        try:
            answer = self._ask(command)
        except BaseException:  # an interrupt, too, would leave an answer on its way and all later ones out of step
            self.close()
            raise
        sign, text = answer[0], answer[1:].rstrip().lstrip(" ")
        if sign == "?":
            raise ValueError(f"{self.words[0]} refuses {command!r}: {text}")
        return text

    def _ask(self, command):
        late = threading.Event()
        timer = threading.Timer(self.timeout, lambda: (late.set(), self._process.kill()))
        timer.start()
        try:
            self._process.stdin.write(command + "\n")
            self._process.stdin.flush()
            answer = self._read()
        except OSError:  # a broken pipe
            answer = ""
        finally:
            timer.cancel()
        if not answer.startswith(("=", "?")):
            raise RuntimeError(self._why(command, answer, late.is_set()))
        return answer

    def _read(self):
        """An answer ends with an empty line; "" if the program ended before."""
        lines = []
        for line in self._process.stdout:
            if line.strip():
                lines.append(line)
            elif lines:
                return "".join(lines)
        return ""

    def _why(self, command, answer, late):
        if late:
            return f"{self.words[0]} gave no answer to {command!r} in {self.timeout:g} s and was ended."
        self._process.kill()
        status = self._process.wait()
        self._errors.seek(0)
        said = (answer + self._errors.read().decode(errors="replace")).strip()[-1000:] or "(nothing)"
        return f"{self.words[0]} ended at {command!r} with status {status}. It said: {said}"


def _end(process, errors):
    process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout, errors):
        with contextlib.suppress(OSError):  # what was not yet written has nowhere to go
            stream.close()
